"""Counting different values: exact while they can be kept, near enough beyond."""

import numpy as np
import pytest

from engine.quality.cells import hashes_of, mixed
from engine.quality.distinct import EXACT_UP_TO, DistinctCount


def counted(different: int, times: int = 1) -> DistinctCount:
    count = DistinctCount()
    for _ in range(times):
        for start in range(0, different, 5000):
            count.add(mixed(np.arange(start, min(start + 5000, different), dtype=np.uint64)))
    return count


def test_a_few_are_counted_exactly_however_often_they_come() -> None:
    found = counted(1234, times=3)

    assert (found.count, found.is_estimate) == (1234, False)


def test_the_last_exact_count() -> None:
    assert (counted(EXACT_UP_TO).count, counted(EXACT_UP_TO).is_estimate) == (EXACT_UP_TO, False)


def test_very_many_are_estimated_closely() -> None:
    found = counted(1_000_000, times=2)

    assert found.is_estimate
    assert found.count == pytest.approx(1_000_000, rel=0.015)


def test_values_that_python_hashes_alike_are_told_apart() -> None:
    assert len(set(hashes_of([-1, -2, 1, "1", True, 1.5, ["a"], {"a": 1}, {"a": 2}, None]).tolist())) == 10


def test_an_object_is_the_same_whatever_the_order_of_its_keys() -> None:
    one, other = hashes_of([{"a": 1, "b": 2}, {"b": 2, "a": 1}])

    assert one == other

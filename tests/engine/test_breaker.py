"""When a run pauses by itself because going on would only burn rows."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.breaker import PROVIDER_KINDS, Breaker
from handai_errors import ErrorKind

DOWN, ROW_S_FAULT = ErrorKind.OVERLOADED, ErrorKind.REFUSAL


def tripped_at(kinds: Iterable[ErrorKind | None]) -> int | None:
    """After how many rows the breaker trips."""
    breaker = Breaker()
    return next((row + 1 for row, kind in enumerate(kinds) if breaker.record([row], kind)), None)


@pytest.mark.parametrize("kind", ErrorKind)
def test_the_first_ten_rows_failing_alike_trip_it_whatever_the_kind(kind: ErrorKind) -> None:
    assert tripped_at([kind] * 50) == 10


@pytest.mark.parametrize("place", range(10))
@pytest.mark.parametrize("other", [None, ErrorKind.REFUSAL])
def test_one_other_end_among_the_first_ten_is_enough_to_go_on(place: int, other: ErrorKind | None) -> None:
    kinds: list[ErrorKind | None] = [ErrorKind.CONTEXT_LENGTH] * 100
    kinds[place] = other
    assert tripped_at(kinds) is None


def test_ten_good_rows_first_and_the_ten_alike_no_longer_matter() -> None:
    assert tripped_at([None] * 10 + [ROW_S_FAULT] * 100) is None


def test_a_good_row_that_completes_the_least_number_does_not_hide_the_bad_ones() -> None:
    assert tripped_at([None] * 8 + [DOWN] * 11 + [None]) == 20


def test_half_is_not_more_than_half() -> None:
    assert tripped_at([None, DOWN] * 100) is None


def test_more_than_half_of_twenty_trip_it() -> None:
    assert tripped_at([None] * 9 + [DOWN] * 10) is None
    assert tripped_at([None] * 9 + [DOWN] * 11) == 20


def test_only_the_latest_forty_rows_count() -> None:
    assert tripped_at([None] * 1000 + [DOWN] * 21) == 1021


def test_rows_that_fail_for_their_own_reason_never_trip_the_half() -> None:
    assert tripped_at([None, *[ROW_S_FAULT] * 200]) is None


def test_only_the_provider_s_rows_are_asked_again() -> None:
    breaker = Breaker()
    for row, kind in enumerate([None, ROW_S_FAULT, DOWN, ErrorKind.TIMEOUT, ErrorKind.LENGTH]):
        breaker.record([row], kind)
    assert breaker.rows_to_reopen() == [2, 3]


@given(st.lists(st.none() | st.sampled_from(ErrorKind), max_size=120))
def test_it_trips_exactly_by_its_two_rules_and_stays_so(kinds: list[ErrorKind | None]) -> None:
    breaker, expected = Breaker(), False
    for row, kind in enumerate(kinds):
        seen = kinds[: row + 1]
        recent = seen[-40:]
        alike = len(seen) == 10 and len({*seen}) == 1 and seen[0] is not None
        mostly = len(recent) >= 20 and sum(item in PROVIDER_KINDS for item in recent) * 2 > len(recent)
        expected = expected or alike or mostly
        assert breaker.record([row], kind) is expected

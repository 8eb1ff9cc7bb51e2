"""Which columns go together, by the measure that fits them."""

import random

import numpy as np
import pytest

from engine.columns import ColumnType, Output
from engine.quality.links import correlation_ratio, cramers_v, pearson
from engine.quality.report import Link, QualityReport
from engine.tables.model import Cell
from tests.engine.quality.tables import report

NUMBER, CATEGORY = ColumnType.NUMBER, ColumnType.CATEGORY


def linked(one: ColumnType, first: list[Cell], other: ColumnType, second: list[Cell]) -> QualityReport:
    return report([Output(name="one", type=one), Output(name="other", type=other)], one=first, other=second)


def test_pearson_of_a_known_table() -> None:
    one, other = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 4, 5, 4, 5])

    assert pearson(one, other) == pytest.approx(0.7745966692)
    assert pearson(one, -one) == -1


def test_cramers_v_of_known_tables() -> None:
    one = np.repeat([0.0, 1.0], 50)

    assert cramers_v(one, one) == pytest.approx(1)
    assert cramers_v(one, np.tile([0.0, 1.0], 50)) == 0
    # 40 of 50 agree: phi is 0.6, and the correction for 100 rows takes a little off.
    assert cramers_v(one, np.concatenate([np.repeat([0.0, 1.0], [40, 10]), np.repeat([0.0, 1.0], [10, 40])])) == (
        pytest.approx(0.596, abs=0.005)
    )


def test_the_correlation_ratio_of_known_groups() -> None:
    groups = np.repeat([0.0, 1.0, 2.0], 20)

    assert correlation_ratio(groups, groups * 10) == pytest.approx(1)
    assert correlation_ratio(groups, np.tile([1.0, 2.0], 30)) == 0


def test_a_computed_column_goes_fully_with_what_it_is_computed_from() -> None:
    cells: list[Cell] = [float(number) for number in range(50)]

    found = linked(NUMBER, cells, NUMBER, [12 * number for number in range(50)])

    assert found.links == (Link(first="one", second="other", measure="Pearson's r", value=1.0, rows=50),)


def test_a_number_that_depends_on_a_category() -> None:
    found = linked(NUMBER, [1, 9] * 25, CATEGORY, ["a", "b"] * 25)

    assert [(link.measure, link.value) for link in found.links] == [("correlation ratio", 1.0)]


def test_rows_with_a_missing_value_do_not_count() -> None:
    found = linked(CATEGORY, ["a", "b", None] * 20, CATEGORY, ["x", "y", "x"] * 20)

    assert [(link.measure, link.value, link.rows) for link in found.links] == [("Cramér's V", 1.0, 40)]


def test_columns_drawn_apart_do_not_go_together() -> None:
    chance = random.Random(6)
    one: list[Cell] = [chance.random() for _ in range(400)]
    other: list[Cell] = [chance.choice("abcdef") for _ in range(400)]

    assert linked(NUMBER, one, CATEGORY, other).links == ()
    assert linked(NUMBER, one, NUMBER, [chance.random() for _ in range(400)]).links == ()
    assert linked(CATEGORY, other, CATEGORY, [chance.choice("xyz") for _ in range(400)]).links == ()


def test_a_column_that_never_changes_has_no_links() -> None:
    assert linked(NUMBER, [5] * 20, NUMBER, list(range(20))).links == ()


def test_few_rows_prove_nothing() -> None:
    assert linked(NUMBER, [1, 2, 3], NUMBER, [1, 2, 3]).links == ()

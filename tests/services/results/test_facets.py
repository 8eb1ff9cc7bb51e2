"""What columns hold at a glance: values, numbers, dates, lists, lengths, and what is empty."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.results.facet_choice import Choice, How
from services.results.facets import Facet, facets_of
from services.results.spread import Spread
from tests.services.stored_runs import done, put, transform_run


def _facet(folder: Path, cells: list[Any], **output: Any) -> Facet:  # noqa: ANN401 any setting
    record = transform_run(folder, [{"name": "new", **output}, {"name": "other", "type": "text"}], rows=len(cells))
    put(record, *(done(row, new=cell, other="x") for row, cell in enumerate(cells)))
    return facets_of(record).columns[0]


def _bars(facet: Facet) -> list[tuple[str, int]]:
    return [(bar.label, bar.rows) for bar in facet.bars]


def test_repeated_texts_are_counted_most_first(tmp_path: Path) -> None:
    facet = _facet(tmp_path, ["b", "a", "a", "a", "b", None, ""])
    assert (facet.kind, facet.filled, facet.empty, facet.different) == ("values", 5, 2, 2)
    assert _bars(facet) == [("a", 3), ("b", 2)]


def test_truth_values_are_counted_though_json_would_call_them_numbers(tmp_path: Path) -> None:
    facet = _facet(tmp_path, [True, False, True], type="boolean")
    assert (facet.kind, _bars(facet)) == ("values", [("true", 2), ("false", 1)])


def test_a_category_is_counted_by_its_values_also_in_five_rows(tmp_path: Path) -> None:
    facet = _facet(tmp_path, ["staff", "waiting", "other", None], type="category", values=["staff", "waiting", "other"])
    assert (facet.kind, _bars(facet)) == ("values", [("other", 1), ("staff", 1), ("waiting", 1)])


def test_small_whole_numbers_have_a_bar_each(tmp_path: Path) -> None:
    facet = _facet(tmp_path, [1, 5, 5, 3], type="integer")
    assert (facet.kind, _bars(facet)) == ("numbers", [("1", 1), ("2", 0), ("3", 1), ("4", 0), ("5", 2)])


def test_dates_are_told_by_the_month_when_days_are_too_many(tmp_path: Path) -> None:
    cells = [f"2025-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 21)]
    facet = _facet(tmp_path, cells, type="date")
    assert (facet.kind, _bars(facet)) == ("dates", [("2025-01", 20), ("2025-02", 20)])


def test_items_of_lists_are_counted_once_a_row(tmp_path: Path) -> None:
    facet = _facet(tmp_path, [["a", "a", "b"], ["a"], []], type="list", items="text")
    assert (facet.kind, facet.empty, _bars(facet)) == ("items", 1, [("a", 2), ("b", 1)])


def test_free_text_is_told_by_its_length(tmp_path: Path) -> None:
    facet = _facet(tmp_path, ["x" * length for length in (3, 30, 31, 200)])
    assert (facet.kind, facet.different) == ("lengths", None)
    assert sum(rows for _, rows in _bars(facet)) == 4


def test_a_column_without_a_value_says_so(tmp_path: Path) -> None:
    facet = _facet(tmp_path, [None, None])
    assert (facet.kind, facet.bars, facet.empty) == ("empty", (), 2)


@given(st.lists(st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9).map(lambda x: round(x, 3))), min_size=1))
def test_every_number_is_in_exactly_the_bin_that_counts_it(numbers: list[float]) -> None:
    spread = Spread()
    for number in numbers:
        spread.add(number)
    bins = spread.bins()
    assert len(bins) <= 13
    for low, high, rows in bins:
        choice = Choice.read(Choice(How.FROM, low=low, high=high).written())
        assert choice is not None
        assert sum(choice.holds(number) for number in numbers) == rows


def test_many_different_numbers_are_counted_in_a_bounded_room() -> None:
    spread = Spread()
    for number in range(50_000):
        spread.add(number / 7)
    assert sum(rows for _, _, rows in spread.bins()) == 50_000
    assert len(spread.counts) <= 2_000


@pytest.mark.parametrize(
    "written", ["is:for", "is:", "has:a b", "from:-1.5..20", "on:2025-03", "characters:0..10", "empty"]
)
def test_a_choice_is_read_as_it_was_written(written: str) -> None:
    choice = Choice.read(written)
    assert choice is not None
    assert choice.written() == written


@pytest.mark.parametrize("written", ["", "is", "from:a..b", "from:nan..1", "characters:1", "drop:x", "on:"])
def test_what_an_address_can_not_mean_is_left_out(written: str) -> None:
    found = Choice.read(written)
    assert found is None or (found.how is How.IS and not found.value)

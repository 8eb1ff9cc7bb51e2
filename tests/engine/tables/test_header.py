"""Names for columns."""

from datetime import date

import pytest

from engine.tables import Cell
from engine.tables.header import looks_like_header, unique_names


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (["name", "rating"], True),
        (["name", ""], True),
        (["name", "2023", "2024"], True),
        (["name", 2023.0, 2024.0], True),
        (["Anna", "12.5"], False),
        (["Anna", "-3"], False),
        (["Anna", "1.234,50"], False),
        (["2023", "2024"], False),
        (["", "", ""], False),
        (["Anna", 5], False),
        (["Anna", date(2024, 1, 1)], False),
    ],
)
def test_headers_are_told_from_data(first: list[Cell], expected: bool) -> None:
    assert looks_like_header(first) is expected


def test_names_are_unique_even_where_a_suffix_is_taken() -> None:
    assert unique_names(["a", "a", "a (2)", "", "column 4"])[0] == ["a", "a (3)", "a (2)", "column 4 (2)", "column 4"]


def test_spaces_line_breaks_and_marks_around_names_go() -> None:
    assert unique_names(["\ufeff a ", "two\nlines"])[0] == ["a", "two lines"]


def test_many_renamed_headers_are_summed_up() -> None:
    notices = unique_names(["x"] * 50)[1]
    assert len(notices) == 4
    assert notices[-1].startswith("46 more")

"""The rows of a preview: random ones come back with their seed, named ones are read as people write them."""

import pytest

from handai_errors import SpecError
from services.forms.preview_rows import as_numbers, drawn_rows, picked_rows


def test_random_rows_are_the_same_for_a_seed_and_others_for_the_next() -> None:
    assert drawn_rows(range(1000), 5, 1) == drawn_rows(range(1000), 5, 1)
    assert drawn_rows(range(1000), 5, 1) != drawn_rows(range(1000), 5, 2)


def test_random_rows_are_among_those_allowed_each_once_and_in_order() -> None:
    found = drawn_rows([3, 9, 12, 40], 3, 7)

    assert set(found) <= {3, 9, 12, 40}
    assert len(found) == 3
    assert list(found) == sorted(found)
    assert drawn_rows([3, 9], 5, 7) == (3, 9)


@pytest.mark.parametrize(
    ("text", "rows"),
    [("3", (2,)), ("3, 8-10", (2, 7, 8, 9)), ("8–9;1", (0, 7, 8)), (" 2..4\n3 ", (1, 2, 3)), ("1 to 2", (0, 1))],
)
def test_numbers_are_read_as_people_write_them(text: str, rows: tuple[int, ...]) -> None:
    assert picked_rows(text, 10) == rows


@pytest.mark.parametrize("text", ["", " , ", "0", "11", "3-", "x", "5-3", "-2", "9-11"])
def test_what_is_no_row_is_told(text: str) -> None:
    with pytest.raises(SpecError):
        picked_rows(text, 10)


def test_too_many_rows_are_no_preview() -> None:
    with pytest.raises(SpecError, match="too many"):
        picked_rows("1-1000000", 2_000_000)
    with pytest.raises(SpecError, match="too many"):
        picked_rows("1-80, 100-180", 1000)


def test_rows_are_written_as_they_are_read() -> None:
    assert as_numbers((7, 2, 8, 9)) == "3, 8-10"
    assert picked_rows(as_numbers((0, 4, 5)), 10) == (0, 4, 5)

"""Figures as people read them."""

import pytest

from engine.quality.words import counted, duration, number, percent, span


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (1234567, "1,234,567"),
        (12.50, "12.5"),
        (0.123456789, "0.1235"),
        (-1234.5678, "-1,234.57"),
        (3.2e-7, "3.2e-07"),
        (1.7e308, "1.7e+308"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0, "0.0 %"), (1e-5, "< 0.1 %"), (0.125, "12.5 %"), (0.99999, "> 99.9 %"), (1, "100.0 %")],
)
def test_what_is_some_does_not_read_as_none_or_all(share: float | None, text: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == text


def test_ranges_durations_and_counts() -> None:
    assert [span(1, 5), span(None, 5), span(1, None), span(None, None)] == ["from 1 to 5", "5 or less", "1 or more", ""]
    assert [duration(5.04), duration(75), duration(7260)] == ["5.0 s", "1 min 15 s", "2 h 1 min"]
    assert [counted(1, "row"), counted(2000, "row")] == ["1 row", "2,000 rows"]

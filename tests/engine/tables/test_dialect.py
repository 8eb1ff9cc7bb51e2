"""Which delimiter a text table has."""

import time

import pytest

from engine.tables.dialect import NO_DELIMITER, detect_delimiter


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a\tb\nx, y\tz, w\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('id;text\n1;"one, two"\n2;"three, four"\n', ";"),
        ("name;price;note\nA;1,20;x, y\nB;3,50\nC;2,10;z\n", ";"),
        ("just one column\nof text\n", NO_DELIMITER),
        ("", NO_DELIMITER),
    ],
)
def test_delimiters(sample: str, delimiter: str) -> None:
    assert detect_delimiter(sample) == delimiter


def test_a_row_cut_off_by_the_sample_does_not_matter() -> None:
    assert detect_delimiter('a,b,c\n1,2,3\n4,5,6\n7,"be') == ","


@pytest.mark.parametrize("piece", ['",;|\t', '"' * 50 + ",;|", "a,b;c|d\n", "'\",\n"])
def test_detection_is_quick_on_nasty_samples(piece: str) -> None:
    start = time.monotonic()
    detect_delimiter((piece * 65_536)[:65_536])
    assert time.monotonic() - start < 5

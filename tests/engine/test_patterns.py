"""Regular expressions that people write."""

import time

import pytest

from engine.patterns import MAX_PATTERN, MAX_SIZE, Pattern
from handai_errors import SpecError


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("^[A-Z]{3}-[0-9]+$", "ABC-12", True),
        ("^[A-Z]{3}-[0-9]+$", "ABC-", False),
        ("b", "abc", True),
        (r"^\p{Greek}{2}$", "αβ", True),
        ("^[]{}]{2}$", "}{", True),
        (r"^a\{5\}$", "a{5}", True),
    ],
)
def test_a_pattern_is_looked_for_anywhere(pattern: str, text: str, *, fits: bool) -> None:
    assert Pattern(pattern).fits(text) is fits


@pytest.mark.parametrize("pattern", ["[", "(", "*", r"\q", "(?=x)", "(?<!x)y", r"(a)\1", "{", r"\w{1000}"])
def test_what_cannot_be_read_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(SpecError, match=r"can't be used: .+\. It is a regular expression"):
        Pattern(pattern)


def test_a_pattern_is_bounded_in_length() -> None:
    assert Pattern("a" * MAX_PATTERN).fits("a") is False
    with pytest.raises(SpecError, match="at most 1,000 characters"):
        Pattern("a" * (MAX_PATTERN + 1))


@pytest.mark.parametrize(
    "pattern", ["[01]{2001}", "(a{100}){100}", "((a|b{9}){9}x){90}", "a{1,999999999}", "(?:ab){1500}"]
)
def test_counts_that_would_make_a_huge_machine_are_refused(pattern: str) -> None:
    with pytest.raises(SpecError, match=r"repeats its parts too often. Its counts in braces come to 2,000"):
        Pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(x+x+)+y", "(a|a)*b", "(.*)*!", f"[01]*1[01]{{{MAX_SIZE - 10}}}x"])
def test_none_hangs(pattern: str) -> None:
    found = Pattern(pattern)
    start = time.process_time()
    found.fits("1" * 50_000)
    found.fits("a" * 50_000)
    assert time.process_time() - start < 5  # backtracking would take longer than the sun has left

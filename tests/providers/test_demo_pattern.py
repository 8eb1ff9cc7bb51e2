import random
import re

import pytest

from providers.demo_pattern import text_matching
from providers.demo_values import DemoValues


def texts_for(pattern: str, count: int = 50) -> list[str | None]:
    return [text_matching(pattern, random.Random(place)) for place in range(count)]


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{2,4}$",
        r"TKT-[0-9a-f]{8}",
        r"(red|green|dark blue)( ish)?",
        r"(?:ab+c*){2}\.",
        r"[a-z_][\w-]*",
        r"\+49 \d{3,}",
        r"(\d{2}:){2}\d{2}",
        r"",
    ],
)
def test_a_simple_pattern_is_matched(pattern: str) -> None:
    for text in texts_for(pattern):
        assert text is not None
        assert re.fullmatch(pattern, text)


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(a)\1", r"\bword", r"[^a]", r"(open", r"[open", r"a**", "\\"])
def test_what_is_beyond_it_makes_nothing(pattern: str) -> None:
    assert texts_for(pattern, 3) == [None] * 3


def test_repeats_of_repeats_have_an_end() -> None:
    assert text_matching("(((((a{200}){200}){200}){200}){200})", random.Random(0)) is None


def test_a_columns_pattern_is_read_from_its_description() -> None:
    told = "a text with 6 characters that matches the pattern [A-Z]{2}\\.?\\d{3,4}. The code on the label."
    text = DemoValues({"type": "string", "description": told}, random.Random(1), ("a",)).answer()
    assert re.fullmatch(r"[A-Z]{2}\.?\d{3,4}", text)

"""Repeated texts are found, at any size, and only those."""

import random

import pytest
from rapidfuzz import process
from rapidfuzz.distance import Indel

from engine.diversity import Duplicate, TextIndex
from engine.diversity.normal import normalised

LETTERS = "etaoinshrdlucmfwypvbgk     "


def random_text(rng: random.Random, length: int = 300) -> str:
    return "".join(rng.choices(LETTERS, k=length))


def changed(rng: random.Random, text: str, share: float) -> str:
    letters = list(text)
    for place in rng.sample(range(len(letters)), round(share * len(letters))):
        letters[place] = rng.choice("zxqj")
    return "".join(letters)


def index_of(texts: list[str], near: float | None) -> TextIndex:
    index = TextIndex(near)
    for row, text in enumerate(texts):
        index.add(row, text)
    return index


@pytest.mark.parametrize("near", [None, 0.9, 1.0])
def test_the_same_text_in_other_case_spaces_and_punctuation_is_a_whole_repeat(near: float | None) -> None:
    index = index_of(["Nothing alike, at all.", "The  pump broke - twice!"], near)
    assert index.find("the pump broke twice") == Duplicate(1, 1.0)


def test_a_text_that_nothing_resembles_is_no_repeat() -> None:
    index = index_of(["The pump broke on the second day, and nobody answered my letters."], 0.9)
    assert index.find("Delivery was quick and the colours are lovely, we would buy it again.") is None


def test_a_near_repeat_is_found_and_measured() -> None:
    first = "The pump broke on the second day, and nobody answered my letters."
    second = "The pump broke on the third day, and nobody answered my letters."
    found = index_of([first], 0.8).find(second)
    assert found is not None
    assert found.similarity == pytest.approx(Indel.normalized_similarity(normalised(first), normalised(second)))
    assert index_of([first], None).find(second) is None
    assert index_of([first], 0.99).find(second) is None


def test_short_texts_are_compared_even_with_slightly_longer_ones() -> None:
    index = index_of(["New York City Hall 1", "Boston"], 0.8)
    assert index.find("new york cty hall") is not None
    assert index.find("Bostom") == Duplicate(1, 1 - 2 / 12)
    assert index.find("Dallas") is None


def test_the_most_alike_text_wins_and_of_equals_the_earliest() -> None:
    index = index_of(["abcdefghXXklmnopqrst uvw", "abcdefghXjklmnopqrst uvw", "abcdefghijklmnopqrst XXX"], 0.7)
    assert index.find("abcdefghijklmnopqrst uvw") == Duplicate(1, 1 - 2 / 48)
    twins = index_of(["Xbcdefghijklmnop", "aXcdefghijklmnop"], 0.7)
    assert twins.find("abcdefghijklmnop") == Duplicate(0, 1 - 2 / 32)


def test_empty_texts_repeat_nothing_and_symbols_are_compared_as_they_are() -> None:
    index = index_of(["", "  ", "👍", "किताब"], 0.9)
    assert index.find("") is None
    assert index.find("👎") is None
    assert index.find("👍 ") == Duplicate(2, 1.0)
    assert index.find("कताब") is None


def test_text_that_cannot_be_encoded_breaks_nothing() -> None:
    index = index_of(["\ud800 half a pair, " * 3], 0.9)
    assert index.find("\ud800 half a pair, " * 3) == Duplicate(0, 1.0)


def test_the_same_adds_give_the_same_finds() -> None:
    rng = random.Random(3)
    texts = [random_text(rng) for _ in range(300)]
    asked = [changed(rng, text, 0.05) for text in texts]
    first, second = index_of(texts, 0.85), index_of(texts, 0.85)
    assert [first.find(text) for text in asked] == [second.find(text) for text in asked]


@pytest.mark.parametrize(("near", "length"), [(0.95, 300), (0.9, 300), (0.9, 80), (0.8, 300), (0.7, 300)])
def test_hardly_any_repeat_just_above_the_limit_is_missed(near: float, length: int) -> None:
    rng = random.Random(7)
    texts = [random_text(rng, length) for _ in range(1000)]
    plain = [normalised(text) for text in texts]
    index = index_of(texts, near)
    expected = found = 0
    for text in texts:
        planted = changed(rng, text, 1 - near - 0.035 if near < 0.95 else 0.01)
        best = process.extractOne(
            normalised(planted), plain, scorer=Indel.normalized_similarity, score_cutoff=near + 0.03
        )
        if best is not None:
            expected += 1
            found += index.find(planted) == Duplicate(best[2], best[1])
    assert expected > 100
    assert found >= 0.98 * expected


def test_thousands_of_texts_with_the_same_opening_hide_no_repeat() -> None:
    rng = random.Random(5)
    opening = "Thank you for reaching out to our support team about this. "
    texts = [opening + random_text(rng, 200) for _ in range(3000)]
    index = index_of(texts, 0.9)
    found = [index.find(changed(rng, texts[row], 0.04)) for row in range(0, 300, 3)]
    assert [duplicate.row if duplicate else None for duplicate in found].count(None) <= 2


def test_beyond_the_texts_kept_whole_equal_ones_are_still_found() -> None:
    rng = random.Random(7)
    texts = [random_text(rng) for _ in range(12_000)]
    index = TextIndex(0.9, whole=100)
    for row, text in enumerate(texts):
        assert index.find(text) is None
        index.add(row, text)

    assert [index.find(texts[row]) for row in (5, 100, 7_000, 11_999)] == [
        Duplicate(row, 1.0) for row in (5, 100, 7_000, 11_999)
    ]


def test_beyond_the_texts_kept_whole_a_near_repeat_of_those_is_still_found() -> None:
    rng = random.Random(8)
    texts = [random_text(rng) for _ in range(300)]
    index = TextIndex(0.9, whole=100)
    for row, text in enumerate(texts):
        index.add(row, text)

    early, late = (index.find(changed(rng, texts[row], 0.02)) for row in (50, 200))

    assert early is not None
    assert early.row == 50
    assert late is None


def test_long_texts_fill_the_room_before_their_number_does() -> None:
    rng = random.Random(9)
    texts = [random_text(rng, 4_000) for _ in range(60)]
    index = TextIndex(0.9, whole=100)
    for row, text in enumerate(texts):
        index.add(row, text)

    found = [index.find(changed(rng, text, 0.02)) is not None for text in texts]

    assert found.index(False) in {25, 26}  # 100 × 1,000 characters, case and spaces evened out
    assert not any(found[26:])

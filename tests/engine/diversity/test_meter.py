"""The meter's figures are those that a person would work out by hand."""

import random

import pytest

from engine.diversity import DiversityMeter
from engine.diversity.entropy import entropy_bits
from engine.diversity.meter import verdict_on
from engine.diversity.ngrams import BLOCK, NgramShares


def test_entropy_of_known_shares() -> None:
    assert entropy_bits([1, 1]) == pytest.approx(1)
    assert entropy_bits([2, 1, 1]) == pytest.approx(1.5)
    assert entropy_bits([5]) == 0
    assert entropy_bits([]) == 0
    assert entropy_bits([1, 1, 0]) == pytest.approx(1)


def test_distinct_shares_of_a_known_text() -> None:
    ngrams = NgramShares()
    ngrams.add("a b a b a")
    assert ngrams.shares == (2 / 5, 2 / 4, 2 / 3)


def test_texts_do_not_join_up_to_pairs() -> None:
    ngrams = NgramShares()
    ngrams.add("a")
    ngrams.add("b")
    assert ngrams.shares == (1.0, None, None)


def test_distinct_shares_do_not_fall_because_a_table_is_longer() -> None:
    rng = random.Random(1)
    words = [f"w{number}" for number in range(1000)]
    ngrams = NgramShares()
    for _ in range(BLOCK // 100):
        ngrams.add(" ".join(rng.choices(words, k=100)))
    after_one = ngrams.shares[0]
    for _ in range(3 * BLOCK // 100):
        ngrams.add(" ".join(rng.choices(words, k=100)))
    assert ngrams.shares[0] == after_one == 0.02


def test_a_category_is_held_against_its_weights() -> None:
    meter = DiversityMeter({"plan": {"free": 2, "pro": 1, "team": 1}, "open": None, "one": {"x": 1}}, [], 0.9)
    for plan in ("free", "free", "pro", "pro"):
        meter.add({"plan": plan, "open": plan, "one": "x"})
    meter.add({"plan": None, "open": ""})
    figures = meter.figures()
    assert figures.rows == 5
    assert figures.categories["plan"].entropy_bits == pytest.approx(1)
    assert figures.categories["plan"].promised_bits == pytest.approx(1.5)
    assert figures.categories["plan"].ratio == pytest.approx(2 / 3)
    assert figures.categories["open"].promised_bits is None
    assert figures.categories["one"].ratio is None
    assert figures.duplicate_share is None


def test_a_collapsed_table_is_called_so() -> None:
    meter = DiversityMeter({}, ["review"], 0.9)
    for _ in range(15):
        meter.add({"review": "Great product, works as described."})
    for topic in ("pump", "lamp", "chair", "phone", "boat"):
        meter.add({"review": f"{topic} {topic[::-1]} {topic * 3} {topic * 2}"})
    figures = meter.figures()
    assert figures.duplicate_share == pytest.approx(14 / 20)
    assert figures.texts["review"].exact_share == pytest.approx(14 / 20)
    assert figures.texts["review"].near_share == 0
    assert figures.texts["review"].verdict == "The texts repeat each other a lot."


def test_a_varied_table_is_called_so() -> None:
    rng = random.Random(2)
    meter = DiversityMeter({}, ["text"], 0.9)
    for _ in range(50):
        meter.add({"text": " ".join(f"w{rng.randrange(5000)}" for _ in range(40))})
    assert meter.figures().texts["text"].verdict == "The texts hardly repeat each other."


def test_nothing_is_claimed_of_nothing() -> None:
    meter = DiversityMeter({"plan": None}, ["text"], None)
    figures = meter.figures()
    assert figures.duplicate_share is None
    assert figures.texts["text"].mean_length is None
    assert figures.texts["text"].verdict == "There are too few texts to judge yet."
    meter.add({})
    assert meter.figures().duplicate_share == 0


def test_missing_texts_are_not_repeats_of_each_other() -> None:
    meter = DiversityMeter({}, ["text"], 0.9)
    for value in (None, "", "  ", None):
        meter.add({"text": value})
    assert meter.figures().duplicate_share == 0
    assert meter.figures().texts["text"].texts == 0


@pytest.mark.parametrize(
    ("share", "triples", "word"),
    [(0.0, 0.9, "hardly"), (0.05, 0.9, "Some"), (0.0, 0.5, "phrases"), (0.3, 0.9, "a lot"), (0.1, 0.1, "Some")],
)
def test_verdicts(share: float, triples: float, word: str) -> None:
    assert word in verdict_on(100, share, triples)

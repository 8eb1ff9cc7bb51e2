"""All models can be found, and the useful ones come first."""

import pytest

from engine.model_order import SortBy, in_order, search
from providers.base import ModelInfo

CHEAP = ModelInfo("b/cheap", "Cheap One", 8_000, 0.0, 0.0, created=100)
DEAR = ModelInfo("a/dear", "Dear Two", 200_000, 5.0, 25.0, created=300, hugging_face_id="Org/Dear-70B")
UNKNOWN = ModelInfo("c/unknown", "Who Knows")
MODELS = [UNKNOWN, DEAR, CHEAP]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (SortBy.NAME, ["a/dear", "b/cheap", "c/unknown"]),
        (SortBy.PRICE, ["b/cheap", "a/dear", "c/unknown"]),
        (SortBy.CONTEXT, ["a/dear", "b/cheap", "c/unknown"]),
        (SortBy.NEWEST, ["a/dear", "b/cheap", "c/unknown"]),
        (SortBy.USED, ["c/unknown", "b/cheap", "a/dear"]),
    ],
)
def test_models_are_sorted_and_the_unknown_comes_last(by: SortBy, expected: list[str]) -> None:
    used = {"c/unknown": 20.0, "b/cheap": 10.0}
    assert [model.id for model in in_order(MODELS, by, used)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c/unknown", "a/dear", "b/cheap"]),
        ("CHEAP one", ["b/cheap"]),
        ("two dear", ["a/dear"]),
        ("70b", ["a/dear"]),
        ("a_dear", ["a/dear"]),
        ("cheap dear", []),
    ],
)
def test_every_word_of_a_search_counts(text: str, expected: list[str]) -> None:
    assert [model.id for model in search(MODELS, text)] == expected


def test_004_12_the_last_of_345_models_is_found() -> None:
    many = [ModelInfo(f"org/model-{n}", f"Model {n}") for n in range(345)]
    assert [model.id for model in search(many, "model-344")] == ["org/model-344"]
    assert len(in_order(many, SortBy.USED)) == 345

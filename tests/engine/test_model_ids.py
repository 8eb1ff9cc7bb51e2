"""Model ids: what a request carries, whatever a person types."""

import pytest

from engine.model_ids import candidates, is_slug_form, required, resolve, slug_of, slugs_of, variants_of
from handai_errors import NotFoundError
from providers.base import ModelInfo

PAID = ModelInfo(
    "qwen/qwen3-4b", "Qwen3 4B", 40_000, canonical_slug="qwen/qwen3-4b-04-28", hugging_face_id="Qwen/Qwen3-4B"
)
FREE = ModelInfo(
    "qwen/qwen3-4b:free", "Qwen3 4B (free)", canonical_slug="qwen/qwen3-4b-04-28", hugging_face_id="Qwen/Qwen3-4B"
)
GPT = ModelInfo("openai/gpt-6-luna", "GPT-6 Luna", 400_000)
MODELS = (FREE, PAID, GPT)


@pytest.mark.parametrize(
    "model_id", ["openai/gpt-6-luna", "a/b:free", "~x/latest", "a_b/c", "gpt-4.1", "ünïcode/m", "..", ""]
)
def test_000_1_a_slug_is_safe_in_paths(model_id: str) -> None:
    slug = slug_of(model_id)
    assert slug
    assert "/" not in slug
    assert ":" not in slug
    assert slug.isascii()
    assert not slug.startswith((".", "-"))


def test_000_1_id_to_slug_and_back_for_every_model_even_where_slugs_would_meet() -> None:
    models = [ModelInfo(name, name) for name in ("a/b_c", "a_b/c", "A/b_c", "x/y:free", "x/y-free", "plain")]
    slugs = slugs_of(model.id for model in models)
    assert slugs["plain"] == "plain"
    assert len({slug.casefold() for slug in slugs.values()}) == len(models)
    for model in models:
        assert resolve(slugs[model.id], models) == model.id


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qwen/qwen3-4b", "qwen/qwen3-4b"),
        (" openai/gpt-6-luna ", "openai/gpt-6-luna"),
        ("openai_gpt-6-luna", "openai/gpt-6-luna"),
        ("qwen/qwen3-4b-04-28", "qwen/qwen3-4b"),
        ("qwen_qwen3-4b-04-28", "qwen/qwen3-4b"),
        ("Qwen/Qwen3-4B", "qwen/qwen3-4b"),
        ("OpenAI/GPT-6-Luna", "openai/gpt-6-luna"),
        ("qwen_qwen3-4b:free", "qwen/qwen3-4b:free"),
        ("qwen_qwen3-4b-free", "qwen/qwen3-4b:free"),
        ("openai_gpt-6-luna:nitro", "openai/gpt-6-luna:nitro"),
        ("openai/gpt-6-luna:free", None),  # there is no free one
        ("gpt-7", None),
    ],
)
def test_000_2_whatever_is_typed_becomes_the_id_that_requests_carry(typed: str, meant: str | None) -> None:
    assert resolve(typed, MODELS) == meant


def test_000_3_an_unknown_name_is_told_with_near_misses() -> None:
    with pytest.raises(NotFoundError, match="Model not found in database: openai_gpt-6-lunar") as caught:
        required("openai_gpt-6-lunar", MODELS)
    assert "openai/gpt-6-luna" in caught.value.remedy


def test_001_6_upper_and_lower_case_decide_where_ids_differ_in_nothing_else() -> None:
    twins = (ModelInfo("Org/Model", "a"), ModelInfo("org/model", "b"))
    assert resolve("Org/Model", twins) == "Org/Model"
    assert resolve("org/model", twins) == "org/model"
    assert resolve("ORG/MODEL", twins) is None


@pytest.mark.parametrize(
    ("name", "models", "is_slug"),
    [
        ("openai_gpt-7", MODELS, True),
        ("openai/gpt-7", MODELS, False),
        ("gpt", (ModelInfo("gpt-6", ""),), False),
        ("a", (), False),
    ],
)
def test_000_2_a_slug_is_told_from_an_id_of_ones_own(name: str, models: tuple[ModelInfo, ...], is_slug: bool) -> None:
    assert is_slug_form(name, models) is is_slug


def test_001_16_a_models_variants_are_lower_exact_and_free() -> None:
    known = "qwen/qwen3-4b", "Qwen/Qwen3-4B"
    assert variants_of(*known, ":free") == (*known, "qwen/qwen3-4b:free")
    assert variants_of("qwen/q:free", "Qwen/Q", ":free") == ("qwen/q:free", "Qwen/Q:free", "qwen/q")
    assert variants_of("gpt-6", None) == ("gpt-6",)


def test_003_5_models_are_tried_in_order_requested_default_fallbacks_then_context() -> None:
    assert candidates("r", "d", ["f", "d"], MODELS) == ("r", "d", "f", GPT.id, PAID.id, FREE.id)
    assert candidates(None, "", [], MODELS)[0] == GPT.id

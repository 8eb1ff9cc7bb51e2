"""The variation dial."""

import pytest

from engine.placeholders import placeholders
from engine.schema.check import check_schema
from engine.schema.columns import ModelColumn, Schema
from engine.schema.graph import exported_names, reads
from engine.schema.variation import is_from_dial, temperature_for, with_variation, without_variation
from engine.spec import GenerateInput

LEVELS = ("none", "low", "medium", "high", "maximum")


def schema(variation: str, *columns: dict[str, object]) -> Schema:
    found = columns or ({"name": "review", "prompt": "Write a review."},)
    return Schema.model_validate({"columns": found, "variation": variation})


def helpers(found: Schema) -> list[str]:
    return [column.name for column in found.columns if is_from_dial(column)]


def prompt(found: Schema, name: str) -> str:
    return next(column.prompt for column in found.columns if isinstance(column, ModelColumn) and column.name == name)


def test_none_changes_nothing() -> None:
    plain = schema("none")
    assert with_variation(plain) is plain


def test_the_higher_the_dial_the_more_is_sampled() -> None:
    counts = [len(helpers(with_variation(schema(level)))) for level in LEVELS]
    assert counts == sorted(set(counts))


@pytest.mark.parametrize("level", LEVELS[1:])
def test_the_prompt_names_every_helper_and_none_is_exported(level: str) -> None:
    varied = with_variation(schema(level))
    assert set(placeholders(prompt(varied, "review"))) == set(helpers(varied))
    assert exported_names(varied) == ("review",)
    check_schema(varied)


@pytest.mark.parametrize("level", LEVELS)
def test_twice_is_the_same_as_once(level: str) -> None:
    once = with_variation(schema(level))
    assert with_variation(once) == once


def test_turning_the_dial_replaces_what_it_added() -> None:
    high = with_variation(schema("high"))
    turned = with_variation(high.model_copy(update={"variation": "low"}))
    assert turned == with_variation(schema("low"))
    assert without_variation(high).columns == schema("high").columns


def test_a_generate_input_stays_one() -> None:
    source = GenerateInput.model_validate({"columns": [{"name": "a", "prompt": "b"}], "variation": "low"})
    assert isinstance(with_variation(source), GenerateInput)


def test_numbers_are_not_varied_but_columns_of_one_call_stay_together() -> None:
    varied = with_variation(
        schema(
            "low",
            {"name": "text", "prompt": "Write a story."},
            {"name": "mark", "type": "integer", "prompt": "Rate: {{ text }}"},
            {"name": "pages", "type": "integer", "prompt": "Write a story."},
        )
    )
    assert prompt(varied, "mark") == "Rate: {{ text }}"
    assert prompt(varied, "pages") == prompt(varied, "text") != "Write a story."


def test_what_the_schema_already_samples_is_left_to_it() -> None:
    varied = with_variation(
        schema(
            "maximum",
            {"name": "star_rating", "sampler": "uniform", "low": 1, "high": 5, "decimals": 0},
            {"name": "review", "prompt": "A review with {{ star_rating }} stars."},
        )
    )
    assert "variation_mood" not in helpers(varied)
    assert "variation_voice" in helpers(varied)


def test_a_persons_own_column_of_that_name_stays() -> None:
    varied = with_variation(schema("low", {"name": "Variation_opening", "prompt": "Write."}))
    assert helpers(varied) == ["variation_length"]
    assert exported_names(varied) == ("Variation_opening",)


def test_a_schema_without_text_columns_stays_as_it_is() -> None:
    plain = schema("high", {"name": "n", "sampler": "uuid"})
    assert with_variation(plain) is plain


def test_only_varied_text_is_asked_for_warmly() -> None:
    assert temperature_for("none") is None
    assert all((temperature_for(level) or 0) <= 1 for level in LEVELS)
    assert temperature_for("high") == 1.0


def test_every_name_in_a_prompt_is_there() -> None:
    varied = with_variation(schema("maximum"))
    made = {column.name for column in varied.columns}
    assert all(set(reads(column, varied)) <= made for column in varied.columns)

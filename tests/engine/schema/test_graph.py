"""The order of a schema's columns."""

import pytest

from engine.schema.columns import Schema
from engine.schema.graph import (
    base_columns,
    column_names,
    depends_on,
    exported_names,
    late_columns,
    model_columns,
    ordered,
)
from handai_errors import SpecError


def schema(*columns: dict[str, object], **rest: object) -> Schema:
    return Schema.model_validate({"columns": columns, **rest})


MIXED = schema(
    {"name": "stars", "expression": "rating * 2"},
    {"name": "rating", "type": "integer", "prompt": "Rate: {{ review }}"},
    {"name": "review", "prompt": "A {{ tone }} review by {{ who_first_name }}."},
    {"name": "tone", "sampler": "category", "values": ["warm", "dry"], "export": False},
    {"name": "yearly", "expression": "spend * 12"},
    {"name": "spend", "sampler": "uniform", "low": 1, "high": 2, "when": [{"if": "tone == 'dry'", "value": 0}]},
    {"name": "who", "sampler": "person", "fields": ["first_name", "age"]},
    {"name": "good", "judge": {"criteria": "Is it {{ tone }}?"}},
)


def names(columns: tuple[object, ...]) -> list[str]:
    return [str(getattr(column, "name", "")) for column in columns]


def test_columns_come_after_those_they_read_and_else_as_declared() -> None:
    assert names(ordered(MIXED)) == ["tone", "spend", "yearly", "who", "review", "rating", "stars", "good"]


def test_the_three_parts_make_up_the_whole() -> None:
    assert names(base_columns(MIXED)) == ["tone", "spend", "yearly", "who"]
    assert names(model_columns(MIXED)) == ["review", "rating", "good"]
    assert names(late_columns(MIXED)) == ["stars"]


def test_a_person_and_a_judge_make_several_columns() -> None:
    assert column_names(MIXED.columns[6]) == ("who_first_name", "who_age")
    assert column_names(MIXED.columns[7]) == ("good", "good_reason")


def test_what_a_column_reads_is_told_once_each() -> None:
    assert depends_on(MIXED.columns[5]) == ("tone",)
    assert depends_on(MIXED.columns[2]) == ("tone", "who_first_name")


def test_helpers_are_not_exported() -> None:
    exported = exported_names(MIXED)
    assert exported == (
        "stars", "rating", "review", "yearly", "spend", "who_first_name", "who_age", "good", "good_reason",
    )  # fmt: skip


def test_the_schemas_instructions_may_name_columns() -> None:
    found = schema(
        {"name": "review", "prompt": "Write."},
        {"name": "late", "expression": "len(review)"},
        {"name": "tone", "sampler": "constant", "value": "dry"},
        instructions="Be {{ tone }}.",
    )
    assert names(ordered(found)) == ["tone", "review", "late"]


def test_a_cycle_is_told_with_its_path() -> None:
    with pytest.raises(SpecError, match="wait for each other: a → b → c → a"):
        ordered(
            schema(
                {"name": "d", "expression": "a"},
                {"name": "a", "expression": "b + 1"},
                {"name": "b", "expression": "c + 1"},
                {"name": "c", "expression": "a + 1"},
            )
        )


def test_a_column_that_reads_itself_is_told() -> None:
    with pytest.raises(SpecError, match="`a` reads itself"):
        ordered(schema({"name": "a", "expression": "a + 1"}))


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"reads `toon`, which isn't there. Did you mean `tone`"):
        ordered(
            schema({"name": "tone", "sampler": "constant", "value": 1}, {"name": "x", "prompt": "A {{ toon }} text."})
        )


def test_a_sampled_column_cannot_wait_for_a_model() -> None:
    with pytest.raises(SpecError, match="drawn before a model is asked, but reads `length`"):
        ordered(
            schema(
                {"name": "text", "prompt": "Write."},
                {"name": "length", "expression": "len(text)"},
                {
                    "name": "n",
                    "sampler": "constant",
                    "value": 1,
                    "when": [{"if": "length > 5", "value": 2}],
                },
            )
        )


def test_two_thousand_columns_in_a_chain_are_put_in_order() -> None:
    chain: list[dict[str, object]] = [{"name": f"c{n}", "expression": f"c{n + 1} + 1"} for n in range(2000)]
    found = schema(*chain, {"name": "c2000", "sampler": "constant", "value": 1})
    assert names(ordered(found))[:2] == ["c2000", "c1999"]

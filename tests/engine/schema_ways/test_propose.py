"""Proposals: what a model is asked, and how its answers are read."""

from typing import Any

import orjson
import pytest

from engine.columns import ColumnType
from engine.prompts import render_messages
from engine.schema.check import check_schema
from engine.schema.columns import ModelColumn
from engine.schema.graph import base_columns
from engine.schema.propose import SCHEMA_INSTRUCTIONS, proposal_spec, said_in, suggestion_spec
from engine.schema.propose_offline import LABEL, offline_outputs, offline_proposal
from engine.schema.propose_read import outputs_from_answer, proposal_from_answer, schema_from_answer
from engine.schema.templates import template, templates
from engine.spec import GenerateInput, ModelSettings, RunSpec
from engine.steps import steps_of
from engine.tables.model import Cell, Row
from engine.typed import check_output
from handai_errors import SpecError

MODEL = ModelSettings(provider="custom", model="m", max_tokens=50, json_mode=True)
EXAMPLE = SCHEMA_INSTRUCTIONS[SCHEMA_INSTRUCTIONS.index('{"instructions": "You write short') :]


def messages(spec: RunSpec) -> tuple[str, str]:
    assert isinstance(spec.input, GenerateInput)
    check_schema(spec.input)
    row: Row = {column.name: getattr(column, "value", None) for column in base_columns(spec.input)}
    (step,) = steps_of(spec)
    system, user = render_messages(step.prompt, (), row)
    return system.content, user.content


def schema_of(*columns: dict[str, Any]) -> list[dict[str, Any]]:
    found = schema_from_answer({"columns": list(columns)})
    check_schema(found)
    return [column.model_dump(exclude_defaults=True) for column in found.columns]


def test_a_proposal_is_a_run_of_one_row_that_tells_the_language_and_the_description() -> None:
    spec = proposal_spec("Reviews of {{ odd }} things", MODEL, 500)
    system, user = messages(spec)
    assert system == SCHEMA_INSTRUCTIONS
    assert user.endswith("500 rows:\nReviews of {{ odd }} things")
    assert said_in(spec, "description") == "Reviews of {{ odd }} things"
    assert (spec.input.kind, spec.model.max_tokens, spec.model.json_mode) == ("generate", None, False)


def test_the_example_in_the_prompt_is_a_schema() -> None:
    found = proposal_from_answer(EXAMPLE)
    assert found.notes == ()
    assert len(found.schema.columns) == 6
    check_schema(found.schema)


def test_the_prompt_stays_short() -> None:
    assert len(SCHEMA_INSTRUCTIONS) < 4000


@pytest.mark.parametrize(
    "wrapped",
    [
        "```json\n{}\n```",
        "Here it is:\n```\n{}\n```\nEnjoy!",
        '{{"schema": {}}}',
        "{}",
    ],
    ids=["fenced", "talkative", "nested", "plain"],
)
def test_the_answer_may_be_wrapped(wrapped: str) -> None:
    answer = '{"columns": [{"name": "id", "sampler": "uuid"}]}'
    assert schema_from_answer(wrapped.format(answer)).columns[0].name == "id"


@pytest.mark.parametrize(
    "answer",
    [
        [{"name": "id", "sampler": "uuid"}],
        {"columns": {"id": {"sampler": "uuid"}}},
        "columns:\n  - {name: id, sampler: uuid}",
        '{"columns": [{"name": "id", "sampler": "uuid"',
    ],
    ids=["list", "mapping", "yaml", "cut off"],
)
def test_the_answer_may_have_another_form(answer: Cell) -> None:
    assert schema_from_answer(answer).columns[0].name == "id"


def test_an_unknown_key_is_left_out_and_told() -> None:
    found = proposal_from_answer({"columns": [{"name": "id", "sampler": "uuid", "unique": True}], "title": "x"})
    assert found.notes == ("`unique` of the column `id` was left out.",)


@pytest.mark.parametrize(
    ("loose", "right"),
    [
        ({"sampler": "categorical", "options": ["a", "b"]}, {"sampler": "category", "values": ("a", "b")}),
        (
            {"sampler": "category", "values": ["a", "b"], "weights": [0.9, 0.1]},
            {"sampler": "category", "values": {"a": 0.9, "b": 0.1}},
        ),
        (
            {"sampler": "category", "values": [{"value": 1, "weight": 2}, {"value": 2, "weight": 1}]},
            {"sampler": "category", "values": {"1": 2, "2": 1}},
        ),
        (
            {"type": "integer", "sampler": "integer", "min": 1, "max": 5, "decimals": 0},
            {"sampler": "uniform", "low": 1, "high": 5, "decimals": 0},
        ),
        ({"type": "gaussian", "mean": 4, "std": 1}, {"sampler": "normal", "mean": 4, "sd": 1}),
        ({"sampler": "boolean", "probability": 0.2}, {"sampler": "bernoulli", "p": 0.2}),
        ({"sampler": "id", "pattern": "ORD-####"}, {"sampler": "id", "pattern": "ORD-{0001}"}),
        ({"sampler": "id", "format": "ORD-{number}"}, {"sampler": "id", "pattern": "ORD-{00000001}"}),
        ({"sampler": "llm", "prompt": "Write."}, {"type": "text", "prompt": "Write."}),
        ({"type": "string", "prompt": "Write.", "hidden": True}, {"type": "text", "prompt": "Write."}),
        ({"formula": "1 + 1"}, {"expression": "1 + 1"}),
    ],
)
def test_what_models_write_instead_is_understood(loose: dict[str, Any], right: dict[str, Any]) -> None:
    (found,) = schema_of({"name": "x", **loose})
    assert found == {"name": "x", **right}


def test_single_braces_around_a_column_are_meant_as_placeholders() -> None:
    found = schema_from_answer(
        {
            "columns": [
                {"name": "tone", "sampler": "category", "values": ["a"]},
                {"name": "t", "prompt": "A {tone} {x}."},
            ]
        }
    )
    text = found.columns[1]
    assert isinstance(text, ModelColumn)
    assert text.prompt == "A {{ tone }} {x}."


def test_a_helper_stays_hidden_beside_a_shown_column() -> None:
    found = schema_from_answer(
        {"columns": [{"name": "h", "sampler": "uuid", "hidden": True}, {"name": "s", "expression": "h"}]}
    )
    assert [column.export for column in found.columns] == [False, True]


def test_a_column_that_cannot_be_is_left_out_with_those_that_need_it() -> None:
    found = proposal_from_answer(
        {
            "columns": [
                {"name": "low", "sampler": "uniform", "low": 9, "high": 1},
                {"name": "twice", "expression": "low * 2"},
                {"name": "fine", "sampler": "uuid"},
            ]
        }
    )
    assert [column.name for column in found.schema.columns] == ["fine"]
    assert len(found.notes) == 2
    assert "`low` was left out" in found.notes[0]


@pytest.mark.parametrize("answer", [None, 7, "I can't do that.", {"columns": []}, {"columns": [{"name": "x"}]}])
def test_an_answer_without_a_schema_is_told(answer: Cell) -> None:
    with pytest.raises(SpecError, match="holds no schema"):
        schema_from_answer(answer)


def test_every_template_survives_as_an_answer() -> None:
    for found in templates():
        answer = orjson.loads(orjson.dumps(found.schema.model_dump(mode="json")))
        proposal = proposal_from_answer(answer)
        assert proposal.schema.columns == found.schema.columns, found.id
        assert proposal.notes == ()


def test_a_suggestion_shows_the_request_and_a_few_short_rows() -> None:
    rows: list[Row] = [{"text": "y" * 1000, "n": n} for n in range(20)]
    system, user = messages(suggestion_spec("Find {{ the }} theme", rows, MODEL))
    assert "Find {{ the }} theme" in user
    assert user.count('"n"') == 5
    assert len(user) < 3000
    assert "suggest the columns" in system


def test_suggested_columns_are_read_and_fit() -> None:
    outputs = outputs_from_answer(
        {
            "columns": [
                {"name": "mood", "type": "category", "values": ["good", "bad"], "minimum": None, "maximum": None},
                {"name": "score", "type": "integer", "values": None, "minimum": 1, "maximum": 5, "description": "How."},
                {"name": "Score", "type": "text"},
                {"name": "odd", "type": "category", "values": []},
                {"name": "tags", "type": "list", "why": "because"},
                {"type": "text"},
            ]
        }
    )
    for output in outputs:
        check_output(output)
    assert [(output.name, output.type) for output in outputs] == [
        ("mood", ColumnType.CATEGORY),
        ("score", ColumnType.INTEGER),
        ("odd", ColumnType.TEXT),
        ("tags", ColumnType.LIST),
    ]
    assert (outputs[0].values, outputs[1].maximum, outputs[1].description) == (("good", "bad"), 5, "How.")


def test_a_suggestion_without_columns_is_told() -> None:
    with pytest.raises(SpecError, match="no column that can be used"):
        outputs_from_answer({"columns": [{"type": "text"}]})


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Reviews of kitchen products with stars", "product_reviews"),
        ("Tickets for a help desk", "support_tickets"),
        ("Bestellungen von Kunden", "customers_and_orders"),
        ("python functions with tests", "code_snippets"),
        ("job ads", "job_postings"),
        ("200 short interview answers of patients about a hospital stay", "interview_qa"),
    ],
)
def test_without_a_model_the_nearest_template_is_proposed_and_says_so(description: str, expected: str) -> None:
    found = offline_proposal(description)
    assert found.columns == template(expected).schema.columns
    assert found.describe.startswith(LABEL)


def test_without_a_model_columns_follow_keywords() -> None:
    names = [output.name for output in offline_outputs("Rate the sentiment and summarise it")]
    assert names == ["sentiment", "score", "summary"]
    assert [output.name for output in offline_outputs("hm")] == ["answer"]

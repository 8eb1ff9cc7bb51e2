"""The Generate form: to a spec and back, sampled, checked, remembered; kinds of column and pasted ones beside it."""

import pytest
from pydantic import SecretStr

from engine.columns import ColumnType, Output
from engine.schema.columns import CategoryColumn, ModelColumn, Schema, SubcategoryColumn
from engine.spec import NO_MODEL, GenerateInput, Prompt, RunSpec, TransformInput
from handai_errors import SpecError
from services.forms import drafts
from services.forms.generate_form import (
    GenerateForm,
    asked,
    asked_now,
    from_spec,
    readiness,
    sample_or_why,
    sample_rows,
    to_spec,
    with_schema,
)
from services.running.checks import check
from services.tables.column_kinds import (
    KINDS,
    blank_column,
    cell_as_text,
    cell_from,
    choices_from,
    choices_text,
    column_from,
    free_plain_name,
    kind_of,
)
from services.tables.pasted_columns import added, pasted_outputs

PLAN = CategoryColumn(name="plan", sampler="category", values={"free": 60, "pro": 40})
REVIEW = ModelColumn(name="review", type=ColumnType.TEXT, prompt="A review by a {{ plan }} customer.")
DRAWN = Schema(rows=20, seed=3, columns=(PLAN,))
WRITTEN = Schema(rows=20, seed=3, columns=(PLAN, REVIEW), variation="medium")
FORM = GenerateForm(
    provider="groq", models={"groq": "openai/gpt-oss-20b"}, temperature=0.3, max_tokens=50, concurrency=4
)


def test_a_spec_fills_the_form_that_makes_it_again() -> None:
    form = with_schema(FORM, WRITTEN)

    assert from_spec(to_spec(form), GenerateForm()).draft == WRITTEN
    assert to_spec(from_spec(to_spec(form), GenerateForm())) == to_spec(form)


def test_what_the_dial_added_to_a_run_does_not_come_back() -> None:
    run = check(to_spec(with_schema(GenerateForm(), WRITTEN))).spec
    assert isinstance(run.input, GenerateInput)
    assert len(run.input.columns) > len(WRITTEN.columns)

    assert from_spec(run, GenerateForm()).draft == WRITTEN


def test_a_drawn_table_leaves_the_model_as_it_was_set() -> None:
    spec = to_spec(with_schema(FORM, DRAWN))

    assert spec.model == NO_MODEL
    assert from_spec(spec, FORM).provider == "groq"


def test_a_preview_is_the_same_but_shorter() -> None:
    form = with_schema(GenerateForm(), WRITTEN)

    assert to_spec(form, rows=5).input.model_dump()["rows"] == 5
    assert asked(to_spec(form, rows=5)) == asked(to_spec(form))
    assert asked_now(form) != asked_now(with_schema(form, WRITTEN.model_copy(update={"seed": 4})))


def test_a_transform_can_not_fill_the_form() -> None:
    spec = RunSpec(input=TransformInput(), prompt=Prompt(instructions="x"))

    with pytest.raises(SpecError, match="worked on a table"):
        from_spec(spec, GenerateForm())


def test_every_problem_is_found_at_once() -> None:
    wrong = Schema(columns=(PLAN, REVIEW.model_copy(update={"prompt": "{{ plna }}"}), PLAN))
    found = readiness(with_schema(FORM, wrong), None)

    assert found.runnable is None
    assert len(found.problems) == 3
    assert found.problems[-1].cause == "Groq needs a key, and there is none."


def test_with_a_key_it_is_ready() -> None:
    found = readiness(with_schema(FORM, WRITTEN), SecretStr("gsk_" + "x" * 20))

    assert found.problems == ()
    assert found.runnable is not None
    assert found.runnable.sent


def test_a_drawn_table_needs_no_key() -> None:
    assert readiness(with_schema(FORM, DRAWN), None).runnable is not None


def test_sample_rows_are_those_of_the_run_without_what_the_model_writes() -> None:
    rows = sample_rows(WRITTEN, 5)

    assert [set(row) for row in rows] == [{"plan"}] * 5
    assert rows == sample_rows(WRITTEN.model_copy(update={"rows": 1000}), 5)
    assert sample_rows(DRAWN.model_copy(update={"rows": 2}), 5) == rows[:2]


def test_a_wrong_schema_has_no_sample_but_a_reason() -> None:
    rows, why = sample_or_why(Schema(columns=(PLAN, PLAN)), 5)

    assert rows == []
    assert why is not None
    assert "Two columns are named" in why.cause


def test_drafts_of_schemas_are_kept_and_the_newest_found() -> None:
    for number in range(12):
        drafts.save_schema(f"draft-{number}", with_schema(GenerateForm(), DRAWN.model_copy(update={"seed": number})))

    assert drafts.load_schema("draft-1") is None
    found = drafts.newest_schema()
    assert found is not None
    assert (found[0], found[1].draft.seed) == ("draft-11", 11)


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_column_of_every_kind_has_a_name_that_is_free(kind: str) -> None:
    first = blank_column(kind, Schema(columns=(PLAN,)))
    second = blank_column(kind, Schema(columns=(PLAN, first)))

    assert kind_of(first) == kind
    assert second.name == f"{first.name}_2"


def test_a_blank_subcategory_has_values_for_each_of_its_parents() -> None:
    found = blank_column("subcategory", DRAWN)

    assert isinstance(found, SubcategoryColumn)
    assert (found.of, set(found.values)) == ("plan", {"free", "pro"})


def test_free_names_can_stand_in_expressions() -> None:
    assert free_plain_name("text", ["Text", "text_2"]) == "text_3"


@pytest.mark.parametrize(
    ("text", "weighted", "values"),
    [
        ("a\n\n b \nc: 1", False, ("a", "b", "c: 1")),
        ("free: 60\npro: 40.5\nteam", True, {"free": 60, "pro": 40.5, "team": 1}),
        ("at: 12: 3\nminus: -1", True, {"at: 12": 3, "minus: -1": 1}),
    ],
)
def test_values_are_read_line_by_line(text: str, weighted: bool, values: object) -> None:
    assert choices_from(text, weighted=weighted) == values


def test_weights_are_written_as_they_are_read() -> None:
    weights = {"a": 0.123456789, "b": 2.0}

    assert choices_from(choices_text(weights, weighted=True), weighted=True) == weights
    assert choices_text(weights, weighted=False) == "a\nb"


@pytest.mark.parametrize(
    ("text", "cell"),
    [("0", 0), ("1.5", 1.5), ("true", True), ("", None), ("007 x", "007 x"), ("nan", "nan"), ("1_000", "1_000")],
)
def test_a_value_means_what_it_looks_like(text: str, cell: object) -> None:
    assert cell_from(text) == cell
    assert type(cell_from(text)) is type(cell)
    assert cell_as_text(cell_from(text)) == text


def test_pasted_columns_replace_those_of_the_same_name() -> None:
    score, mood = Output(name="score"), Output(name="mood", type=ColumnType.TEXT)
    pasted = pasted_outputs("score:integer(1..5)\nwhy")

    assert [output.name for output in added((score, mood), pasted)] == ["score", "mood", "why"]
    assert added((score, mood), pasted)[0].type is ColumnType.INTEGER


@pytest.mark.parametrize("text", ["", "   \n", "{not json", '--output "a', "a:nothing(1)"])
def test_a_paste_that_says_nothing_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(SpecError):
        pasted_outputs(text)


def test_a_column_in_plain_data_is_told_apart_by_what_it_has() -> None:
    assert kind_of(column_from({"name": "a", "expression": "1"})) == "expression"
    assert kind_of(column_from({"name": "a", "judge": {"criteria": "good"}})) == "judge"

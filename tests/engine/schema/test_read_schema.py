"""A schema file, read and written back."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.schema.columns import CategoryColumn, ConstantColumn, DateColumn, ModelColumn, Schema, UniformColumn
from engine.schema.read import read_schema, schema_from, schema_to_yaml
from engine.tables.model import Cell
from handai_errors import SpecError

ISSUE = """\
rows: 1000
seed: 7
columns:
  - {name: plan, sampler: category, values: {free: 0.6, pro: 0.3, team: 0.1}}
  - {name: tone, sampler: category, values: [warm, dry, angry]}
  - name: spend
    sampler: uniform
    low: 5
    high: 200
    decimals: 2
    when: [{if: "plan == 'free'", value: 0}]
  - {name: ticket, sampler: id, pattern: "TKT-{0001}"}
  - {name: customer, sampler: faker, kind: name, locale: de_DE}
  - {name: yearly, expression: "spend * 12"}
  - {name: review, type: text, prompt: "Write a {{ tone }} review by a {{ plan }} customer."}
  - {name: rating, type: integer, minimum: 1, maximum: 5, prompt: "Rate the tone of: {{ review }}"}
"""


def test_the_schema_of_a_file_is_what_it_says() -> None:
    found = read_schema(ISSUE)
    assert (found.rows, found.seed, len(found.columns)) == (1000, 7, 8)
    plan, spend, rating = found.columns[0], found.columns[2], found.columns[7]
    assert isinstance(plan, CategoryColumn)
    assert plan.values == {"free": 0.6, "pro": 0.3, "team": 0.1}
    assert isinstance(spend, UniformColumn)
    assert (spend.low, spend.high, spend.decimals) == (5, 200, 2)
    assert (spend.when[0].condition, spend.when[0].value) == ("plan == 'free'", 0)
    assert isinstance(rating, ModelColumn)
    assert (rating.type, rating.minimum, rating.maximum) == ("integer", 1, 5)


def test_it_is_written_as_a_person_would_write_it_and_reads_back_equal() -> None:
    written = schema_to_yaml(read_schema(ISSUE))
    assert read_schema(written) == read_schema(ISSUE)
    assert written.splitlines()[:5] == ISSUE.splitlines()[:5]
    assert "  - {name: yearly, expression: spend * 12}" in written
    assert '  - {name: review, type: text, prompt: "Write a {{ tone }} review by a {{ plan }} customer."}' in written


def test_the_same_in_json() -> None:
    data = read_schema(ISSUE).model_dump(mode="json", exclude_defaults=True)
    for text in (json.dumps(data), json.dumps(data, indent="\t"), "\ufeff" + json.dumps(data, indent=2)):
        assert read_schema(text, "schema.json") == read_schema(ISSUE)


def test_json_escapes_are_read() -> None:
    text = r'{"columns": [{"name": "a", "sampler": "constant", "value": "\ud83d\ude00 \u00e9 \/ \" \n {{ x }}"}]}'
    column = read_schema(text).columns[0]
    assert isinstance(column, ConstantColumn)
    assert column.value == '😀 é / " \n {{ x }}'


def test_the_input_of_an_exported_spec_is_a_schema_too() -> None:
    assert read_schema(f"kind: generate\n{ISSUE}") == read_schema(ISSUE)


def test_every_value_of_a_category_is_text_as_it_stands() -> None:
    column = read_schema(
        "columns: [{name: a, sampler: category, values: [yes, no, 007, 1.0, true, null, 2026-01-31, 12:30, ~]}]"
    ).columns[0]
    assert isinstance(column, CategoryColumn)
    assert column.values == ("yes", "no", "007", "1.0", "true", "null", "2026-01-31", "12:30", "~")


def test_every_key_of_weights_is_text_as_it_stands() -> None:
    column = read_schema("columns: [{name: a, sampler: category, values: {no: 1, 007: 2.5, null: 1}}]").columns[0]
    assert isinstance(column, CategoryColumn)
    assert column.values == {"no": 1, "007": 2.5, "null": 1}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("007", "007"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("true", True),
        ("5", 5),
        ("5.0", 5.0),
        ("1e3", 1000.0),
        ("null", None),
        ("", None),
        ("'5'", "5"),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31 8:30", datetime(2026, 1, 31, 8, 30)),  # noqa: DTZ001 written without a zone
        ("2026-01-31T08:30:00Z", datetime(2026, 1, 31, 8, 30, tzinfo=UTC)),
        ("[1, no, 2026-01-31]", [1, "no", date(2026, 1, 31)]),
        ("{a: {b: 007}}", {"a": {"b": "007"}}),
    ],
)
def test_a_constant_keeps_its_kind(written: str, value: Cell) -> None:
    found = read_schema(f"columns:\n  - name: a\n    sampler: constant\n    value: {written}\n")
    column = found.columns[0]
    assert isinstance(column, ConstantColumn)
    assert (column.value, type(column.value)) == (value, type(value))
    assert read_schema(schema_to_yaml(found)) == found


def test_dates_are_dates() -> None:
    column = read_schema("columns: [{name: a, sampler: date, start: 2026-01-01, end: 2026-12-31}]").columns[0]
    assert isinstance(column, DateColumn)
    assert (column.start, column.end) == (date(2026, 1, 1), date(2026, 12, 31))


def test_a_json_schema_holds_no_dates_of_python() -> None:
    found = read_schema(
        "columns: [{name: a, prompt: x, type: object, json_schema: {properties: {d: {const: 2026-01-01}}}}]"
    )
    json.dumps(found.model_dump(mode="python"))


FULL = """\
rows: 20
seed: 3
columns:
  - {name: kind, sampler: category, values: {pro: 2, team: 1.5}, export: false}
  - {name: role, sampler: subcategory, of: kind, values: {pro: [dev, ops], team: {lead: 1, 'no': 3}}}
  - {name: size, sampler: normal, mean: 10, sd: 2.5, minimum: 0, decimals: 1}
  - {name: calls, sampler: poisson, mean: 3}
  - {name: paid, sampler: bernoulli, p: 0.25}
  - {name: day, sampler: date, start: 2026-01-01, end: 2026-06-30}
  - {name: n, sampler: sequence, start: 10, step: 5}
  - {name: key, sampler: uuid}
  - {name: buyer, sampler: person, locale: de_DE, fields: [first_name, age], min_age: 30}
  - {name: shop, sampler: table, column: name, file: shops.csv, order: sequence}
  - {name: source, sampler: constant, value: test}
  - {name: note, sampler: constant, value: x, when: [{if: "col('n') > 20", value: null}]}
  - name: story
    type: list
    min_length: 2
    max_length: 4
    items: text
    required: false
    prompt: |
      Tell three things about {{ buyer_first_name }}.
      One a line: short.
    instructions: "You are {{ kind }}."
  - {name: shape, type: object, json_schema: {type: object, properties: {no: {type: integer}}}, prompt: Make one.}
  - {name: quality, judge: {criteria: "Is it lively?", columns: [story], maximum: 3}}
instructions: Be brief.
checks:
  - {column: size, minimum: 1, maximum: 100, on_fail: redraw}
  - {rule: calls < 50, on_fail: drop}
  - {column: role, values: [dev, ops, lead]}
duplicates: {columns: [story], near: 0.8, redraws: 2, stop_share: 0.25}
variation: high
rows_per_call: 5
describe: Stories of buyers.
"""


def test_every_kind_of_column_survives_writing() -> None:
    found = read_schema(FULL)
    assert read_schema(schema_to_yaml(found)) == found


def test_what_is_written_is_stable() -> None:
    written = schema_to_yaml(read_schema(FULL))
    assert schema_to_yaml(read_schema(written)) == written


def test_no_duplicates_and_no_near_ones_are_different_things() -> None:
    for wish in ("duplicates: false", "duplicates: {near: null}"):
        found = read_schema(f"columns: [{{name: a, sampler: uuid}}]\n{wish}\n")
        assert wish in schema_to_yaml(found)
        assert read_schema(schema_to_yaml(found)) == found


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\x85\u2028 '\"{}[]:#,-"), max_size=60
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS.filter(str.strip), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**60), 2**60))
def test_any_text_and_number_survives_writing(text: str, prompt: str, number: float, whole: int) -> None:
    found = Schema.model_validate(
        {
            "columns": [
                {"name": "a", "sampler": "constant", "value": text},
                {"name": "b", "sampler": "constant", "value": [number, whole, {text: text}]},
                {"name": "c", "sampler": "category", "values": {text: 1.5, f"{text}x": abs(whole)}},
                {"name": "d", "prompt": prompt, "type": "category", "values": [text, f"{text}x"]},
                {"name": "e", "sampler": "normal", "mean": number, "sd": 1},
            ]
        }
    )
    assert read_schema(schema_to_yaml(found), check=False) == found


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("{}[]:,-#&*!|>'\"% \n\tabc01.~nulyesrow") | st.characters(), max_size=60))
def test_whatever_a_file_holds_is_refused_in_words(text: str) -> None:
    with pytest.raises(SpecError):
        read_schema(f"rows: 5\n{text}")


def test_a_form_that_was_filled_in_is_read_in_the_same_words() -> None:
    assert schema_from({"columns": [{"name": "a", "sampler": "uuid"}]}).columns[0].name == "a"
    with pytest.raises(SpecError, match=r"^`rows` must be at least 1, not 0"):
        schema_from({"rows": 0, "columns": [{"name": "a", "sampler": "uuid"}]})


def test_a_large_file_is_read_fast_and_a_huge_one_refused() -> None:
    lines = "".join(f"      - value {number}\n" for number in range(5000))
    found = read_schema(f"columns:\n  - name: a\n    sampler: category\n    values:\n{lines}")
    assert read_schema(schema_to_yaml(found)) == found
    with pytest.raises(SpecError, match="more than 500,000 characters"):
        read_schema("#" * 500_001)


def test_long_texts_in_one_line_of_json_are_read() -> None:
    prompt = "Tell of it. " * 1000
    data = {
        "columns": [{"name": "a", "prompt": prompt}, {"name": "b", "sampler": "constant", "value": ["x" * 3000] * 5}]
    }
    found = read_schema(json.dumps(data), "schema.json")
    assert found == Schema.model_validate(data)
    assert read_schema(schema_to_yaml(found)) == found

"""Mistakes in a schema file are told with their line and what was probably meant."""
# ruff: noqa: E501 one case a line is read best

import pytest

from engine.schema.read import read_schema
from handai_errors import SpecError


def told(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read_schema(text, "shop.yaml")
    return str(caught.value)


def of_column(column: str) -> str:
    """What is told of the column in the third line."""
    found = told(f"rows: 5\ncolumns:\n  - {column}\n  - {{name: other, sampler: category, values: [x, y]}}\n")
    assert found.startswith("In shop.yaml, line 3: "), found
    return found.removeprefix("In shop.yaml, line 3: ")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("{nme: a, sampler: uuid}", "`nme` is not a key of a uuid column. Did you mean `name`?"),
        ("{name: a, sampler: category, valeus: [x]}", "`valeus` is not a key of a category column. Did you mean `values`?"),
        ("{name: a, sampler: uniform, low: 1, hihg: 2}", "`hihg` is not a key of a uniform column. Did you mean `high`?"),
        ("{name: a, sampler: categry, values: [x]}", "there is no sampler 'categry'. Did you mean `category`"),
        ("{name: a, sampler: wheel}", "there is no sampler 'wheel'. The samplers are: category, subcategory, uniform"),
        ("{name: a, sampler: [uuid]}", "there is no sampler a list."),
        ("{name: a, samplr: uuid}", "Did you mean `sampler` where it says `samplr`?"),
        ("{name: a}", "the column `a` needs exactly one of sampler, expression, prompt and judge; it has none of them."),
        ("{name: a, sampler: uuid, prompt: x}", "exactly one of sampler, expression, prompt and judge; it has `sampler` and `prompt`."),
        ("{name: a, expression: '1', judge: {criteria: x}}", "it has `expression` and `judge`. Keep one."),
        ("{name: a, prompt: x, requierd: false}", "`requierd` is not a key of a model column. Did you mean `required`?"),
        ("{name: a, prompt: x, type: intger}", "not 'intger'. Did you mean `integer`?"),
        ("{name: a, judge: {criterea: x}}", "`criterea` is not a key of `judge`. Did you mean `criteria`?"),
        ("{name: a, judge: good}", "`judge` of the column `a` must be a mapping of keys, not 'good'."),
        ("{sampler: uuid}", "a uuid column needs `name`."),
        ("{name: a, sampler: constant}", "a constant column `a` needs `value`."),
        ("just text", "a column must be a mapping of keys, not 'just text'."),
        ("{name: '', sampler: uuid}", "`name` of a column is empty."),
        ("{name: a, sampler: uuid, when: {if: '1', value: 1}}", "`when` of the column `a` must be a list"),
        ("{name: a, sampler: uuid, when: [{iff: '1', value: 1}]}", "`iff` is not a key of a condition in `when`. Did you mean `if`?"),
        ("{name: a, sampler: uniform, low: five, high: 6}", "`low` of the column `a` must be a number, not 'five'."),
        ("{name: a, sampler: uniform, low: .nan, high: 6}", "`low` of the column `a` must be a finite number, not nan."),
        ("{name: a, sampler: bernoulli, p: 2}", "`p` of the column `a` must be at most 1, not 2."),
        ("{name: a, sampler: poisson, mean: 0}", "`mean` of the column `a` must be more than 0, not 0."),
        ("{name: a, sampler: normal, mean: 0, sd: -1}", "`sd` of the column `a` must be at least 0, not -1."),
        ("{name: a, sampler: date, start: soon, end: 2026-01-01}", "`start` of the column `a` must be a date, not 'soon'."),
        ("{name: a, sampler: date, start: 2026-02-31, end: 2026-04-01}", "`2026-02-31` can't be read."),
        ("{name: a, sampler: category, values: 5}", "`values` must be a list or a mapping to weights, not 5."),
        ("{name: a, sampler: category, values: {x: -1}}", "the weight of `x` must be a finite number of at least 0, not -1."),
        ("{name: a, sampler: category, values: {x: .nan}}", "the weight of `x` must be a finite number of at least 0, not nan."),
        ("{name: a, sampler: category, values: {x: .inf}}", "the weight of `x` must be a finite number of at least 0, not inf."),
        ("{name: a, sampler: category, values: {x: much}}", "the weight of `x` must be a number, not 'much'."),
        ("{name: a, sampler: category, values: [[x]]}", "a value must be text, not a list."),
        ("{name: a, sampler: category, values: [x], values: [y]}", "the key `values` is there twice; the first is in line 3."),
        ("{name: a, prompt: {{ other }}}", "a key must be a single word. Put text that begins with {{ in quotes."),
        ("{name: a, sampler: constant, value: !!python/name:os.system x}", "the tag before `x` can't be used."),
        ("{name: a, expression: other = 'x'}", "Compare with ==, not =."),
        ("{name: a, expression: lenn(other)}", "there is no function `lenn`. Did you mean `len`"),
        ("{name: a, expression: othr}", "The column `a` reads `othr`, which isn't there. Did you mean `other`?"),
        ("{name: a, prompt: 'About {{ othr }}'}", "The column `a` reads `othr`, which isn't there. Did you mean `other`?"),
        ("{name: a, sampler: faker, kind: nmae}", "the kind `nmae`, which Faker can't make for en_US. Did you mean `name`"),
        ("{name: a, sampler: faker, kind: name, locale: de_DX}", "the locale `de_DX`, which Faker doesn't know. Did you mean `de"),
        ("{name: a, sampler: person, fields: [frst_name]}", "the field `frst_name`, which a person doesn't have. Did you mean `first_name`"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_column_has_its_line_and_a_suggestion(column: str, message: str) -> None:
    assert message in of_column(column)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rwos: 5", "`rwos` is not a key of a schema. Did you mean `rows`?"),
        ("rows: 0", "`rows` must be at least 1, not 0."),
        ("rows: 1000000000", "`rows` must be at most 10,000,000, not 1000000000."),
        ("rows: many", "`rows` must be a whole number, not 'many'."),
        ("rows: 1.5", "`rows` must be a whole number, not 1.5."),
        ("seed: x", "`seed` must be a whole number, not 'x'."),
        ("kind: transform", "`kind` is not a key of a schema."),
        ("variation: hgh", "not 'hgh'. Did you mean `high`?"),
        ("rows_per_call: 0", "`rows_per_call` must be at least 1, not 0."),
        ("checks: 5", "`checks` must be a list, not 5."),
        ("checks: [5]", "a check must be a mapping of keys, not 5."),
        ("checks: [{colum: a, minimum: 1}]", "`colum` is not a key of a check. Did you mean `column`?"),
        ("checks: [{column: a, max_length: 5, on_fail: drp}]", "`on_fail` of check 1 must be one of drop, mark, redraw, not 'drp'. Did you mean `drop`?"),
        ("duplicates: {neer: 0.9}", "`neer` is not a key of `duplicates`. Did you mean `near`?"),
        ("duplicates: {near: 2}", "`near` of `duplicates` must be at most 1, not 2."),
        ("duplicates: true", "`duplicates` must be a mapping of keys, not true."),
        ("instructions: 'Be {{ toon }}.'", "The schema's instructions read `toon`, which isn't there."),
        ("? [a, b]\n: 1", "a key must be a single word."),
    ],
)  # fmt: skip
def test_a_mistake_beside_the_columns_has_its_line(line: str, message: str) -> None:
    found = told(f"columns:\n  - {{name: a, sampler: uuid}}\n{line}\n")
    assert found.startswith("In shop.yaml, line 3: ")
    assert message in found


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("columns: [", 1, "it ends before a bracket or quote is closed"),
        ("rows: 5\ncolumns:\n\t- a", 3, "there is a tab where only spaces can be. Indent with spaces, not tabs."),
        ("rows: 5\ncolumns:\n  - name: a\n    prompt: Note: x", 4, "Put text that holds a colon in quotes."),
        ("rows: &x 5\nseed: *x", 2, "an alias (*) can't be used here. Write the value out."),
        ("rows: 5\n---\nrows: 6", 2, "it holds a second document"),
        ("rows: 5\nseed: \x00", 2, "a character that can't be printed"),
        ("[" * 1000, 1, "it is nested too deeply"),
        (
            "columns:\n  - {name: a, prompt: What is it?, type: text}",
            2,
            "Put text that holds a question mark in quotes.",
        ),
        ('{"rows": 5,\n "columns": [}', 2, "it can't be read here"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, line: int, message: str) -> None:
    found = told(text)
    assert found.startswith(f"In shop.yaml, line {line}: this is not valid YAML or JSON: ")
    assert message in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the schema is empty."),
        ("# nothing", "the schema is empty."),
        ("- a", "the schema is a list, not a mapping of keys."),
        ("hello", "the schema is 'hello', not a mapping of keys."),
        ("rows: 5", "a schema needs `columns`."),
        ("columns: []", "The schema has no columns."),
    ],
)
def test_what_is_no_schema_is_told(text: str, message: str) -> None:
    assert message in told(text)


def test_several_mistakes_are_told_together_in_order() -> None:
    found = told("rows: 0\ncolumns:\n  - {name: a, sampler: uuidd}\n  - {name: b}\nsed: 5\n")
    assert found.splitlines() == [
        "4 things in shop.yaml can't be used:",
        "- line 1: `rows` must be at least 1, not 0.",
        "- line 3: there is no sampler 'uuidd'. Did you mean `uuid` or `id`?",
        "- line 4: the column `b` needs exactly one of sampler, expression, prompt and judge; it has none of them. Add what fills it.",
        "- line 5: `sed` is not a key of a schema. Did you mean `seed`?",
    ]


def test_a_hundred_mistakes_are_not_all_told() -> None:
    found = told("columns:\n" + "  - {name: a}\n" * 100)
    assert found.splitlines()[0] == "100 things in shop.yaml can't be used:"
    assert found.splitlines()[-1] == "- and 90 more."
    assert len(found.splitlines()) == 12


def test_without_a_check_only_the_form_is_read() -> None:
    text = "columns: [{name: a, expression: b}]"
    assert read_schema(text, check=False).columns[0].name == "a"
    assert "reads `b`" in told(text)

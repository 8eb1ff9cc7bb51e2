"""What can't make a table is refused before a run, in one clear sentence each."""
# ruff: noqa: E501 one case a line is read best

import time
from typing import Any

import pytest

from engine.schema.check import check_schema, problems_of
from engine.schema.columns import Schema
from handai_errors import SpecError

PLAN: dict[str, Any] = {"name": "plan", "sampler": "category", "values": ["free", "pro"]}
STORY: dict[str, Any] = {"name": "story", "prompt": "Tell one."}


def sampled(sampler: str, **keys: object) -> dict[str, Any]:
    return {"name": "a", "sampler": sampler, **keys}


def refusal(*columns: dict[str, Any], **keys: object) -> str:
    with pytest.raises(SpecError) as caught:
        check_schema(Schema.model_validate({"columns": columns, **keys}))
    return str(caught.value)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (sampled("category", values=[]), "The column `a` has no values."),
        (sampled("category", values={}), "The column `a` has no values."),
        (sampled("category", values={"x": 0, "y": 0}), "The column `a` gives every value the weight 0."),
        (sampled("category", values={"x": 1e308, "y": 1e308}), "The column `a` has weights that are too large."),
        (sampled("category", values=["x", "y", "x"]), "The column `a` lists `x` twice."),
        (sampled("uniform", low=5, high=1), "The column `a` has low 5 above high 1."),
        (sampled("uniform", low=-1e308, high=1e308), "a range that is too wide"),
        (sampled("uniform", low=0.2, high=0.4, decimals=0), "no number with 0 decimals from 0.2 to 0.4."),
        (sampled("normal", mean=0, sd=1, minimum=5, maximum=1), "The column `a` has minimum 5 above maximum 1."),
        (sampled("normal", mean=0, sd=1, minimum=0.1, maximum=0.2, decimals=0), "no number with 0 decimals"),
        (sampled("date", start="2026-05-01", end="2026-01-01"), "The column `a` has start 2026-05-01 after end 2026-01-01."),
        (sampled("date", start="2026-01-01", end="2026-05-01T10:00"), "a date with a time and one without"),
        (sampled("date", start="2026-01-01T10:00Z", end="2026-05-01T10:00"), "a time zone at one end only"),
        (sampled("sequence", start=2**62, step=2**60), "counts past the largest whole number"),
        (sampled("id", pattern="TKT"), "no place for its number. Write one, such as TKT-{0001}."),
        (sampled("id", pattern="TKT-{x}"), "no place for its number"),
        (sampled("id", pattern="{1}-{2}"), "several places for its number"),
        (sampled("faker", kind="nmae"), "the kind `nmae`, which Faker can't make for en_US. Did you mean `name`"),
        (sampled("faker", kind="bank", locale="de_DE"), "The column `a`: Faker can't make `bank` for de_DE."),
        (sampled("faker", kind="passport_full"), "The column `a`: Faker makes another `passport_full` each time"),
        (sampled("faker", kind="seed_instance"), "the kind `seed_instance`, which Faker can't make"),
        (sampled("faker", kind="__class__"), "the kind `__class__`, which Faker can't make"),
        (sampled("faker", kind="name", locale="xx_YY"), "the locale `xx_YY`, which Faker doesn't know."),
        (sampled("person", locale="zz"), "The column `a` has the locale `zz`, which Faker doesn't know."),
        (sampled("person", fields=[]), "The column `a` has no fields."),
        (sampled("person", fields=["shoe_size"]), "the field `shoe_size`, which a person doesn't have."),
        (sampled("person", min_age=50, max_age=20), "The column `a` has min_age 50 above max_age 20."),
        (sampled("table", column="x"), "doesn't say which table it takes its values from. Add `file` or `dataset`."),
        (sampled("constant", value=float("nan")), "a value that is no finite number"),
        (sampled("uuid", when=[{"if": "plan ==", "value": 1}]), "The column `a`: the expression `plan ==` can't be used"),
        (sampled("uuid", when=[{"if": "plann == 'x'", "value": 1}]), "The column `a` reads `plann`, which isn't there. Did you mean `plan`?"),
        (sampled("subcategory", of="plam", values={"x": ["y"]}), "The column `a` reads `plam`, which isn't there. Did you mean `plan`?"),
        (sampled("subcategory", of="plan", values={}), "The column `a` has no values. List them for each value of `plan`."),
        (sampled("subcategory", of="plan", values={"free": ["x"]}), "The column `a` has no values for `pro` of `plan`."),
        (sampled("subcategory", of="plan", values={"free": ["x"], "pro": []}), "The column `a`, for `pro`, has no values."),
        (sampled("subcategory", of="plan", values={"free": ["x"], "pro": {"y": 0}}), "The column `a`, for `pro`, gives every value the weight 0."),
        (sampled("subcategory", of="plan", values={"free": ["x"], "pro": ["y"], "por": ["z"]}), "values for `por`, which `plan` never is. Did you mean `pro`?"),
        ({"name": "a", "expression": "plan.upper()"}, "only functions can be called"),
        ({"name": "a", "expression": "a + 1"}, "The column `a` reads itself."),
        ({"name": "a", "expression": "pln"}, "The column `a` reads `pln`, which isn't there. Did you mean `plan`?"),
        ({"name": "a", "prompt": "  "}, "The column `a` has an empty prompt."),
        ({"name": "a", "prompt": "For {{ pln }}"}, "The column `a` reads `pln`, which isn't there. Did you mean `plan`?"),
        ({"name": "a", "judge": {"criteria": "x"}}, "The judge `a` has nothing to judge"),
        ({"name": "a", "judge": {"criteria": " ", "columns": ["plan"]}}, "The column `a` has empty criteria."),
        ({"name": "a", "judge": {"criteria": "x", "columns": ["plan"], "minimum": 5, "maximum": 5}}, "scores from 5 to 5, which leaves no choice"),
        ({"name": " a", "sampler": "uuid"}, "The name ' a' can't be used."),
        ({"name": "a\nb", "sampler": "uuid"}, r"The name 'a\nb' can't be used."),
        ({"name": "{{a}}", "sampler": "uuid"}, "The name '{{a}}' can't be used."),
        ({"name": "plan", "sampler": "uuid"}, "Two columns are named `plan`. Give one of them another name."),
        ({"name": "Plan", "sampler": "uuid"}, "Two columns are named `Plan` (`plan` differs only in capitals)."),
    ],
)  # fmt: skip
def test_a_column_that_cannot_work_is_refused(column: dict[str, Any], message: str) -> None:
    found = refusal(PLAN, column)
    assert message in found
    assert "\n" not in found, "one mistake is told once"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"type": "category"}, "is a category without allowed values."),
        ({"type": "text", "values": ["x"]}, "has allowed values, but is of type text."),
        ({"values": ["x"]}, "has allowed values, but has no type."),
        ({"type": "text", "minimum": 1}, "has a smallest or largest value, but is of type text."),
        ({"type": "integer", "minimum": 5, "maximum": 1}, "goes from 5 to 1"),
        ({"type": "integer", "max_length": 5}, "has a shortest or longest length, but is of type integer."),
        ({"type": "text", "pattern": "["}, "The pattern `[` can't be used"),
        ({"type": "text", "items": "text"}, "says what its items are, but is of type text."),
        ({"type": "object", "json_schema": {"type": "objekt"}}, "does not describe an object"),
        ({"type": "object", "json_schema": {"$ref": "http://x.invalid/a.json"}}, "The JSON Schema of `a` can't be used"),
    ],
)  # fmt: skip
def test_a_type_that_contradicts_itself_is_refused(keys: dict[str, Any], message: str) -> None:
    found = refusal({"name": "a", "prompt": "x", **keys})
    assert found.startswith("The column `a`")
    assert message in found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ({}, "Check 1 has nothing to check."),
        ({"column": "plan"}, "Check 1 has nothing to check."),
        ({"minimum": 1}, "Check 1 doesn't say which column it is for."),
        ({"column": "pln", "pattern": "x"}, "Check 1 is for `pln`, which isn't there. Did you mean `plan`?"),
        ({"column": "plan", "pattern": "("}, "Check 1: the pattern `(` can't be used"),
        ({"column": "plan", "min_length": 5, "max_length": 1}, "Check 1 has min_length 5 above max_length 1."),
        (
            {"column": "plan", "json_schema": {"$ref": "http://x.invalid/a.json"}},
            "Check 1: the JSON Schema of `plan` can't be used",
        ),
        ({"column": "plan", "minimum": 5, "maximum": 1}, "Check 1 has minimum 5 above maximum 1."),
        ({"rule": "pln == 'x'"}, "Check 1 reads `pln`, which isn't there. Did you mean `plan`?"),
        ({"rule": "plan ="}, "Check 1: the expression `plan =` can't be used"),
    ],
)
def test_a_check_that_cannot_work_is_refused(check: dict[str, Any], message: str) -> None:
    found = refusal(PLAN, checks=[check])
    assert message in found
    assert "\n" not in found


def test_the_names_that_a_person_and_a_judge_make_are_taken() -> None:
    person = {"name": "a", "sampler": "person", "fields": ["age"]}
    assert "Two columns are named `a_age`: the column `a` makes one" in refusal(
        person, {"name": "a_age", "sampler": "uuid"}
    )
    judge = {"name": "q", "judge": {"criteria": "x"}}
    assert "Two columns are named `q_reason`: the column `q` makes one" in refusal(
        STORY, judge, {"name": "q_reason", "sampler": "uuid"}
    )
    both = {"name": "q", "sampler": "uuid"}
    assert "Two columns are named `q`" in refusal(STORY, judge, both)


def test_a_persons_own_name_is_no_column() -> None:
    person = {"name": "who", "sampler": "person", "fields": ["age"]}
    assert "reads `who`, which isn't there. Did you mean `who_age`?" in refusal(
        person, {"name": "a", "prompt": "{{ who }}"}
    )


def test_a_cycle_is_told_with_its_path() -> None:
    found = refusal(
        {"name": "a", "expression": "b"}, {"name": "b", "prompt": "{{ c }}"}, {"name": "c", "prompt": "{{ a }}"}
    )
    assert "These columns wait for each other: a → b → c → a." in found


def test_duplicates_compare_columns_that_are_there() -> None:
    assert "`duplicates` compares `stroy`, which isn't there. Did you mean `story`?" in refusal(
        STORY, duplicates={"columns": ["stroy"]}
    )


def test_a_table_of_helpers_alone_is_refused() -> None:
    assert "the table would be empty" in refusal({**PLAN, "export": False})


def test_a_subcategory_of_a_column_with_a_condition_covers_that_value_too() -> None:
    plan = {**PLAN, "when": [{"if": "true", "value": "team"}]}
    values = {"free": ["x"], "pro": ["y"]}
    assert "no values for `team`" in refusal(plan, sampled("subcategory", of="plan", values=values))
    never = {**PLAN, "values": {"free": 1, "pro": 0}}
    check_schema(Schema.model_validate({"columns": [never, sampled("subcategory", of="plan", values={"free": ["x"]})]}))


def test_each_problem_says_where_it_is() -> None:
    schema = Schema.model_validate({"columns": [PLAN, sampled("uniform", low=5, high=1)], "checks": [{}]})
    assert [problem.place for problem in problems_of(schema)] == [("columns", 1, "low"), ("checks", 0)]


def test_several_problems_are_told_together() -> None:
    found = refusal(sampled("category", values=[]), {"name": "b", "prompt": ""})
    assert found.splitlines()[0] == "2 things in schema can't be used:"
    assert len(found.splitlines()) == 3


def test_a_thousand_mistakes_are_found_in_no_time() -> None:
    wrong = [{"name": f"column {n}", "expression": f"colum_{n}"} for n in range(1000)]
    schema = Schema.model_validate({"columns": wrong})
    start = time.process_time()
    assert len(problems_of(schema)) == 1000
    assert time.process_time() - start < 5  # comparing every pair slowly took half a minute

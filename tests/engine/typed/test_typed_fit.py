"""Answers are read tolerantly, never guessed: a value fits its column or the model is told why not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import ColumnType, Output
from engine.typed import AnswerError, fit_answer, json_schema_of
from engine.typed.schemas import schema_problems

MOODS = ("positive", "neutral", "very negative")


def output(kind: ColumnType, **fields: object) -> Output:
    return Output.model_validate({"name": "x", "type": kind, **fields})


def fit(value: object, column: Output) -> tuple[Any, bool]:
    values, coerced = fit_answer({"x": value}, (column,))
    return values["x"], coerced


def refused(value: object, column: Output) -> str:
    with pytest.raises(AnswerError) as caught:
        fit(value, column)
    return caught.value.cause


@pytest.mark.parametrize(
    ("value", "number", "coerced"),
    [
        (3, 3, False),
        ("3", 3, True),
        (3.0, 3, True),
        ("3.0", 3, True),
        ("1,234", 1234, True),
        ("-1,234,567", -1234567, True),
        ("\u22125", -5, True),
        (" '7' ", 7, True),
        (0, 0, False),
    ],
)
def test_whole_numbers_are_read_where_digits_mean_one_thing(value: object, number: int, *, coerced: bool) -> None:
    found = fit(value, output(ColumnType.INTEGER))
    assert found == (number, coerced)
    assert type(found[0]) is int


@pytest.mark.parametrize(
    "value", [3.7, "3.7", "1,5", "1,23", "1.234", "three", True, "12,34,567", [3], {}, 2**64, "3 4"]
)
def test_no_whole_number_is_made_up(value: object) -> None:
    assert '"x" must be a whole number' in refused(value, output(ColumnType.INTEGER))


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), (3.7, 3.7), ("3.7", 3.7), ("1,234.5", 1234.5), ("1,234,567", 1234567), ("1e3", 1000.0)],
)
def test_numbers_are_read(value: object, number: float) -> None:
    assert fit(value, output(ColumnType.NUMBER))[0] == number


@pytest.mark.parametrize("value", ["1,5", "1,234", "12%", "$5", False, "1e999", [1]])
def test_a_number_that_can_be_read_in_two_ways_is_refused(value: object) -> None:
    assert "must be a number" in refused(value, output(ColumnType.NUMBER))


@pytest.mark.parametrize(
    ("value", "truth"),
    [(True, True), ("true", True), ("Yes.", True), ("1", True), (1, True), ("FALSE", False), ("no", False), (0, False)],
)
def test_truth_values_are_read(value: object, *, truth: bool) -> None:
    assert fit(value, output(ColumnType.BOOLEAN))[0] is truth


@pytest.mark.parametrize("value", ["maybe", 2, "yes and no", []])
def test_no_truth_value_is_made_up(value: object) -> None:
    assert "must be true or false" in refused(value, output(ColumnType.BOOLEAN))


@pytest.mark.parametrize(
    "value",
    ["VERY negative", " very  negative ", '"very negative"', "very negative.", "“Very Negative.”", "'very negative'."],
)
def test_a_category_comes_back_in_its_declared_spelling(value: str) -> None:
    assert fit(value, output(ColumnType.CATEGORY, values=MOODS)) == ("very negative", True)


@pytest.mark.parametrize("value", ["negative", "mostly positive", "positive, neutral", "positiv", 1, ["positive"]])
def test_a_category_is_never_remapped(value: object) -> None:
    assert 'one of "positive", "neutral", "very negative"' in refused(value, output(ColumnType.CATEGORY, values=MOODS))


@pytest.mark.parametrize(("value", "category"), [("none", "None"), ("N/A", "N/A"), (3, "3"), (True, "true")])
def test_what_is_an_allowed_category_is_an_answer(value: object, category: str) -> None:
    assert fit(value, output(ColumnType.CATEGORY, values=("None", "N/A", "3", "true")))[0] == category


@pytest.mark.parametrize("value", [None, "", "  ", "-", "N/A", "none", "NULL", "n/a"])
@pytest.mark.parametrize("kind", list(ColumnType))
def test_what_says_that_there_is_nothing_reads_empty(kind: ColumnType, value: str | None) -> None:
    column = output(kind, required=False, values=("a",) if kind is ColumnType.CATEGORY else ())
    assert fit(value, column)[0] is None
    assert '"x" is empty' in refused(value, column.model_copy(update={"required": True}))


@pytest.mark.parametrize("value", [None, "N/A", 3, ["a"], {"b": 1}])
def test_a_column_without_a_type_takes_the_value_as_it_comes(value: object) -> None:
    assert fit(value, Output(name="x")) == (value, False)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-03-04", "2024-03-04"),
        ("2024-03-04T10:00:00Z", "2024-03-04"),
        ("2024/3/4", "2024-03-04"),
        ("20240304", "2024-03-04"),
        ("4 March 2024", "2024-03-04"),
        ("March 4th, 2024", "2024-03-04"),
        ("Monday, 4 Mar. 2024", "2024-03-04"),
        ("Sept 9, 2024", "2024-09-09"),
        ("25/12/2024", "2024-12-25"),
        ("12/25/2024", "2024-12-25"),
        ("05.05.2024", "2024-05-05"),
    ],
)
def test_dates_are_stored_as_iso_text(value: str, day: str) -> None:
    assert fit(value, output(ColumnType.DATE)) == (day, value != day)


@pytest.mark.parametrize("value", ["03/04/2024", "3.4.2024", "2024-02-30", "12/25/24", "March 2024", "soon", 20240304])
def test_a_date_that_is_none_or_two_is_refused(value: object) -> None:
    assert "must be a date as YYYY-MM-DD" in refused(value, output(ColumnType.DATE))


def test_an_ambiguous_date_says_why() -> None:
    assert "two ways" in refused("03/04/2024", output(ColumnType.DATE))


def test_lists_have_typed_items() -> None:
    column = output(ColumnType.LIST, items=ColumnType.INTEGER, minimum=0)
    assert fit([1, "2", "N/A"], column) == ([1, 2], True)
    assert "item 2" in refused([1, "two"], column)
    assert "item 1" in refused([-1], column)


def test_a_list_of_categories_is_never_remapped() -> None:
    column = output(ColumnType.LIST, items=ColumnType.CATEGORY, values=("a", "b"))
    assert fit(["A", "b"], column) == (["a", "b"], True)
    assert 'each one of "a", "b"' in refused(["c"], column)


def test_a_list_may_come_as_json_text_but_not_as_prose() -> None:
    assert fit('["a", "b"]', output(ColumnType.LIST)) == (["a", "b"], True)
    assert "must be a list" in refused("a, b", output(ColumnType.LIST))


def test_an_empty_list_is_an_answer() -> None:
    assert fit([], output(ColumnType.LIST)) == ([], False)


PERSON = {
    "type": "object",
    "properties": {"age": {"type": "integer", "maximum": 120}, "nick": {"type": "string"}},
    "required": ["age"],
}


def test_an_object_keeps_to_its_schema() -> None:
    column = output(ColumnType.OBJECT, json_schema=PERSON)
    assert fit({"age": 3}, column) == ({"age": 3}, False)
    assert "age: 130 is greater than" in refused({"age": 130}, column)
    assert "must be a JSON object" in refused([1], column)


def test_null_stands_for_what_an_object_may_leave_out() -> None:
    assert fit({"age": 3, "nick": None}, output(ColumnType.OBJECT, json_schema=PERSON)) == ({"age": 3}, False)


def test_a_free_object_is_read_out_of_the_text_that_it_travels_as() -> None:
    assert fit('{"a": [1]}', output(ColumnType.OBJECT)) == ({"a": [1]}, False)


def test_bounds_lengths_and_patterns_hold() -> None:
    assert "from 1 to 5, not 6" in refused(6, output(ColumnType.INTEGER, minimum=1, maximum=5))
    assert "at most 3 characters" in refused("abcd", output(ColumnType.TEXT, max_length=3))
    assert "at least 2 items" in refused(["a"], output(ColumnType.LIST, min_length=2))
    assert "pattern ^[A-Z]+$" in refused("abc", output(ColumnType.TEXT, pattern="^[A-Z]+$"))


def test_text_takes_numbers_but_no_lists() -> None:
    assert fit(3, output(ColumnType.TEXT)) == ("3", True)
    assert "must be a text" in refused(["a"], output(ColumnType.TEXT))


def test_every_problem_is_told_at_once() -> None:
    columns = (Output(name="a", type=ColumnType.INTEGER), Output(name="b", type=ColumnType.DATE), Output(name="c"))
    with pytest.raises(AnswerError) as caught:
        fit_answer({"a": "x", "b": "y"}, columns)
    assert len(caught.value.problems) == 3
    assert all(word in caught.value.cause for word in ("lacks c", '"a" must', '"b" must'))


def test_a_key_that_may_be_empty_may_be_missing() -> None:
    assert fit_answer({}, (Output(name="a", type=ColumnType.INTEGER, required=False),)) == ({"a": None}, False)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1,5", "3", "N/A", "2024-1-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def columns(draw: st.DrawFn) -> Output:
    kind = draw(st.sampled_from(list(ColumnType)))
    held = kind
    items = None
    if kind is ColumnType.LIST:
        items = held = draw(st.sampled_from([k for k in ColumnType if k is not ColumnType.LIST]))
    low = draw(st.integers(-5, 5))
    bounded = held in {ColumnType.INTEGER, ColumnType.NUMBER} and draw(st.booleans())
    return Output(
        name="x",
        type=kind,
        items=items,
        required=draw(st.booleans()),
        values=("a", "None", "3") if held is ColumnType.CATEGORY else (),
        minimum=low if bounded else None,
        maximum=low + 3 if bounded else None,
        min_length=1 if kind in {ColumnType.TEXT, ColumnType.LIST} and draw(st.booleans()) else None,
        json_schema=PERSON if held is ColumnType.OBJECT and draw(st.booleans()) else None,
    )


def full_schema(column: Output) -> dict[str, Any]:
    """The column as a JSON Schema with all its bounds, written apart from the code under test."""
    bounds = {"minimum": column.minimum, "maximum": column.maximum}
    bounds = {key: bound for key, bound in bounds.items() if bound is not None}
    plain: dict[ColumnType, dict[str, Any]] = {
        ColumnType.TEXT: {"type": "string", "minLength": 1},
        ColumnType.INTEGER: {"type": "integer", **bounds},
        ColumnType.NUMBER: {"type": "number", **bounds},
        ColumnType.BOOLEAN: {"type": "boolean"},
        ColumnType.CATEGORY: {"enum": list(column.values)},
        ColumnType.DATE: {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        ColumnType.OBJECT: column.json_schema or {"type": "object"},
    }
    if column.type is ColumnType.LIST and column.items:
        return {"type": "array", "items": plain[column.items], "minItems": column.min_length or 0}
    return plain[column.type or ColumnType.TEXT]


@given(JSON, columns())
def test_any_value_at_all_fits_all_demands_or_is_an_answer_error(value: object, column: Output) -> None:
    try:
        found = fit(value, column)[0]
    except AnswerError as error:
        assert error.problems  # noqa: PT017 an error is one of two allowed outcomes
        return
    if found is None:
        assert not column.required
    else:
        assert not schema_problems(full_schema(column), found)


@given(JSON, columns())
def test_what_fits_once_fits_again_unchanged(value: object, column: Output) -> None:
    try:
        found = fit(value, column)[0]
    except AnswerError:
        return
    assert fit(found, column) == (found, False)


@given(columns())
def test_every_column_has_a_strict_schema(column: Output) -> None:
    node = json_schema_of((column,))
    assert node["required"] == ["x"]
    assert node["additionalProperties"] is False
    assert not schema_problems(node, {"x": None}) or column.required

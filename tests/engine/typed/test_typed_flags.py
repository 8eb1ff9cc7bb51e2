"""Columns on the command line: read, refused with a suggestion, and written back."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import ColumnType, Output
from engine.typed import format_output_flag, parse_output_flag
from engine.typed.readings import folded
from handai_errors import SpecError


@pytest.mark.parametrize(
    ("flag", "fields"),
    [
        ("name", {"type": None}),
        ("ok?", {"type": None}),
        ("name:text", {"type": "text"}),
        ("score:integer(1..5)", {"type": "integer", "minimum": 1, "maximum": 5}),
        ("price:number(0..)", {"type": "number", "minimum": 0}),
        ("t:number( ..-0.5 )", {"type": "number", "maximum": -0.5}),
        ("t:number(.5..1.25)", {"type": "number", "minimum": 0.5, "maximum": 1.25}),
        ("m:category(positive, neutral,negative)", {"type": "category", "values": ("positive", "neutral", "negative")}),
        ("m:category('a, b',\"c)\",d\\,e)", {"type": "category", "values": ("a, b", "c)", "d,e")}),
        ("m:category(don't,can't)", {"type": "category", "values": ("don't", "can't")}),
        ("m:category(a (b),c)", {"type": "category", "values": ("a (b)", "c")}),
        ("tags:list(text)", {"type": "list", "items": "text"}),
        ("tags:list", {"type": "list"}),
        ("tags:list(..3)", {"type": "list", "max_length": 3}),
        (
            "n:list(integer(1..5),1..3)",
            {"type": "list", "items": "integer", "minimum": 1, "maximum": 5, "min_length": 1, "max_length": 3},
        ),
        ("d:date", {"type": "date"}),
        ("ok:boolean?", {"type": "boolean", "required": False}),
        ("s:integer?(1..5)", {"type": "integer", "required": False, "minimum": 1, "maximum": 5}),
        ("s:integer(1..5)?", {"type": "integer", "required": False, "minimum": 1, "maximum": 5}),
        ("extra:object", {"type": "object"}),
        ("t:text(..200)", {"type": "text", "max_length": 200}),
        ("t:Text", {"type": "text"}),
        ("t:?", {"required": False}),
    ],
)
def test_a_flag_declares_a_column(flag: str, fields: dict[str, Any]) -> None:
    found = parse_output_flag(flag)
    assert found == Output.model_validate({"name": flag.partition(":")[0], **fields})


def test_a_quoted_name_may_hold_a_colon() -> None:
    assert parse_output_flag('"a: b":date') == Output(name="a: b", type=ColumnType.DATE)


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("", "names no column"),
        (":text", "names no column"),
        ("a:int", "Did you mean a:integer?"),
        ("a:txet", "Did you mean a:text?"),
        ("a:zzz", "The types are text"),
        ("a:", "The types are text"),
        ("a:category", "without allowed values"),
        ("a:category()", "without allowed values"),
        ("a:category(a,,b)", "empty allowed value"),
        ("a:category(a,A )", "differ in case"),
        ("a:integer(5..1)", "Swap the two"),
        ("a:integer(1-5)", "1..5"),
        ("a:integer(1..x)", "is no number"),
        ("a:integer(1..5", "bracket is missing"),
        ("a:integer(1.2..1.8)", "no whole number"),
        ("a:number(nan..)", "no number"),
        ("a:date(1..5)", "takes nothing in brackets"),
        ("a:text(0.5..)", "whole number"),
        ("a:list(list)", "list of lists"),
        ("a:list(text?)", "never empty"),
        ("a:list(text(..5))", "can't be said"),
        ("a:list(text,1..2,3)", "a type and a length"),
        ("a:b:text", "no type that is known"),
        ("a" * 201, "can't be used"),
        ("a:text(..0)", "can't be used"),
    ],
)
def test_a_mistake_is_told_with_a_suggestion(flag: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_output_flag(flag)
    assert said in str(caught.value)


@pytest.mark.parametrize("fields", [{"description": "d"}, {"type": "text", "pattern": "a"}, {"prompt": "p"}])
def test_what_no_flag_can_say_is_not_dropped(fields: dict[str, Any]) -> None:
    with pytest.raises(SpecError):
        format_output_flag(Output(name="a", **fields))


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"]) | st.sampled_from(" :\"'\\()?,"),
    min_size=1,
    max_size=12,
)
WORDS = st.text(st.sampled_from(string.ascii_letters + " ,()\"'\\:.?…ß"), min_size=1, max_size=8).filter(str.strip)
BOUNDS = st.none() | st.floats(-1e20, 1e20) | st.integers(-100, 100).map(float)
LENGTHS = st.none() | st.integers(1, 50)


@st.composite
def columns(draw: st.DrawFn) -> Output:
    kind = draw(st.none() | st.sampled_from(list(ColumnType)))
    items = draw(st.none() | st.sampled_from([k for k in ColumnType if k is not ColumnType.LIST]))
    held = items if kind is ColumnType.LIST else kind
    fields: dict[str, Any] = {}
    if held in {ColumnType.INTEGER, ColumnType.NUMBER}:
        low, high = draw(BOUNDS), draw(BOUNDS)
        fields = {"minimum": low, "maximum": high}
        if low is not None and high is not None:
            fields = {"minimum": min(low, high) - 1, "maximum": max(low, high) + 1}
    if held is ColumnType.CATEGORY:
        fields = {"values": tuple(draw(st.lists(WORDS, min_size=1, max_size=4, unique_by=folded)))}
    if kind in {ColumnType.TEXT, ColumnType.LIST}:
        low, extra = draw(LENGTHS), draw(LENGTHS)
        fields |= {"min_length": low, "max_length": None if extra is None else (low or 0) + extra}
    if kind is ColumnType.LIST:
        fields["items"] = items
    return Output(name=draw(NAMES.filter(str.strip)), type=kind, required=draw(st.booleans()), **fields)


@given(columns())
def test_every_column_is_read_back_as_it_was_written(column: Output) -> None:
    assert parse_output_flag(format_output_flag(column)) == column


@given(st.text() | st.text(st.sampled_from("ab:(),.?\"'\\1 textlistcategoryinteger")))
def test_any_text_at_all_is_a_column_or_a_spec_error(text: str) -> None:
    try:
        assert parse_output_flag(text).name
    except SpecError as error:
        assert error.remedy  # noqa: PT017 an error is one of two allowed outcomes

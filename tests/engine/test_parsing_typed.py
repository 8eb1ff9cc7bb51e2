"""Typed answers and answers for several rows: nothing invalid and nothing partial is ever a result."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import ColumnType, Output
from engine.parsing import Parsed, parse_completion, parse_rows
from engine.tables.model import Cell
from engine.typed import parse_output_flag
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, Usage

SCORE = parse_output_flag("score:integer(1..5)")
MOOD = parse_output_flag("mood:category(good,bad)?")


def parse(text: str | None, *outputs: Output, json_mode: bool = True) -> Parsed:
    return parse_completion(Completion(text), outputs, json_mode=json_mode)


def failure(text: str | None, *outputs: Output, json_mode: bool = True) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        parse(text, *outputs, json_mode=json_mode)
    return caught.value


def test_a_typed_answer_is_validated() -> None:
    assert parse('{"score": 3, "mood": "good"}', SCORE, MOOD) == Parsed({"score": 3, "mood": "good"})


def test_a_value_read_out_of_another_form_is_marked() -> None:
    assert parse('{"score": "3", "mood": "GOOD"}', SCORE, MOOD) == Parsed({"score": 3, "mood": "good"}, repaired=True)


def test_an_invalid_answer_tells_every_problem_and_keeps_what_came() -> None:
    error = failure('{"score": 9, "mood": "so so"}', SCORE, MOOD)
    assert error.kind is ErrorKind.INVALID_OUTPUT
    assert error.raw == '{"score": 9, "mood": "so so"}'
    assert '"score" must be a whole number from 1 to 5, not 9.' in error.cause
    assert '"mood" must be one of "good", "bad", not "so so".' in error.cause


def test_a_missing_key_is_empty_only_where_it_may_be() -> None:
    assert parse('{"score": 3}', SCORE, MOOD).values == {"score": 3, "mood": None}
    assert "lacks score" in failure('{"mood": "good"}', SCORE, MOOD).cause


@pytest.mark.parametrize(
    ("text", "flag", "value"),
    [
        ("3", "a:integer", 3),
        ("Positive.", "a:category(positive,negative)", "positive"),
        ('"no"', "a:boolean", False),
        ("N/A", "a:integer?", None),
        ('["x", "y"]', "a:list", ["x", "y"]),
    ],
)
def test_a_short_answer_to_one_typed_column_is_an_answer(text: str, flag: str, value: Cell) -> None:
    assert parse(text, parse_output_flag(flag)) == Parsed({"a": value}, repaired=True)


@pytest.mark.parametrize("flag", ["a:text(..99)", "a:integer", "a:category(yes,no)", "a:list"])
def test_prose_is_no_typed_answer(flag: str) -> None:
    assert failure("Yes, I think it is 3.", parse_output_flag(flag)).kind is ErrorKind.INVALID_OUTPUT


@pytest.mark.parametrize(
    "text",
    [
        '<think>Is it {"score": 1}? No.</think>\n{"score": 3}',
        '<thinking>\nhm\n</thinking>{"score": 3}',
        'So it is 3.</think>{"score": 3}',
    ],
)
def test_thinking_before_json_is_left_out(text: str) -> None:
    assert parse(text, SCORE) == Parsed({"score": 3})


def test_thinking_before_a_fence_is_left_out() -> None:
    assert parse('<think>{"score": 1}</think>\n```json\n{"score": 3}\n```', SCORE) == Parsed(
        {"score": 3}, repaired=True
    )


def test_thinking_that_never_ends_is_no_answer() -> None:
    assert failure("<think>It could be 3", SCORE).kind is ErrorKind.INVALID_OUTPUT


def test_a_tag_inside_json_is_content() -> None:
    text = '{"a": "x</think>y"}'
    assert parse(text, Output(name="a")).values == {"a": "x</think>y"}


def test_thinking_in_a_plain_text_answer_stays() -> None:
    text = "<think>hm</think>Hello"
    assert parse(text, Output(name="a"), json_mode=False).values == {"a": text}


@pytest.mark.parametrize(
    "text", ['{"score": 1} {"score": 2}', '{"score": 1}\n{"score": 2}', 'A {"score": 1} or {"score": 2}']
)
def test_two_answers_are_none(text: str) -> None:
    assert failure(text, SCORE).kind is ErrorKind.INVALID_OUTPUT


@pytest.mark.parametrize("text", ['{"score": 3, "why": {"a": 1}', 'Sure: {"score": 3, "why": {"a": {}}'])
def test_an_object_that_does_not_end_is_no_answer(text: str) -> None:
    assert failure(text, SCORE, MOOD).kind is ErrorKind.INVALID_OUTPUT


def test_a_declared_text_that_says_nothing_is_empty() -> None:
    optional = parse_output_flag("a:text?")
    assert parse("N/A", optional, json_mode=False) == Parsed({"a": None})
    assert parse("", optional, json_mode=False) == Parsed({"a": None})
    assert failure("N/A", parse_output_flag("a:text"), json_mode=False).kind is ErrorKind.INVALID_OUTPUT
    assert parse("N/A", Output(name="a"), json_mode=False) == Parsed({"a": "N/A"})


def test_a_declared_text_stays_verbatim() -> None:
    assert parse(' {"a": 1} \n', parse_output_flag("a:text"), json_mode=False) == Parsed({"a": '{"a": 1}'})


def rows_of(text: str, count: int, *outputs: Output, finish_reason: str | None = None) -> list[object]:
    found = parse_rows(Completion(text, finish_reason=finish_reason), outputs, count)
    return [item.values if isinstance(item, Parsed) else item.kind for item in found]


@pytest.mark.parametrize(
    "text",
    [
        '{"rows": [{"score": 1}, {"score": 2}]}',
        '[{"score": 1}, {"score": 2}]',
        '```json\n{"rows": [{"score": 1}, {"score": 2}]}\n```',
        'Here they are: {"rows": [{"score": 1}, {"score": 2}]}',
        '{"rows": [{"score": 1} {"score": 2},]}',
        '{"score": 1}\n{"score": 2}',
        '<think>[{"score": 5}]</think>[{"score": 1}, {"score": 2}]',
        '{"answers": [{"score": 1}, {"score": 2}]}',
        '{"rows": [1, 2]}',
    ],
)
def test_rows_are_read_in_order(text: str) -> None:
    assert rows_of(text, 2, SCORE) == [{"score": 1}, {"score": 2}]


def test_each_row_is_checked_on_its_own() -> None:
    text = '{"rows": [{"score": 1}, {"score": 9}, {}, "x", {"score": "5"}]}'
    bad = ErrorKind.INVALID_OUTPUT
    assert rows_of(text, 5, SCORE) == [{"score": 1}, bad, bad, bad, {"score": 5}]


def test_missing_rows_fail_and_surplus_rows_are_left_out() -> None:
    text = '{"rows": [{"score": 1}, {"score": 2}]}'
    assert rows_of(text, 3, SCORE) == [{"score": 1}, {"score": 2}, ErrorKind.INVALID_OUTPUT]
    assert rows_of(text, 1, SCORE) == [{"score": 1}]


def test_one_of_several_rows_without_a_list_around_it_counts() -> None:
    assert rows_of('{"score": 1}', 2, SCORE) == [{"score": 1}, ErrorKind.INVALID_OUTPUT]


@pytest.mark.parametrize("text", ["3", "No.", '{"rows": 3}', "null", "{}"])
def test_an_answer_without_rows_fails_every_row(text: str) -> None:
    try:
        found = rows_of(text, 2, SCORE)
    except ProviderError as error:
        found = [error.kind] * 2
    assert found == [ErrorKind.INVALID_OUTPUT] * 2


WHOLE = json.dumps({"rows": [{"score": n % 5 + 1, "mood": "good"} for n in range(6)]})


@given(st.integers(0, len(WHOLE)))
def test_a_cut_answer_keeps_exactly_its_whole_rows(end: int) -> None:
    text = WHOLE[:end]
    completion = Completion(text or None, finish_reason="length", usage=Usage(1, 9))
    whole = text.count("}") - (text == WHOLE)
    found = parse_rows(completion, (SCORE, MOOD), 6)
    assert [isinstance(item, Parsed) for item in found] == [place < whole for place in range(6)]
    assert all(item.kind is ErrorKind.LENGTH for item in found if isinstance(item, ProviderError))


@given(st.integers(1, len(WHOLE) - 1))
def test_a_cut_that_the_server_does_not_tell_makes_no_row_up(end: int) -> None:
    try:
        found = rows_of(WHOLE[:end], 6, SCORE, MOOD)
    except ProviderError:
        return
    rows = json.loads(WHOLE)["rows"]
    assert all(item in (ErrorKind.INVALID_OUTPUT, rows[place]) for place, item in enumerate(found))


def test_a_refusal_fails_the_whole_answer() -> None:
    with pytest.raises(ProviderError) as caught:
        parse_rows(Completion(None, refusal="no", finish_reason="length"), (SCORE,), 2)
    assert caught.value.kind is ErrorKind.REFUSAL


@given(st.text() | st.text(st.sampled_from('{}[]",: 1ascore<think>/')))
def test_any_text_at_all_gives_valid_rows_or_provider_errors(text: str) -> None:
    try:
        found = parse_rows(Completion(text), (SCORE,), 2)
    except ProviderError:
        return
    assert len(found) == 2
    for item in found:
        assert isinstance(item, ProviderError) or item.values["score"] in range(1, 6)


def test_the_object_itself_in_answer_to_a_single_object_column_counts() -> None:
    found = parse('{"rows": 3, "columns": []}', parse_output_flag("schema:object"))
    assert found == Parsed({"schema": {"rows": 3, "columns": []}}, repaired=True)
    assert parse('{"Schema": {"rows": 3}}', parse_output_flag("schema:object")).values == {"schema": {"rows": 3}}


def test_an_object_that_breaks_its_json_schema_does_not_count_bare_either() -> None:
    output = Output(
        name="point",
        type=ColumnType.OBJECT,
        json_schema={"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]},
    )
    assert parse('{"x": 3}', output).values == {"point": {"x": 3}}
    assert failure('{"y": 3}', output).kind is ErrorKind.INVALID_OUTPUT

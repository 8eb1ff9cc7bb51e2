"""Answers: what is a result, what is a failure, and that nothing partial is ever a result."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import Output
from engine.parsing import Parsed, parse_completion
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, Usage

TEXT = (Output(name="output"),)


def parse(text: str | None, *keys: str, json_mode: bool = True) -> Parsed:
    outputs = tuple(Output(name=key) for key in keys) if json_mode else TEXT
    return parse_completion(Completion(text), outputs, json_mode=json_mode)


def kind_of(completion: Completion, *, json_mode: bool = False) -> ErrorKind:
    with pytest.raises(ProviderError) as caught:
        parse_completion(completion, () if json_mode else TEXT, json_mode=json_mode)
    return caught.value.kind


@pytest.mark.parametrize("text", ["3", "no", "0", "null", "-", "{}", "  spaced \n"])
def test_a_short_answer_is_an_answer(text: str) -> None:
    assert parse(text, json_mode=False) == Parsed({"output": text.strip()})


@pytest.mark.parametrize("json_mode", [False, True])
@pytest.mark.parametrize(
    ("completion", "kind"),
    [
        (Completion("half", refusal="I can't"), ErrorKind.REFUSAL),
        (Completion('{"a": 1}', finish_reason="content_filter"), ErrorKind.CONTENT_FILTER),
        (Completion('{"a": 1}', finish_reason="error"), ErrorKind.UPSTREAM),
        (Completion('{"a": 1}', finish_reason="length"), ErrorKind.LENGTH),
        (Completion(None), ErrorKind.INVALID_OUTPUT),
        (Completion(""), ErrorKind.INVALID_OUTPUT),
        (Completion(" \n\t"), ErrorKind.INVALID_OUTPUT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_of_no_answer_is_told_apart(completion: Completion, kind: ErrorKind, *, json_mode: bool) -> None:
    assert kind_of(completion, json_mode=json_mode) is kind


def test_a_failure_keeps_what_came() -> None:
    with pytest.raises(ProviderError) as caught:
        parse_completion(Completion("half of", finish_reason="length", usage=Usage(1, 77)), TEXT, json_mode=False)
    assert (caught.value.raw, caught.value.status) == ("half of", 200)
    assert "77" in caught.value.cause


def test_plain_json_is_not_marked() -> None:
    assert parse('{"a": 1, "b": [null, true]}') == Parsed({"a": 1, "b": [None, True]})


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}```',
        'Here it is:\n{"a": 1}\nI hope it helps!',
        "{'a': 1}",
        '{"a": 1,}',
        "{a: 1}",
        '[{"a": 1}]',
        'Sure {name}! {"a": 1}',
    ],
)
def test_slightly_broken_json_is_repaired_and_marked(text: str) -> None:
    assert parse(text) == Parsed({"a": 1}, repaired=True)


@pytest.mark.parametrize(
    "text",
    [
        "I can't do that.",
        "{this} is fine",
        "{name}, thank you: it works",
        "3",
        '"text"',
        "null",
        "{}",
        "[]",
        "[1, 2]",
        '[{"a": 1}, {"a": 2}]',
        '```json\n[{"a": 1}, {"a": 2}]\n```',
        '{"a", "b"}',
        "{" * 5000,
        "[" * 100_000,
    ],
)
def test_what_is_no_object_is_not_made_into_one(text: str) -> None:
    assert kind_of(Completion(text), json_mode=True) is ErrorKind.INVALID_OUTPUT


@pytest.mark.parametrize("text", ['{"a": 1', '{"a": "half of a sent', '{"a": {"b": 1}, "c": "half of', '{"a": [1, 2'])
def test_a_cut_object_is_never_repaired_into_a_result(text: str) -> None:
    assert kind_of(Completion(text), json_mode=True) is ErrorKind.INVALID_OUTPUT


def test_declared_keys_must_all_be_there() -> None:
    with pytest.raises(ProviderError) as caught:
        parse('{"mood": "good"}', "mood", "why", "topic")
    assert caught.value.kind is ErrorKind.INVALID_OUTPUT
    assert "why, topic" in caught.value.cause


def test_extra_keys_are_left_out_when_keys_are_declared() -> None:
    assert parse('{"b": 2, "a": 1, "c": 3}', "a", "b").values == {"a": 1, "b": 2}


def test_declared_keys_match_in_any_letter_case() -> None:
    assert parse('{" MOOD ": "good"}', "Mood").values == {"Mood": "good"}


def test_an_exact_key_wins_over_one_in_another_letter_case() -> None:
    assert parse('{"mood": "exact", "Mood": "other"}', "mood").values == {"mood": "exact"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 123456789012345678901234}', {"a": "123456789012345678901234"}),
        ('{"a": "x\\ud800y"}', {"a": "x\ufffdy"}),
        ('{"a\\u0000": "b\\u0000"}', {"a\ufffd": "b\ufffd"}),
        ('{"a": [{"b\\udfff": 1}]}', {"a": [{"b\ufffd": 1}]}),
        ('{"a": 18446744073709551615}', {"a": "18446744073709551615"}),
        ('{"a": -9223372036854775808}', {"a": -9223372036854775808}),
    ],
)
def test_values_that_no_database_holds_become_ones_that_it_does(text: str, values: dict[str, Any]) -> None:
    assert parse(text) == Parsed(values)


def test_no_number_is_no_value() -> None:
    assert parse('{"a": NaN, "b": -Infinity}') == Parsed({"a": None, "b": None}, repaired=True)


def test_a_text_answer_with_unfit_characters_is_made_fit() -> None:
    assert parse("a\0b\ud800", json_mode=False).values == {"output": "a\ufffdb\ufffd"}


def test_an_absurdly_deep_answer_is_a_failure_of_its_row() -> None:
    for depth in (300, 3000, 100_000):
        assert kind_of(Completion('{"a":' * depth + "1" + "}" * depth), json_mode=True) is ErrorKind.INVALID_OUTPUT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, min_size=1, max_size=4))
def test_every_object_comes_out_as_something_json_and_utf8_can_hold(value: dict[str, Any]) -> None:
    parsed = parse(json.dumps(value))
    assert "\0" not in json.dumps(parsed.values, ensure_ascii=False, allow_nan=False).encode().decode()


@given(st.text())
def test_any_text_at_all_is_a_result_or_a_provider_error(text: str) -> None:
    try:
        parsed = parse(text)
    except ProviderError as error:
        assert error.kind is ErrorKind.INVALID_OUTPUT  # noqa: PT017 an error is one of two allowed outcomes
    else:
        assert parsed.values

"""Prompts: exactly what the model is told for a row."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import Output
from engine.identity import request_hash
from engine.placeholders import cell_text, placeholders
from engine.prompts import Renderer, check_prompt, columns_sent, prompt_tokens_bound, render_messages
from engine.spec import ModelSettings, Prompt
from engine.tables.model import Cell, Row
from handai_errors import SpecError
from providers.base import Message

HELLO = Prompt(instructions="Say hello.")
TEXTS = st.text(max_size=40)


def user_of(prompt: Prompt, row: Row, columns: tuple[str, ...] = ()) -> str:
    return render_messages(prompt, columns or tuple(row), row)[-1].content


def test_placeholders_come_in_order_without_repeats() -> None:
    assert placeholders("{{b}} {{ a }}, {{\n b \n}} {{a b}} { c } {{ }") == ("b", "a", "a b")


def test_a_prompt_without_instructions_and_template_is_refused() -> None:
    with pytest.raises(SpecError, match="no instructions"):
        check_prompt(Prompt(instructions=" \n", template="\t"), ["a"])


def test_a_template_alone_is_enough() -> None:
    check_prompt(Prompt(template="Translate {{ a }}"), ["a"])


@pytest.mark.parametrize("prompt", [Prompt(template="{{ reviw }}"), Prompt(instructions="Use {{ Reviw }}.")])
def test_an_unknown_placeholder_is_refused_with_the_nearest_names(prompt: Prompt) -> None:
    with pytest.raises(SpecError) as caught:
        check_prompt(prompt, ["review", "date", "reviewer"])
    assert "{{ review }}" in caught.value.remedy
    assert "date" not in caught.value.remedy


def test_an_unknown_placeholder_far_from_all_names_lists_the_first_columns() -> None:
    with pytest.raises(SpecError) as caught:
        check_prompt(Prompt(template="{{ 7*7 }}"), [f"column{number}" for number in range(300)])
    assert "column7" in caught.value.remedy
    assert "column8" not in caught.value.remedy
    assert caught.value.remedy.endswith("….")


def test_column_names_tell_letter_case_apart() -> None:
    with pytest.raises(SpecError, match="Name"):
        check_prompt(Prompt(template="{{ Name }}"), ["name"])


def test_instructions_can_name_columns_too() -> None:
    system, user = render_messages(Prompt(instructions="Answer in {{ lang }}."), ["text"], {"lang": "fr", "text": "x"})
    assert (system, user) == (Message("system", "Answer in fr."), Message("user", '{"text":"x"}'))


def test_a_template_without_instructions_needs_no_system_message() -> None:
    assert render_messages(Prompt(template="{{a}}!"), ["a"], {"a": "x"}) == (Message("user", "x!"),)


@pytest.mark.parametrize("hostile", ["{{7*7}}", "{{ b }}", "{% for x in y %}", "{{ a }}", r"\1 \g<0>"])
def test_what_a_cell_says_is_never_a_template(hostile: str) -> None:
    assert user_of(Prompt(template="<{{ a }}|{{ b }}>"), {"a": hostile, "b": "B"}) == f"<{hostile}|B>"


def test_without_a_template_the_chosen_columns_go_as_json() -> None:
    row: Row = {"a": 'say "hi"\n', "b": "not chosen", "c": 3}
    assert json.loads(user_of(HELLO, row, ("c", "a"))) == {"c": 3, "a": 'say "hi"\n'}


def test_three_hundred_columns_fit() -> None:
    row: Row = {f"column {number}": f"value {number}" for number in range(300)}
    assert json.loads(user_of(HELLO, row)) == row


@pytest.mark.parametrize("text", ["👩🏽‍🚀 emoji", "שלום עולם", "مرحبا", "e\u0301", "日本語\u2028"])
def test_text_of_every_script_arrives_unchanged(text: str) -> None:
    assert json.loads(user_of(HELLO, {"a": text})) == {"a": text}
    assert user_of(Prompt(template="{{ a }}"), {"a": text}) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (0.5, "0.5"),
        ("007", "007"),
        (date(2026, 2, 3), "2026-02-03"),
        (datetime(2026, 2, 3, 4, 5, tzinfo=UTC), "2026-02-03T04:05:00+00:00"),
        (["ä", 1], '["ä",1]'),
        ({"k": None}, '{"k":null}'),
    ],
)
def test_a_cell_in_a_template_reads_naturally(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text


def test_cells_of_every_kind_go_as_json() -> None:
    row: Row = {"none": None, "flag": True, "day": date(2026, 2, 3), "list": [1, {"x": Decimal("1.5")}]}
    assert json.loads(user_of(HELLO, row)) == {
        "none": None,
        "flag": True,
        "day": "2026-02-03",
        "list": [1, {"x": "1.5"}],
    }


@pytest.mark.parametrize("template", [None, "{{ a }}"])
@pytest.mark.parametrize(
    "cell",
    [10**30, float("nan"), "half \ud83d pair", {"deep": json.loads("[" * 300 + "]" * 300)}, [{"\ud800": "\udfff"}]],
    ids=["huge integer", "nan", "lone surrogate", "deep", "surrogate inside"],
)
def test_a_cell_that_json_can_hardly_hold_still_makes_a_request(cell: Cell, template: str | None) -> None:
    messages = render_messages(HELLO.model_copy(update={"template": template}), ["a"], {"a": cell})
    assert messages[-1].content.encode()
    assert len(request_hash(SETTINGS, messages)) == 16
    assert prompt_tokens_bound(messages) > 0


def test_json_mode_names_the_declared_keys() -> None:
    system = render_messages(HELLO, ["a"], {"a": 1}, json_mode=True, outputs=(Output(name="mood"), Output(name="why")))[
        0
    ]
    assert system.content.startswith("Say hello.\n\n")
    assert '"mood", "why"' in system.content


def test_json_mode_says_json_even_without_instructions() -> None:
    system = render_messages(Prompt(template="{{a}}"), ["a"], {"a": 1}, json_mode=True)[0]
    assert (system.role, "JSON" in system.content) == ("system", True)


def test_the_columns_that_leave_are_those_of_the_template() -> None:
    assert columns_sent(Prompt(instructions="{{c}}", template="{{a}} {{c}}"), ["a", "b", "c"]) == ("c", "a")
    assert columns_sent(Prompt(instructions="{{z}}"), ["a", "b"]) == ("z", "a", "b")


SETTINGS = ModelSettings(provider="demo", model="m")
MESSAGES = (Message("system", "a"), Message("user", "b"))
CHANGES: list[dict[str, object]] = [
    {"provider": "openai"},
    {"model": "n"},
    {"base_url": "http://127.0.0.1:1/v1"},
    {"temperature": 0.0},
    {"max_tokens": 5},
    {"json_mode": True},
    {"seed": 1},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_whatever_changes_the_wire_changes_the_hash(change: dict[str, object]) -> None:
    assert request_hash(SETTINGS.model_copy(update=change), MESSAGES) != request_hash(SETTINGS, MESSAGES)


PAIRS = st.lists(st.builds(Message, st.sampled_from(["system", "user"]), TEXTS), max_size=3)


@given(PAIRS, PAIRS)
def test_hashes_are_equal_exactly_for_equal_messages(one: list[Message], other: list[Message]) -> None:
    assert (request_hash(SETTINGS, one) == request_hash(SETTINGS, other)) == (one == other)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_tokenizer_of_bytes_makes_more_tokens_than_the_bound(texts: list[str]) -> None:
    messages = [Message("user", text) for text in texts]
    overhead_of_the_chat_form = 8 * len(texts) + 8
    assert prompt_tokens_bound(messages) >= sum(len(text.encode()) for text in texts) + overhead_of_the_chat_form


def test_what_was_rendered_for_one_row_does_not_stick_to_the_next() -> None:
    renderer = Renderer(Prompt(instructions="Answer in {{ lang }}."), ["text"])
    rows: list[Row] = [{"lang": "fr", "text": "x"}, {"lang": "de", "text": "y"}]
    assert [renderer.messages(row) for row in rows] == [
        (Message("system", "Answer in fr."), Message("user", '{"text":"x"}')),
        (Message("system", "Answer in de."), Message("user", '{"text":"y"}')),
    ]

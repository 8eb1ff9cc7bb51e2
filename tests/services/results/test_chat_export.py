"""Rows as conversations for fine-tuning, in the forms that training tools read."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from handai_db import RunRecord
from handai_errors import SpecError
from services.results import chat_export
from services.results.chat_export import ChatFormat, export_chat
from tests.services.stored_runs import done, failed, put, transform_run

QA = [("user", "text"), ("assistant", "answer")]


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    run = transform_run(tmp_path, [{"name": "answer"}, {"name": "hint"}], rows=4, json_mode=True)
    put(run, done(0, answer="A0", hint="H0"), done(1, answer=" ", hint="H1"), failed(2), done(3, answer=3, hint=None))
    return run


def lines(record: RunRecord, form: str, *mapping: tuple[str, str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in chat_export.chat_bytes(record, ChatFormat(form), mapping).splitlines()]


def test_messages_have_roles_and_contents(record: RunRecord) -> None:
    assert lines(record, "messages", *QA) == [
        {"messages": [{"role": "user", "content": "T0"}, {"role": "assistant", "content": "A0"}]},
        {"messages": [{"role": "user", "content": "T3"}, {"role": "assistant", "content": "3"}]},
    ]


def test_a_system_message_comes_first_wherever_it_is_mapped(record: RunRecord) -> None:
    (only,) = lines(record, "messages", *QA, ("system", "hint"))

    assert [message["role"] for message in only["messages"]] == ["system", "user", "assistant"]


def test_several_turns_alternate(record: RunRecord) -> None:
    first, _ = lines(record, "messages", *QA, ("user", "id"), ("assistant", "answer"))

    said = [(message["role"], message["content"]) for message in first["messages"]]
    assert said == [("user", "T0"), ("assistant", "A0"), ("user", "000"), ("assistant", "A0")]


def test_alpaca_has_instruction_input_and_output(record: RunRecord) -> None:
    mapping = [("instruction", "text"), ("input", "hint"), ("output", "answer")]

    assert lines(record, "alpaca", *mapping) == [
        {"instruction": "T0", "input": "H0", "output": "A0"},
        {"instruction": "T3", "input": "", "output": "3"},  # its input may be empty
    ]


def test_sharegpt_has_turns_of_human_and_gpt(record: RunRecord) -> None:
    first, _ = lines(record, "sharegpt", *QA)

    assert first == {"conversations": [{"from": "human", "value": "T0"}, {"from": "gpt", "value": "A0"}]}


def test_rows_with_an_empty_cell_are_left_out_and_counted(record: RunRecord, tmp_path: Path) -> None:
    info = export_chat(record, tmp_path / "chat.jsonl", ChatFormat.MESSAGES, QA)

    assert (info.rows, info.left_out) == (2, 2)


@pytest.mark.parametrize(
    ("form", "mapping", "said"),
    [
        ("messages", [("user", "txt"), ("assistant", "answer")], "text"),
        ("messages", [("usr", "text"), ("assistant", "answer")], "user"),
        ("messages", [("user", "text")], "assistant"),
        ("messages", [*QA, ("system", "id"), ("system", "hint")], "once"),
        ("alpaca", [*QA, *QA], "sharegpt"),
        ("sharegpt", [*QA, ("input", "id")], "alpaca"),
    ],
    ids=["column", "role", "half", "two systems", "turns", "input"],
)
def test_what_makes_no_conversation_is_refused(
    record: RunRecord, form: str, mapping: list[tuple[str, str]], said: str
) -> None:
    with pytest.raises(SpecError) as refused:
        lines(record, form, *mapping)

    assert said in str(refused.value)


def test_another_ending_is_refused(record: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="JSON Lines"):
        export_chat(record, tmp_path / "chat.csv", ChatFormat.MESSAGES, QA)

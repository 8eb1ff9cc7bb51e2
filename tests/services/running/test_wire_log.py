"""The debug switch: requests and answers in the run's log, keys and row contents left out (requirement 003-18)."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from handai_db import RunRecord
from providers.redact import REDACTED
from services.home import run_log_path
from services.running import runs
from services.running.execution import execute
from services.running.runs import launch
from services.tables import datasets
from tests.command_line import handai, made_table, only_run_id, records_in, transform_arguments, wait_until
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of

KEY = "sk-canary-" + "q7" * 12
ROWS = 3
# What rows, instructions and answers of these runs hold, as they are and as JSON writes them.
CONTENT = ("ROW0", "ROW1", "ROW2", "echo", "Repeat it")


def made(folder: Path, provider: FakeProvider, **limits: Any) -> RunRecord:  # noqa: ANN401 any limit
    table = datasets.store_file(made_table(folder / "in.csv", ROWS))
    return runs.create(runs.NewRun(spec_of(table, provider.url, **limits), table.id))


def lines_of(run_id: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in run_log_path(run_id).read_bytes().splitlines()]


def test_requests_and_answers_are_logged_without_keys_and_contents(
    tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDAI_LOG", "debug")
    record = made(tmp_path, fake_provider)
    asyncio.run(execute(record.id, SecretStr(KEY)))

    lines, text = lines_of(record.id), run_log_path(record.id).read_text("utf-8")
    assert [line["event"] for line in lines].count("request") == ROWS
    answers = [line for line in lines if line["event"] == "answer"]
    assert {line["number"] for line in answers} == {1, 2, 3}
    assert answers[0]["text_characters"] == len("echo: ROW0")
    assert answers[0]["completion_tokens"] == 3
    assert not [word for word in (KEY, *CONTENT) if word in text]
    assert run_log_path(record.id).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("fault", ["401", "429", "500", "refusal", "length", "garbage", "reset"])
def test_no_fault_brings_a_key_or_a_row_into_the_log(
    tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("HANDAI_LOG", "debug")
    fake_provider.configure(faults={fault: 1.0}, retry_after_s=0.01)
    record = made(tmp_path, fake_provider, max_attempts=1, concurrency=1, limit=1)
    asyncio.run(_until_first_answer(record, fake_provider))
    text = run_log_path(record.id).read_text("utf-8")
    assert '"event":"request"' in text
    assert not [word for word in (KEY, *CONTENT) if word in text]


async def _until_first_answer(record: RunRecord, provider: FakeProvider) -> None:
    """Execute, and break off what would be asked again and again."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(execute(record.id, SecretStr(KEY)))
        while not task.done():
            await asyncio.sleep(0.01)
            if provider.stats()["total"] >= 2:
                await asyncio.to_thread(runs.stop, record.id)  # as from the app's process, beside this one's reading


def test_an_error_that_repeats_headers_and_prompt_is_told_by_its_kind(
    tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDAI_LOG", "debug")
    said = {"error": {"message": f"Bad request: Bearer {KEY} asked ROW0", "param": None}}
    fake_provider.canned(400, said)
    record = made(tmp_path, fake_provider, max_attempts=1, limit=1)
    asyncio.run(execute(record.id, SecretStr(KEY)))
    (failure,) = [line for line in lines_of(record.id) if line["event"] == "failure"]
    assert (failure["kind"], failure["status"]) == ("invalid_request", 400)
    assert not [word for word in (KEY, *CONTENT) if word in str(failure)]


def test_contents_are_logged_when_asked_and_keys_never(
    tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDAI_LOG", "debug")
    monkeypatch.setenv("HANDAI_LOG_CONTENT", "1")
    fake_provider.configure(reply=f"I saw {KEY}")
    record = made(tmp_path, fake_provider)
    asyncio.run(execute(record.id, SecretStr(KEY)))
    lines = lines_of(record.id)
    asked = [line["messages"] for line in lines if line["event"] == "request"]
    assert {"role": "user", "content": "ROW1"} in [message for messages in asked for message in messages]
    assert [line["text"] for line in lines if line["event"] == "answer"] == [f"I saw {REDACTED}"] * ROWS
    assert KEY not in run_log_path(record.id).read_text("utf-8")


def test_without_the_switch_nothing_is_logged(tmp_path: Path, fake_provider: FakeProvider) -> None:
    record = made(tmp_path, fake_provider)
    asyncio.run(execute(record.id, SecretStr(KEY)))
    assert not run_log_path(record.id).exists()


def test_the_run_s_own_process_and_the_terminal_s_log_alike(
    tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDAI_LOG", "debug")
    record = made(tmp_path, fake_provider)
    launch(record, SecretStr(KEY))
    wait_until(lambda: not runs.get(record.id).status.is_live)
    assert [line["event"] for line in lines_of(record.id)].count("answer") == ROWS

    table, out = made_table(tmp_path / "again.csv", 1), tmp_path / "out.csv"
    arguments = transform_arguments(table, out, fake_provider.url, "--run-name", "typed", "--no-cache")
    ended = handai(*arguments, HANDAI_LOG="debug", HANDAI_API_KEY=KEY)
    assert ended.code == 0, ended.err
    assert records_in(out)[0]["output"] == "echo: ROW0"
    typed = runs.find("typed")
    assert [line["event"] for line in lines_of(typed.id)].count("answer") == 1
    for text in (ended.err, run_log_path(typed.id).read_text("utf-8"), run_log_path(record.id).read_text("utf-8")):
        assert not [word for word in (KEY, *CONTENT) if word in text]


def test_a_detached_run_logs_too(tmp_path: Path, fake_provider: FakeProvider) -> None:
    table = made_table(tmp_path / "in.csv", 1)
    arguments = transform_arguments(table, tmp_path / "out.csv", fake_provider.url, "--detach")
    assert handai(*arguments, HANDAI_LOG="debug").code == 0
    run_id = only_run_id()
    wait_until(lambda: not runs.get(run_id).status.is_live)
    assert b'"event":"answer"' in run_log_path(run_id).read_bytes()

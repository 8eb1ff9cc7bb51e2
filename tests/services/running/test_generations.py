"""What OpenRouter tells of an answer after the run: asked with the run's key, and never at a result's cost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import RunReader, RunRecord, StoredAttempt
from services.home import run_path
from services.running import runs
from services.running.execution import execute
from services.running.generations import fill_in
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_listing import Answer, Asked, FakeListing, fake_listing

pytestmark = pytest.mark.anyio

ROWS = 3
KEY = "sk-or-v1-" + "1" * 20
TOLD = {
    "provider_name": "Infermatic",
    "model": "a/b",
    "native_tokens_prompt": 11,
    "native_tokens_completion": 7,
    "tokens_prompt": 10,
    "total_cost": 0.25,
}


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.running.generations._WAIT_S", 0.0)


def chat(**more: Any) -> Answer:  # noqa: ANN401 any JSON
    numbers = iter(range(1000))

    def answer(_: Asked) -> Any:  # noqa: ANN401 any JSON
        message = {"role": "assistant", "content": "fine"}
        return {"id": f"gen-{next(numbers)}", "model": "a/b", "choices": [{"message": message}], **more}

    return answer


def made(folder: Path, server: FakeListing) -> RunRecord:
    table = datasets.store_file(made_table(folder / "in.csv", ROWS))
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": {"instructions": "Repeat it."},
            "model": {"provider": "openrouter", "model": "a/b", "base_url": f"{server.url}/v1"},
            "limits": {"concurrency": 2},
        }
    )
    return runs.create(runs.NewRun(spec, table.id))


def attempts_of(record: RunRecord) -> list[StoredAttempt]:
    with RunReader(run_path(record.id)) as reader:
        return [attempt for row in range(ROWS) for attempt in reader.attempts(row)]


def asked_afterwards(server: FakeListing) -> list[Asked]:
    return [asked for asked in server.asked if asked.target.startswith("/v1/generation")]


async def test_000_12_open_answers_are_asked_about_with_the_key_that_made_the_call(tmp_path: Path) -> None:
    with fake_listing({"/v1/chat/completions": chat(), "/v1/generation": {"data": TOLD}}) as server:
        record = made(tmp_path, server)
        assert await execute(record.id, SecretStr(KEY)) is RunStatus.COMPLETED
    asked = asked_afterwards(server)
    assert sorted(one.target for one in asked) == [f"/v1/generation?id=gen-{number}" for number in range(ROWS)]
    assert {one.headers["authorization"] for one in asked} == {f"Bearer {KEY}"}
    for attempt in attempts_of(record):
        assert (attempt.upstream, attempt.prompt_tokens, attempt.completion_tokens) == ("Infermatic", 11, 7)
        assert attempt.cost_usd == 0.25
    view = runs.view(record.id)
    assert view.cost_usd == pytest.approx(0.25 * ROWS)
    assert view.tokens == (11 * ROWS, 7 * ROWS)
    assert view.figures()["cost_complete"] is True


async def test_what_the_answer_said_itself_is_not_asked_about(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.5}
    with fake_listing({"/v1/chat/completions": chat(usage=usage, provider="Groq")}) as server:
        record = made(tmp_path, server)
        assert await execute(record.id, SecretStr(KEY)) is RunStatus.COMPLETED
        assert asked_afterwards(server) == []
    assert {(attempt.upstream, attempt.cost_usd) for attempt in attempts_of(record)} == {("Groq", 0.5)}


async def test_what_is_known_is_never_changed(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.5}
    with fake_listing({"/v1/chat/completions": chat(usage=usage), "/v1/generation": {"data": TOLD}}) as server:
        record = made(tmp_path, server)
        await execute(record.id, SecretStr(KEY))
    assert {(attempt.upstream, attempt.cost_usd) for attempt in attempts_of(record)} == {("Infermatic", 0.5)}
    assert runs.view(record.id).cost_usd == pytest.approx(0.5 * ROWS)


@pytest.mark.parametrize(
    "failure",
    [
        (500, {"error": "down"}),
        (401, {"error": {"message": "No cookie auth credentials found"}}),
        (404, {"error": "not yet"}),
        {"data": "nonsense"},
        [],
        {"data": {"total_cost": "free", "native_tokens_prompt": -1}},
    ],
    ids=["500", "401", "404", "text", "list", "wrong types"],
)
async def test_000_11_a_failure_there_leaves_the_result_as_it_is(
    tmp_path: Path,
    failure: Any,  # noqa: ANN401 any JSON
) -> None:
    with fake_listing({"/v1/chat/completions": chat(), "/v1/generation": failure}) as server:
        record = made(tmp_path, server)
        assert await execute(record.id, SecretStr(KEY)) is RunStatus.COMPLETED
        assert len(asked_afterwards(server)) == 2 * ROWS
    view = runs.view(record.id)
    assert (view.done, view.failed) == (ROWS, 0)
    assert {attempt.cost_usd for attempt in attempts_of(record)} == {None}


async def test_an_answer_that_is_not_booked_yet_is_asked_about_once_more(tmp_path: Path) -> None:
    seen: set[str] = set()
    waited: list[float] = []

    def late(asked: Asked) -> Any:  # noqa: ANN401 any JSON
        known = asked.target in seen
        seen.add(asked.target)
        return {"data": TOLD} if known else (404, {"error": {"message": "Generation not found"}})

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    answers: dict[str, Answer] = {"/v1/chat/completions": chat()}
    with fake_listing(answers) as server:
        record = made(tmp_path, server)
        await execute(record.id, SecretStr(KEY))
        answers["/v1/generation"] = late
        await fill_in(record, SecretStr(KEY), sleep)
    assert waited == [0.0]
    assert {attempt.upstream for attempt in attempts_of(record)} == {"Infermatic"}


async def test_a_server_that_never_answers_does_not_hold_a_run_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.running.generations._DEADLINE_S", 0.05)
    held = asyncio.Event()

    async def never(_: float) -> None:
        await held.wait()

    with fake_listing({"/v1/chat/completions": chat()}) as server:
        record = made(tmp_path, server)
        await execute(record.id, SecretStr(KEY))
        await fill_in(record, SecretStr(KEY), never)
    assert runs.view(record.id).done == ROWS

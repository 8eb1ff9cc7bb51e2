"""The same request is not paid twice: not in one run, not by a later one, unless that is asked for."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import AnswerCache, RunReader, RunRecord
from providers.base import Completion
from services import answer_cache
from services.home import home, run_path
from services.past import history
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

KEY = SecretStr("k3y" * 8)


def made(folder: Path, url: str, *, texts: list[str] | None = None, rows: int = 4, **parts: Any) -> RunRecord:  # noqa: ANN401 any part
    path = made_table(folder / "in.csv", rows)
    if texts is not None:
        path.write_text("text\n" + "".join(f"{text}\n" for text in texts), "utf-8")
    table = datasets.store_file(path)
    model = {"provider": "custom", "model": "m", "base_url": url, **parts.pop("model", {})}
    given = {"input": {"kind": "transform", "dataset": table.id}, "prompt": {"template": "{{ text }}"}}
    return runs.create(runs.NewRun(RunSpec.checked({**given, "model": model, **parts}), table.id))


def answers(record: RunRecord) -> list[Any]:
    with RunReader(run_path(record.id)) as reader:
        return [result.values for result in reader.iter_results()]


async def test_a_second_run_asks_nothing_and_says_the_same(fake_provider: FakeProvider, tmp_path: Path) -> None:
    first, second = (made(tmp_path, fake_provider.url) for _ in range(2))
    await execute(first.id, KEY)
    assert await execute(second.id, KEY) is RunStatus.COMPLETED
    assert fake_provider.stats()["total"] == 4
    assert answers(first) == answers(second)
    figures = runs.view(second.id).figures()
    assert (figures["cached"], figures["attempts"], figures["cost_usd"]) == (4, 0, 0.0)


async def test_a_run_that_wants_no_kept_answers_asks_anew(fake_provider: FakeProvider, tmp_path: Path) -> None:
    await execute(made(tmp_path, fake_provider.url).id, KEY)
    await execute(made(tmp_path, fake_provider.url, limits={"cache": False}).id, KEY)
    assert fake_provider.stats()["total"] == 8


@pytest.mark.parametrize(
    "other",
    [
        {"model": {"model": "another"}},
        {"model": {"temperature": 0.5}},
        {"model": {"max_tokens": 9}},
        {"model": {"seed": 3}},
        {"outputs": [{"name": "n", "type": "integer"}]},
        {"prompt": {"instructions": "Sing.", "template": "{{ text }}"}},
    ],
    ids=["model", "temperature", "max_tokens", "seed", "outputs", "instructions"],
)
async def test_another_request_is_asked(other: dict[str, Any], fake_provider: FakeProvider, tmp_path: Path) -> None:
    await execute(made(tmp_path, fake_provider.url).id, KEY)
    await execute(made(tmp_path, fake_provider.url, **other).id, KEY)
    assert fake_provider.stats()["total"] >= 8


async def test_another_server_is_asked(fake_provider: FakeProvider, tmp_path: Path) -> None:
    await execute(made(tmp_path, fake_provider.url).id, KEY)
    with FakeProvider() as other:
        await execute(made(tmp_path, other.url).id, KEY)
        assert other.stats()["total"] == 4


async def test_equal_rows_of_a_table_are_asked_once(fake_provider: FakeProvider, tmp_path: Path) -> None:
    fake_provider.configure(latency_s=0.05)
    record = made(tmp_path, fake_provider.url, texts=["ROW1", "ROW2"] * 20)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert fake_provider.stats()["total"] == 2
    assert runs.view(record.id).figures()["cached"] == 38


async def test_an_equal_row_is_asked_when_the_first_one_fails(fake_provider: FakeProvider, tmp_path: Path) -> None:
    fake_provider.canned(400, {"error": {"message": "No.", "code": "content_policy_violation"}})
    record = made(tmp_path, fake_provider.url, texts=["ROW1"] * 3, limits={"max_attempts": 1})
    assert await execute(record.id, KEY) is RunStatus.FAILED
    assert fake_provider.stats()["total"] == 3


async def test_a_stop_leaves_waiting_rows_pending(fake_provider: FakeProvider, tmp_path: Path) -> None:
    fake_provider.canned(401, {"error": {"message": "Wrong key."}})
    record = made(tmp_path, fake_provider.url, texts=["ROW1"] * 5)
    assert await execute(record.id, KEY) is RunStatus.PAUSED
    assert runs.view(record.id).pending == 5


@pytest.mark.parametrize("finish", ["length", "content_filter"])
async def test_cut_and_filtered_answers_are_not_kept(finish: str, fake_provider: FakeProvider, tmp_path: Path) -> None:
    choice = {"message": {"role": "assistant", "content": "half an ans"}, "finish_reason": finish}
    fake_provider.canned(
        200, {"choices": [choice], "model": "m", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    )
    for _ in range(2):
        await execute(made(tmp_path, fake_provider.url, rows=1).id, KEY)
    assert fake_provider.stats()["total"] == 2
    assert answer_cache.use().answers == 0


async def test_invalid_answers_are_not_kept(fake_provider: FakeProvider, tmp_path: Path) -> None:
    choice = {"message": {"role": "assistant", "content": "no number"}, "finish_reason": "stop"}
    fake_provider.canned(200, {"choices": [choice], "model": "m"})
    record = made(tmp_path, fake_provider.url, rows=1, outputs=[{"name": "n", "type": "integer"}])
    assert await execute(record.id, KEY) is RunStatus.FAILED
    assert answer_cache.use().answers == 0


async def test_what_is_kept_is_judged_as_a_fresh_answer_is(fake_provider: FakeProvider, tmp_path: Path) -> None:
    await execute(made(tmp_path, fake_provider.url).id, KEY)
    path = home() / "cache.db"
    with closing(sqlite3.connect(path)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM answers")]
    cache = AnswerCache(path, "another")
    for key in keys:
        cache.keep(key, Completion("half an ans", finish_reason="length"))  # as a fault, or an older Handai, might have
    cache.close()
    record = made(tmp_path, fake_provider.url)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert fake_provider.stats()["total"] == 8


async def test_a_deleted_runs_answers_are_asked_again(fake_provider: FakeProvider, tmp_path: Path) -> None:
    first = made(tmp_path, fake_provider.url)
    await execute(first.id, KEY)
    history.delete_run(first.id)
    assert answer_cache.use().answers == 0
    await execute(made(tmp_path, fake_provider.url).id, KEY)
    assert fake_provider.stats()["total"] == 8


async def test_the_key_is_nowhere_in_the_file(fake_provider: FakeProvider, tmp_path: Path) -> None:
    await execute(made(tmp_path, fake_provider.url).id, KEY)
    assert KEY.get_secret_value().encode() not in (home() / "cache.db").read_bytes()


async def test_rows_of_a_generated_table_stay_distinct(fake_provider: FakeProvider) -> None:
    columns = [
        {"name": "kind", "sampler": "category", "values": ["one"]},
        {"name": "story", "prompt": "Tell {{ kind }}"},
    ]
    source = {"kind": "generate", "rows": 6, "columns": columns, "duplicates": False, "variation": "none"}
    model = {"provider": "custom", "model": "m", "base_url": fake_provider.url}
    spec = RunSpec.checked({"input": source, "model": model})
    for asked in (6, 6):
        record = runs.create(runs.NewRun(spec))
        assert await execute(record.id, KEY) is RunStatus.COMPLETED
        assert fake_provider.stats()["total"] == asked  # six rows that ask the same; a second table costs nothing
    assert runs.view(record.id).figures()["cached"] == 6


async def test_a_damaged_file_is_nobodys_error(fake_provider: FakeProvider, tmp_path: Path) -> None:
    (home() / "cache.db").write_bytes(b"\xff" * 5000)
    assert await execute(made(tmp_path, fake_provider.url).id, KEY) is RunStatus.COMPLETED
    assert answer_cache.use().answers == 4

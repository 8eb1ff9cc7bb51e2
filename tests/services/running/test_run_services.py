"""Runs through the services: answers taken over, dead processes noticed, deletion, backup, the warm process."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import DatasetRecord, Lease, RunFilter, RunRecord
from services import preferences
from services.home import open_catalogue
from services.models import keys
from services.past import history
from services.results import inspect
from services.running import runs
from services.running.checks import check
from services.running.execution import execute
from services.running.processes import is_alive, lease_of, own_lease
from services.tables import datasets
from tests.command_line import PROJECT, made_table, wait_until
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 8))


def spec_of(table: DatasetRecord, url: str, output: str = "answer", limit: int | None = None) -> RunSpec:
    return RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id, "limit": limit},
            "prompt": {"instructions": "Repeat it.", "template": "{{ text }}"},
            "outputs": [{"name": output}],
            "model": {"provider": "custom", "model": "fake-model", "base_url": url},
        }
    )


def made(table: DatasetRecord, url: str) -> RunRecord:
    return runs.create(runs.NewRun(spec_of(table, url), table.id))


def test_a_column_that_leaves_is_named_also_when_an_answer_has_its_name(table: DatasetRecord) -> None:
    spec = spec_of(table, "https://api.example.com/v1", output="text")
    assert check(spec, table.info).sent == ("text",)


async def test_a_later_prompt_reads_the_tables_column_not_the_answer_of_the_same_name(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    outputs = [{"name": "text"}, {"name": "other", "prompt": "Again: {{ text }}"}]
    spec = RunSpec.checked({**spec_of(table, fake_provider.url).model_dump(), "outputs": outputs})
    record = runs.create(runs.NewRun(spec, table.id))
    assert await execute(record.id, None) is RunStatus.COMPLETED
    row = inspect.page(record, 2, 1)[0]
    assert row.answers["other"] == f"echo: Again: {row.cells['text']}"
    assert inspect.detail(record, 2).steps[1].messages[-1].content == f"Again: {row.cells['text']}"


async def test_a_json_answer_with_an_empty_key_is_a_column_like_others(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(reply='{"": "none", "a": 1}')
    model = {**spec_of(table, fake_provider.url).model.model_dump(), "json_mode": True}
    data = {**spec_of(table, fake_provider.url).model_dump(), "outputs": [], "model": model}
    record = runs.create(runs.NewRun(RunSpec.checked(data), table.id))
    assert await execute(record.id, None) is RunStatus.COMPLETED
    assert list(inspect.page(record, 0, 1)[0].answers.values()) == ["none", 1]


async def test_answers_of_a_preview_are_not_asked_again(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    preview = runs.create(runs.NewRun(spec_of(table, fake_provider.url, limit=3), table.id, preview=True))
    await execute(preview.id, None)
    whole = runs.NewRun(spec_of(table, fake_provider.url, "other"), table.id, reuse_from=(preview.id,))
    record = runs.create(whole)

    assert await execute(record.id, None) is RunStatus.COMPLETED

    figures = runs.view(record.id).figures()
    assert (figures["cached"], figures["rows"]["done"]) == (3, 8)
    assert set(fake_provider.stats()["rows"].values()) == {1}
    assert [item.id for item in history.list_runs(RunFilter())] == [record.id]


def test_a_run_whose_process_is_gone_is_interrupted(table: DatasetRecord) -> None:
    record = made(table, "http://127.0.0.1:9/v1")
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    with open_catalogue() as catalogue:
        catalogue.leases.take(Lease(record.id, gone.pid, 1.0), is_alive)
        catalogue.runs.set_status(record.id, RunStatus.RUNNING)

    assert runs.get(record.id).status is RunStatus.INTERRUPTED


async def test_a_late_stop_leaves_a_completed_run_completed(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    record = made(table, fake_provider.url)
    await execute(record.id, None)

    assert runs.stop(record.id) is RunStatus.COMPLETED
    assert runs.get(record.id).status is RunStatus.COMPLETED


async def test_the_last_run_takes_its_dataset_with_it(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    first, second = made(table, fake_provider.url), made(table, fake_provider.url)
    for record in (first, second):
        await execute(record.id, None)

    history.delete_run(first.id)
    assert datasets.table_path(table.id).exists()
    history.delete_run(second.id)

    assert not datasets.table_path(table.id).parent.exists()
    assert [path for record in (first, second) for path in history.run_files(record.id) if path.exists()] == []


async def test_a_backup_opens_with_the_same_runs(
    tmp_path: Path, table: DatasetRecord, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = made(table, fake_provider.url)
    await execute(record.id, None)
    before = runs.view(record.id).figures()

    monkeypatch.setenv("HANDAI_HOME", str(history.back_up(tmp_path)))

    assert runs.view(record.id).figures() == before
    assert len(datasets.rows_of(table.id, 0, 8)) == 8


def test_preferences_come_back_and_hold_no_key() -> None:
    wanted = preferences.Preferences(provider="openai", models={"openai": "gpt-4o"}, temperature=0.5, concurrency=7)

    preferences.save(wanted)

    assert preferences.load() == wanted
    assert not any("key" in name for name in preferences.Preferences.model_fields)


def test_the_nearest_key_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secrets.env").write_text("OPENAI_API_KEY=from-secrets\n", encoding="utf-8")
    found = [keys.find_key("openai")]
    (tmp_path / ".env").write_text("OPENAI_API_KEY=from-dotenv\n", encoding="utf-8")
    found.append(keys.find_key("openai"))
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    found += [keys.find_key("openai"), keys.find_key("openai", SecretStr(" typed "))]

    values = [item.key.get_secret_value() for item in found if item]
    assert values == ["from-secrets", "from-dotenv", "from-environment", "typed"]


def test_the_warm_process_ends_with_its_parent() -> None:
    code = (
        "import os\nfrom services.running.processes import WARM\n"
        "WARM.keep()\nprint(WARM._waiting.pid, flush=True)\nos._exit(9)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=dict(os.environ), stdout=subprocess.PIPE, text=True, check=False
    )

    def has_ended() -> bool:
        try:
            return psutil.Process(int(ended.stdout)).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    wait_until(has_ended)


def test_a_zombie_is_not_alive() -> None:
    assert is_alive(own_lease("none"))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        lease = lease_of("none", process.pid)
        assert is_alive(lease)
        process.kill()
        wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
        assert not is_alive(lease)

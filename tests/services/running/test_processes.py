"""A run's process: told apart when alive or dead, started warm or cold, and never given its key in the open."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from handai_db import DatasetRecord, RunRecord
from services.running import runs
from services.running.processes import WARM, WarmProcess, is_alive, own_lease
from services.tables import datasets
from tests.command_line import made_table, wait_until
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of

KEY = "canary-" + "k" * 24


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 3))


@pytest.fixture
def warm() -> Iterator[WarmProcess]:
    WARM.drop()  # a page of an earlier test may have left one waiting
    wait_until(lambda: not children())
    process = WarmProcess()
    yield process
    process.drop()


def children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [child for child in found if _executes(child)]


def _executes(child: psutil.Process) -> bool:
    try:
        return child.status() != psutil.STATUS_ZOMBIE and "_execute" in child.cmdline()
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False


def queued(table: DatasetRecord, provider: FakeProvider) -> RunRecord:
    return runs.create(runs.NewRun(spec_of(table, provider.url), table.id))


def wait_for_the_end(record: RunRecord) -> RunStatus:
    wait_until(lambda: not runs.get(record.id).status.is_live)
    return runs.get(record.id).status


@pytest.mark.skipif(sys.platform != "linux", reason="the clock is moved under psutil's Linux part")
def test_a_clock_that_is_set_while_a_run_executes_does_not_make_it_look_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    lease = own_lease("some run")
    booted = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted + 3600)

    assert is_alive(lease)


def test_another_process_under_the_same_number_is_not_the_owner() -> None:
    mine = own_lease("some run")

    assert not is_alive(type(mine)(mine.run_id, mine.pid, mine.pid_started - 60))


def test_the_waiting_process_takes_the_order_and_the_key_is_not_in_the_open(
    warm: WarmProcess, table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(key=KEY, hold=True)
    warm.keep()
    waiting = wait_until(children)
    record = queued(table, fake_provider)

    warm.start(record.id, SecretStr(KEY))
    wait_until(lambda: fake_provider.stats()["in_flight"] == 3)
    executing = children()
    told = [*executing[0].cmdline(), *executing[0].environ().values()]
    fake_provider.release()

    assert executing == waiting
    assert not any(KEY in text for text in told)
    assert wait_for_the_end(record) is RunStatus.COMPLETED


def test_a_dead_spare_is_replaced_by_a_cold_start(
    warm: WarmProcess, table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    warm.keep()
    spare = wait_until(children)[0]
    spare.kill()
    wait_until(lambda: spare.status() == psutil.STATUS_ZOMBIE)

    record = queued(table, fake_provider)
    warm.start(record.id, None)

    assert wait_for_the_end(record) is RunStatus.COMPLETED


def test_a_spare_that_is_not_used_goes(warm: WarmProcess) -> None:
    warm.keep()
    spare = wait_until(children)[0]

    warm.drop()

    assert not psutil.pid_exists(spare.pid)


def test_asking_twice_keeps_one_spare(warm: WarmProcess) -> None:
    warm.keep()
    spare = wait_until(children)
    warm.keep()

    assert children() == spare


def test_the_worker_without_an_order_ends_in_peace() -> None:
    from services.home import PROJECT

    command = [sys.executable, str(PROJECT / "handai_cli.py"), "_execute"]
    ended = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=60)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")

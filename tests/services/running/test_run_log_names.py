"""The run's log says who is asked for which model (requirement 000-10)."""

import asyncio
from pathlib import Path

from structlog.testing import capture_logs

from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of


def test_the_log_names_provider_and_model(tmp_path: Path, fake_provider: FakeProvider) -> None:
    table = datasets.store_file(made_table(tmp_path / "in.csv", 1))
    record = runs.create(runs.NewRun(spec_of(table, fake_provider.url), table.id))
    with capture_logs() as lines:
        asyncio.run(execute(record.id, None))
    begins = next(line for line in lines if line["event"] == "run begins")
    assert (begins["provider"], begins["model"]) == ("custom", "fake-model")


def test_two_runs_at_once_share_nothing(tmp_path: Path, fake_provider: FakeProvider) -> None:
    """Requirement 000-20: ids and files are never handed out twice."""
    table = datasets.store_file(made_table(tmp_path / "in.csv", 3))
    spec = spec_of(table, fake_provider.url)
    first, second = (runs.create(runs.NewRun(spec, table.id)) for _ in range(2))

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(execute(first.id, None))
            group.create_task(execute(second.id, None))

    asyncio.run(both())
    assert first.id != second.id
    assert [runs.view(run.id).done for run in (first, second)] == [3, 3]
    assert fake_provider.stats()["total"] == 6

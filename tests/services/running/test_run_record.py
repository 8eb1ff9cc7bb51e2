"""What real runs leave behind about their model: its health, and the id that it answers to."""

from pathlib import Path

import pytest

from engine.results import RunStatus
from handai_db import DatasetRecord, RunRecord
from providers.base import ModelInfo
from services.home import open_catalogue
from services.models.model_lists import place_of, used_models
from services.models.model_record import known_models, verified_models
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of

pytestmark = pytest.mark.anyio

ROWS = 6


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", ROWS))


def made(table: DatasetRecord, provider: FakeProvider) -> RunRecord:
    spec = spec_of(table, provider.url, concurrency=1, max_attempts=1, cache=False)
    return runs.create(runs.NewRun(spec, table.id))


async def test_001_10_a_runs_attempts_are_in_its_models_record_at_its_end(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    assert await execute(made(table, fake_provider).id, None) is RunStatus.COMPLETED
    fake_provider.configure(faults={"500": 1.0})
    record = made(table, fake_provider)
    await execute(record.id, None)
    failed_before = known_models("custom", fake_provider.url)["fake-model"].health
    fake_provider.configure(faults={})
    runs.prepare_retry(record.id)
    await execute(record.id, None)

    found = known_models("custom", fake_provider.url)["fake-model"].health

    assert failed_before is not None
    assert found is not None
    assert failed_before.answered == ROWS
    assert failed_before.failed >= 1
    assert (found.answered, found.failed) == (2 * ROWS, failed_before.failed)
    assert found.error_rate == pytest.approx(found.failed / (2 * ROWS + found.failed))
    assert found.last_error_kind in {"overloaded", "upstream"}
    assert found.last_error_at is not None
    assert found.last_success_at is not None
    assert found.last_error_at < found.last_success_at
    assert found.latency_s is not None
    assert verified_models("custom", fake_provider.url) == ("fake-model",)
    assert [*used_models("custom")] == ["fake-model"]


async def test_001_3_a_run_finds_the_exact_id_and_the_next_begins_with_it(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    with open_catalogue() as catalogue:
        place = place_of("custom", fake_provider.url)
        catalogue.models.store(place, [ModelInfo("fake-model", "Fake", hugging_face_id="Fake-Model")], 1.0)
    fake_provider.configure(models=["Fake-Model"])

    ends = [await execute(made(table, fake_provider).id, None) for _ in range(2)]

    assert ends == [RunStatus.COMPLETED] * 2
    asked = [received.json()["model"] for received in fake_provider.requests]
    assert asked == ["fake-model"] + ["Fake-Model"] * (2 * ROWS)

"""Rows asked again: a new answer in the old one's place, which stays on record; or in another way, the others kept."""

from pathlib import Path

import pytest

from engine.results import RunStatus
from handai_db import DatasetRecord, RunRecord, Standing, replaced_in
from handai_errors import ConflictError, SpecError
from services.home import run_path
from services.results import again, inspect
from services.results.again import Which
from services.results.corrections import Edit, edit
from services.results.row_filters import RowFilter, matching
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 6))


async def answered(table: DatasetRecord, provider: FakeProvider, reply: str) -> RunRecord:
    provider.configure(reply=reply)
    record = runs.create(runs.NewRun(spec_of(table, provider.url), table.id))
    assert await execute(record.id, None) is RunStatus.COMPLETED
    return runs.get(record.id)


def answers(record: RunRecord) -> list[object]:
    return [row.answers["answer"] for row in inspect.page(record, 0, 50)]


async def test_rows_asked_again_have_new_answers_and_the_old_ones_stay_on_record(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    record = await answered(table, fake_provider, "first")
    fake_provider.configure(reply="second")
    queued = again.prepare_again(record.id, [1, 4])
    assert (queued.status, runs.view(record.id).pending) == (RunStatus.QUEUED, 2)

    assert await execute(record.id, None) is RunStatus.COMPLETED

    record = runs.get(record.id)
    assert answers(record) == ["first", "second", "first", "first", "second", "first"]
    [old] = replaced_in(run_path(record.id), 1)
    assert (old.values, old.raw) == ({"answer": "first"}, "first")
    assert [attempt.number for attempt in inspect.detail(record, 1).attempts] == [1, 2]
    assert fake_provider.stats()["total"] == 8
    assert runs.view(record.id).damage is None


async def test_only_rows_that_were_asked_can_be_asked_again(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    record = runs.create(runs.NewRun(spec_of(table, fake_provider.url), table.id))
    with pytest.raises(ConflictError):  # it is queued
        again.prepare_again(record.id, [1])


async def test_empty_answers_are_found_but_not_those_that_a_person_judged(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    record = await answered(table, fake_provider, '{"a": " ", "b": null}')
    spec = spec_of(table, fake_provider.url)
    model = spec.model.model_copy(update={"json_mode": True})
    spec = spec.model_copy(update={"outputs": (), "model": model})
    record = runs.create(runs.NewRun(spec, table.id))
    await execute(record.id, None)
    record = runs.get(record.id)
    assert again.rows_that(record, Which.EMPTY) == [0, 1, 2, 3, 4, 5]
    edit(record.id, [Edit(2, {"a": "nothing to say"})])
    assert again.rows_that(record, Which.EMPTY) == [0, 1, 3, 4, 5]
    assert again.rows_that(record, Which.FAILED) == []


async def test_another_way_of_asking_keeps_the_other_answers_which_are_stale_then(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    record = await answered(table, fake_provider, "first")
    edit(record.id, [Edit(0, {"answer": "mine"}), Edit(4, {"answer": "mine"})])
    fake_provider.configure(reply="second")
    new = again.changed(record, [1, 4], instructions="Say it otherwise.", model="fake-model")
    made = again.create_changed(record, new)

    assert await execute(made.id, None) is RunStatus.COMPLETED

    made = runs.get(made.id)
    assert answers(made) == ["mine", "second", "first", "first", "second", "first"]
    assert fake_provider.stats()["total"] == 8
    assert again.rows_that(made, Which.STALE) == [0, 2, 3, 5]
    assert list(matching(made, RowFilter(Standing.STALE))) == [0, 2, 3, 5]
    assert [row.index for row in inspect.page(made, 0, 6) if row.result and row.result.stale] == [0, 2, 3, 5]
    assert answers(runs.get(record.id)) == ["mine", "first", "first", "first", "mine", "first"]

    again.prepare_again(made.id, again.rows_that(made, Which.STALE))
    assert await execute(made.id, None) is RunStatus.COMPLETED
    assert again.rows_that(runs.get(made.id), Which.STALE) == []
    assert list(matching(runs.get(made.id), RowFilter(Standing.STALE))) == []
    assert answers(runs.get(made.id)) == ["mine", *["second"] * 5]


async def test_a_run_with_replaced_answers_resumes_as_any_other(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    record = await answered(table, fake_provider, "first")
    again.prepare_again(record.id, [0, 3])
    fake_provider.configure(faults={"401": 1.0})
    assert await execute(record.id, None) is RunStatus.PAUSED
    fake_provider.configure(faults={}, reply="second")
    runs.prepare_resume(record.id)
    assert await execute(record.id, None) is RunStatus.COMPLETED
    assert answers(runs.get(record.id)) == ["second", "first", "first", "second", "first", "first"]


def test_rows_are_named_as_people_count(table: DatasetRecord) -> None:
    record = runs.create(runs.NewRun(spec_of(table, "http://127.0.0.1:9/v1"), table.id))
    assert again.rows_named(record, "3, 5-6; 1") == [0, 2, 4, 5]
    assert again.rows_named(record, "5 - 9999999999") == [4, 5]
    for wrong in ("x", "0", "7", "3-x"):
        with pytest.raises(SpecError):
            again.rows_named(record, wrong)

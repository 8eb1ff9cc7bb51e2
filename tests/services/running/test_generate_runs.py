"""Generate runs as services: drawn, asked for, stopped, gone on with, looked into, exported and deleted."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import RunFilter, RunReader, RunRecord
from handai_errors import NotFoundError, SpecError
from services.home import dataset_path, open_catalogue, run_path
from services.past import history
from services.results import inspect
from services.results.exporting import Wanted, export
from services.running import runs
from services.running.checks import check, sentence_on_privacy
from services.running.execution import execute
from services.tables import datasets
from services.tables.run_tables import sampled_path, table_of
from tests.command_line import made_table, records_in
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

FREE_PAYS_NOTHING = {"if": "plan == 'free'", "value": 0}
SAMPLED: list[dict[str, Any]] = [
    {"name": "id", "sampler": "id", "pattern": "T-{0001}"},
    {"name": "plan", "sampler": "category", "values": {"free": 0.6, "pro": 0.4}},
    {
        "name": "spend",
        "sampler": "uniform",
        "low": 5,
        "high": 200,
        "decimals": 2,
        "when": [{"if": "plan == 'free'", "value": 0}],
    },
    {"name": "yearly", "expression": "spend * 12"},
]
WRITTEN: list[dict[str, Any]] = [
    {"name": "story", "prompt": "ROW{{ id }} of plan {{ plan }}"},
    {"name": "title", "prompt": "A title for {{ story }}"},
    {"name": "shout", "expression": "upper(title)"},
]


def spec_of(columns: list[dict[str, Any]], url: str | None = None, **schema: Any) -> RunSpec:  # noqa: ANN401 any key
    settings = {"rows": 30, "seed": 7, "duplicates": False} | schema
    data: dict[str, Any] = {"input": {"kind": "generate", "columns": columns, **settings}}
    if url:
        data["model"] = {"provider": "custom", "model": "fake-model", "base_url": url}
    return RunSpec.checked(data)


async def executed(spec: RunSpec, **more: Any) -> RunRecord:  # noqa: ANN401 any field
    record = runs.create(runs.NewRun(spec, **more))
    await execute(record.id, None)
    return runs.get(record.id)


async def test_samplers_and_expressions_alone_need_no_provider(tmp_path: Path) -> None:
    record = await executed(spec_of(SAMPLED, rows=500))
    assert (record.status, record.provider) == (RunStatus.COMPLETED, "none")
    view = runs.view(record.id)
    assert (view.done, view.failed, view.pending, view.steps) == (500, 0, 0, 0)
    info = export(record, tmp_path / "out.csv", Wanted())
    rows = records_in(tmp_path / "out.csv")
    assert info.rows == len(rows) == 500
    assert rows[41]["id"] == "T-0042"
    assert {row["yearly"] for row in rows if row["plan"] == "free"} == {"0.0"}
    assert [row.status for row in inspect.page(record, 10, 3)] == ["done"] * 3


async def test_the_same_seed_makes_the_same_table_and_another_one_another() -> None:
    first, again, other = [await executed(spec_of(SAMPLED, seed=seed)) for seed in (7, 7, 8)]
    assert table_of(first).page(0, 30) == table_of(again).page(0, 30)
    assert table_of(first).page(0, 30) != table_of(other).page(0, 30)


async def test_checks_hold_for_a_table_without_a_model_too(tmp_path: Path) -> None:
    checks = [
        {"rule": "plan != 'free'", "on_fail": "redraw"},
        {"rule": "id != 'T-0003'", "on_fail": "drop"},
        {"rule": "id != 'T-0004'", "on_fail": "mark"},
    ]
    record = await executed(spec_of(SAMPLED, checks=checks, rows=12))
    view = runs.view(record.id)
    assert view.progress is not None
    assert (view.done, view.progress.dropped) == (12, 1)
    assert view.progress.marked >= 1
    export(record, tmp_path / "out.csv", Wanted())
    rows = records_in(tmp_path / "out.csv")
    assert len(rows) == 11
    assert sum(row["plan"] == "pro" for row in rows) >= 9  # three redraws leave a few
    assert "T-0004" in next(row["check"] for row in rows if row["id"] == "T-0004")


async def test_a_model_writes_step_by_step_over_the_drawn_columns(fake_provider: FakeProvider) -> None:
    record = await executed(spec_of(SAMPLED + WRITTEN, fake_provider.url))
    assert record.status is RunStatus.COMPLETED
    drawn = table_of(record).page(0, 30)
    row = inspect.page(record, 4, 1)[0]
    story = f"echo: ROW{drawn[4]['id']} of plan {drawn[4]['plan']}"
    assert row.answers["story"] == story
    assert row.answers["title"] == f"echo: A title for {story}"
    assert row.answers["shout"] == f"echo: A title for {story}".upper()
    assert fake_provider.stats()["total"] == 60
    detail = inspect.detail(record, 4)
    assert [step.columns for step in detail.steps] == [("story",), ("title",)]
    assert detail.steps[1].messages[-1].content == f"A title for {story}"
    assert len(detail.attempts) == 2


async def test_the_sampled_part_is_the_same_with_and_without_model_columns(fake_provider: FakeProvider) -> None:
    alone, together = await executed(spec_of(SAMPLED)), await executed(spec_of(SAMPLED + WRITTEN, fake_provider.url))
    assert table_of(alone).page(0, 30) == table_of(together).page(0, 30)


async def test_a_paused_generation_goes_on_and_asks_nothing_twice(fake_provider: FakeProvider) -> None:
    fake_provider.configure(canned={"status": 401, "body": {"error": {"message": "no", "code": "invalid_api_key"}}})
    record = await executed(spec_of(SAMPLED + WRITTEN, fake_provider.url))
    assert record.status is RunStatus.PAUSED
    drawn = sampled_path(record.id).read_bytes()
    refused = fake_provider.stats()["total"]
    fake_provider.configure(canned=None)
    runs.prepare_resume(record.id)
    await execute(record.id, None)
    assert runs.get(record.id).status is RunStatus.COMPLETED
    assert fake_provider.stats()["total"] - refused == 60
    assert sampled_path(record.id).read_bytes() == drawn


async def test_a_preview_makes_the_first_rows_and_the_whole_run_takes_its_answers_over(
    fake_provider: FakeProvider,
) -> None:
    spec = spec_of(SAMPLED + WRITTEN, fake_provider.url)
    preview = await executed(spec.model_copy(update={"input": spec.input.model_copy(update={"rows": 5})}), preview=True)
    whole = await executed(spec, reuse_from=(preview.id,))
    assert inspect.page(whole, 0, 5)[2].answers == inspect.page(preview, 0, 5)[2].answers
    assert fake_provider.stats()["total"] == 60
    view = runs.view(whole.id)
    assert view.progress is not None
    assert view.progress.cached == 5


async def test_rows_that_are_asked_the_same_each_take_their_own_answer_over(fake_provider: FakeProvider) -> None:
    columns = [{"name": "n", "sampler": "sequence"}, {"name": "story", "prompt": "Tell a story."}]
    spec = spec_of(columns, fake_provider.url, rows=12)
    preview = await executed(spec.model_copy(update={"input": spec.input.model_copy(update={"rows": 3})}), preview=True)
    whole = await executed(spec, reuse_from=(preview.id,))
    view = runs.view(whole.id)
    assert view.progress is not None
    assert (view.done, view.progress.cached) == (12, 3)
    assert fake_provider.stats()["total"] == 12


async def test_a_stop_while_the_table_is_drawn_keeps_nothing_and_can_be_gone_on_with() -> None:
    record = runs.create(runs.NewRun(spec_of(SAMPLED, rows=60_000)))
    runs.stop(record.id)
    assert await execute(record.id, None) is RunStatus.STOPPED
    assert not sampled_path(record.id).exists()
    runs.prepare_resume(record.id)
    assert await execute(record.id, None) is RunStatus.COMPLETED
    assert runs.view(record.id).done == 60_000


async def test_a_crash_between_drawing_and_noting_draws_again() -> None:
    record = await executed(spec_of(SAMPLED))
    with RunReader(run_path(record.id)) as reader:
        assert reader.progress().done == 30

    with sqlite3.connect(run_path(record.id)) as connection:
        connection.execute("UPDATE progress SET done = 0, commits = commits + 1")
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.INTERRUPTED)
    runs.prepare_resume(record.id)
    assert await execute(record.id, None) is RunStatus.COMPLETED
    assert runs.view(record.id).done == 30


async def test_a_deleted_run_takes_its_drawn_table_with_it_and_a_backup_has_it(tmp_path: Path) -> None:
    record = await executed(spec_of(SAMPLED))
    folder = history.back_up(tmp_path)
    assert (folder / "runs" / sampled_path(record.id).name).read_bytes() == sampled_path(record.id).read_bytes()
    history.delete_run(record.id)
    assert not sampled_path(record.id).exists()


async def test_a_table_that_a_schema_takes_values_from_stays_as_long_as_the_run(tmp_path: Path) -> None:
    table = datasets.store_file(made_table(tmp_path / "in.csv", 40))
    column = {"name": "text", "sampler": "table", "dataset": table.id, "column": "text", "order": "sequence"}
    record = await executed(spec_of([column]))
    assert table_of(record).page(3, 1) == [{"text": "ROW3"}]
    with open_catalogue() as catalogue:
        assert catalogue.datasets.unused(2**40) == ()
    history.delete_run(record.id)
    assert not (dataset_path(table.id) / "table.parquet").exists()


def test_what_leaves_the_machine_is_told(fake_provider: FakeProvider) -> None:
    plan = check(spec_of(SAMPLED + WRITTEN, fake_provider.url))
    assert plan.sent == ("id", "plan")
    assert plan.steps == 2
    assert sentence_on_privacy(check(spec_of(SAMPLED))) == "Nothing leaves this machine: no model is asked."


def test_a_model_column_without_a_model_is_refused() -> None:
    with pytest.raises(SpecError, match="Choose a provider"):
        check(spec_of(WRITTEN[:1] + SAMPLED))


def test_a_kind_that_can_not_be_drawn_is_told_before_the_run() -> None:
    with pytest.raises(NotFoundError, match="no longer stored"):
        runs.create(runs.NewRun(spec_of([{"name": "text", "sampler": "table", "dataset": "gone", "column": "text"}])))
    with open_catalogue() as catalogue:
        assert catalogue.runs.list(RunFilter(previews=True)) == ()


async def test_some_rows_in_the_middle_of_a_drawn_table_are_read() -> None:
    record = await executed(spec_of([{"name": "n", "sampler": "sequence"}]))
    assert list(table_of(record).read(10, 3)) == [{"n": 11}, {"n": 12}, {"n": 13}]


async def test_a_table_that_a_model_writes_whole_has_all_its_rows(tmp_path: Path, fake_provider: FakeProvider) -> None:
    record = await executed(spec_of([{"name": "text", "prompt": "ROW0 in your own words"}], fake_provider.url))
    assert record.status is RunStatus.COMPLETED
    assert runs.view(record.id).done == 30
    export(record, tmp_path / "out.csv", Wanted())
    assert records_in(tmp_path / "out.csv") == [{"text": "echo: ROW0 in your own words"}] * 30
    assert inspect.detail(record, 3).messages[-1].content == "ROW0 in your own words"


async def test_rows_that_ask_the_same_are_not_answered_by_the_preview_of_another_row(
    fake_provider: FakeProvider,
) -> None:
    spec = spec_of([{"name": "text", "prompt": "In your own words"}], fake_provider.url)
    preview = await executed(spec.model_copy(update={"input": spec.input.model_copy(update={"rows": 5})}), preview=True)
    whole = await executed(spec, reuse_from=(preview.id,))
    assert fake_provider.stats()["total"] == 30
    assert [row.result.cached for row in inspect.page(whole, 0, 7) if row.result] == [True] * 5 + [False] * 2


async def test_a_seed_differs_from_row_to_row(fake_provider: FakeProvider) -> None:
    spec = spec_of([{"name": "text", "prompt": "In your own words"}], fake_provider.url)
    seeded = spec.model_copy(update={"model": spec.model.model_copy(update={"seed": 40})})
    await executed(seeded)
    assert sorted(received.json()["seed"] for received in fake_provider.requests) == list(range(40, 70))


def test_the_line_on_privacy_names_what_an_expression_over_an_answer_takes_along() -> None:
    columns = [
        *SAMPLED,
        {"name": "story", "prompt": "Tell a story."},
        {"name": "signed", "expression": "story + id"},
        {"name": "title", "prompt": "A title for {{ signed }}"},
    ]
    assert check(spec_of(columns, "https://api.example.com/v1")).sent == ("id",)

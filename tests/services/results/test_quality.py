"""A run's quality report: the rows as they are exported, what the spec asked of them, what the run counted."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.gate import Verdict
from engine.job import REDRAWN
from engine.quality.report import CategoryFigures, ColumnReport, NumberFigures
from engine.results import RunStatus
from engine.spec import RunSpec
from handai_errors import NotFoundError
from services.home import run_path
from services.results import quality
from services.running import runs
from services.running.execution import execute
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.services.stored_runs import done, failed, generate_run, put, transform_run


def column(run_id: str, name: str) -> ColumnReport:
    return next(item for item in quality.report_of(run_id).columns if item.name == name)


def numbers(found: ColumnReport) -> NumberFigures:
    assert isinstance(found.figures, NumberFigures)
    return found.figures


def test_a_transform_is_measured_by_its_typed_outputs(tmp_path: Path) -> None:
    outputs: list[dict[str, Any]] = [
        {"name": "mood", "type": "category", "values": ["good", "bad"]},
        {"name": "score", "type": "integer", "minimum": 1, "maximum": 5},
    ]
    record = transform_run(tmp_path, outputs, rows=4)
    put(record, *(done(row, mood="good" if row else "bad", score=row + 1) for row in range(3)), failed(3))

    report = quality.report_of(record.id)

    assert [item.name for item in report.columns] == ["mood", "score"]
    assert (report.rows, report.run.rows_done, report.run.rows_failed) == (3, 3, 1)
    mood = report.columns[0].figures
    assert isinstance(mood, CategoryFigures)
    assert [(share.value, share.count) for share in mood.shares] == [("good", 2), ("bad", 1)]
    assert numbers(report.columns[1]).mean == 2


def test_an_output_that_had_to_change_its_name_is_found_under_the_new_one(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "text", "type": "integer"}], rows=2)
    put(record, done(0, text=4), done(1, text=6))

    assert numbers(column(record.id, "text (2)")).mean == 5


def test_columns_that_the_answers_named_are_looked_at_by_their_values(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [], rows=2, json_mode=True)
    put(record, done(0, size=4), done(1, size=8))
    with closing(open_run_writer(run_path(record.id))) as connection:
        Batch(outputs=(("size", "size"),)).write(connection)

    assert numbers(column(record.id, "size")).mean == 6


def test_a_generated_table_is_measured_without_rows_that_are_not_finished_or_were_dropped() -> None:
    sampled = {"name": "n", "sampler": "sequence"}
    written = {"name": "word", "type": "text", "prompt": "Say {{ n }}."}
    record = generate_run(sampled, written, rows=5)
    results = [done(row, word=f"word number {row}") for row in range(3)]
    put(record, *results, failed(3), verdicts=[(1, 0, Verdict.DROPPED, "too short")])

    report = quality.report_of(record.id)

    assert (report.rows, report.run.dropped, report.run.rows_failed) == (2, 1, 1)
    assert [item.count for item in report.columns] == [2, 2]


def test_a_row_that_was_drawn_again_counts_with_its_last_draw() -> None:
    sampled = {"name": "tone", "sampler": "category", "values": ["warm"]}
    record = generate_run(sampled, {"name": "word", "type": "text", "prompt": "Say it."}, rows=1)
    again = done(0, 1, word="new", **{REDRAWN: {"tone": "cold"}})
    put(record, done(0, 0, word="old"), again, verdicts=[(0, 0, Verdict.REFUSED, "the same")])

    report = quality.report_of(record.id)

    tone = report.columns[0].figures
    assert isinstance(tone, CategoryFigures)
    assert [share.value for share in tone.shares if share.count] == ["cold"]
    assert (report.rows, report.run.refused) == (1, 1)


def test_helper_columns_are_not_in_the_report() -> None:
    helper = {"name": "tone", "sampler": "category", "values": ["warm"], "export": False}
    record = generate_run(helper, {"name": "word", "type": "text", "prompt": "Say it {{ tone }}."}, rows=1)
    put(record, done(0, word="hello"))

    assert [item.name for item in quality.report_of(record.id).columns] == ["word"]


@pytest.mark.anyio
async def test_a_table_that_no_model_writes_in_has_no_cost_and_no_model() -> None:
    columns = [{"name": "plan", "sampler": "category", "values": {"free": 0.75, "pro": 0.25}}]
    source = {"kind": "generate", "rows": 2000, "seed": 5, "columns": columns}
    record = runs.create(runs.NewRun(RunSpec.checked({"input": source})))
    assert await execute(record.id, None) is RunStatus.COMPLETED

    report = quality.report_of(record.id)

    assert report.rows == 2000
    assert report.columns[0].distance is not None
    assert report.columns[0].distance < 0.05
    assert (report.run.model, report.run.seed, report.run.cost_usd, report.run.invalid) == ("", 5, None, None)


def test_the_file_is_a_page_about_the_run(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "word", "type": "text"}], rows=2)
    put(record, done(0, word="eins \ud800"), done(1, word="zwei"))

    page = quality.report_file(record.id).decode()

    assert page.startswith("<!DOCTYPE html>")
    assert record.name in page


def test_nothing_finished_is_a_report_too(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "word", "type": "text"}])

    assert quality.report_of(record.id).rows == 0
    assert b"No row is finished yet" in quality.report_file(record.id)


def test_a_run_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFoundError):
        quality.report_of("nowhere")

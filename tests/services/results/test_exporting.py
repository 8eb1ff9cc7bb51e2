"""A run's table as a file: columns of their own kinds, rows that are finished, checks told."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.gate import Verdict
from engine.job import REDRAWN
from engine.results import RowResult, RowStatus
from engine.tables import Row
from handai_db import RunRecord
from handai_errors import ConflictError, TableError
from services.results import exporting
from services.results.exporting import Wanted
from tests.services.stored_runs import done, failed, generate_run, put, transform_run

TYPED: list[dict[str, Any]] = [
    {"name": "score", "type": "integer"},
    {"name": "share", "type": "number"},
    {"name": "good", "type": "boolean"},
    {"name": "mood", "type": "category", "values": ["warm", "cold"]},
    {"name": "day", "type": "date"},
    {"name": "tags", "type": "list"},
    {"name": "about", "type": "object"},
]
ANSWER: dict[str, Any] = {
    "score": 4,
    "share": 0.5,
    "good": True,
    "mood": "warm",
    "day": "2025-03-09",
    "tags": ["a", "b"],
    "about": {"k": 1},
}
EMPTY: dict[str, Any] = dict.fromkeys(ANSWER)
PLAN = {"name": "plan", "sampler": "category", "values": ["free"]}
HELPER = {"name": "helper", "sampler": "constant", "value": "hidden", "export": False}
REVIEW = {"name": "review", "type": "text", "prompt": "Write for {{ plan }}, {{ helper }}."}


def written(record: RunRecord, target: Path, wanted: Wanted = Wanted()) -> list[dict[str, Any]]:  # noqa: B008 frozen
    exporting.export(record, target, wanted)
    if target.suffix == ".parquet":
        return pq.read_table(target).to_pylist()
    return [orjson.loads(line) for line in target.read_bytes().splitlines()]


@pytest.fixture
def typed(tmp_path: Path) -> RunRecord:
    record = transform_run(tmp_path, TYPED)
    put(record, done(0, **ANSWER), done(1, **EMPTY), failed(2))
    return record


def test_typed_columns_have_their_types_in_parquet(typed: RunRecord, tmp_path: Path) -> None:
    rows = written(typed, tmp_path / "out.parquet")

    types = {field.name: field.type for field in pq.read_schema(tmp_path / "out.parquet")}
    assert types["score"] == pa.int64()
    assert types["share"] == pa.float64()
    assert types["good"] == pa.bool_()
    assert types["day"] == pa.date32()
    assert (types["mood"], types["tags"], types["about"]) == (pa.string(), pa.string(), pa.string())
    assert rows[0]["day"] == date(2025, 3, 9)
    assert orjson.loads(rows[0]["tags"]) == ["a", "b"]
    assert {rows[1][name] for name in ANSWER} == {None}
    assert {rows[2][name] for name in ANSWER} == {None}  # a row that failed keeps its place


def test_typed_columns_are_native_in_excel(typed: RunRecord, tmp_path: Path) -> None:
    exporting.export(typed, tmp_path / "out.xlsx", Wanted())

    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    header, first, *_ = book["Table"].iter_rows(values_only=True)
    row = dict(zip(header, first, strict=True))
    assert (row["id"], row["score"], row["share"], row["good"]) == ("000", 4, 0.5, True)
    assert row["day"] == datetime(2025, 3, 9)  # noqa: DTZ001 Excel's dates have no zone
    assert row["tags"] == '["a","b"]'
    book.close()


def test_lists_objects_and_dates_are_json_in_json_lines(typed: RunRecord, tmp_path: Path) -> None:
    assert written(typed, tmp_path / "out.jsonl")[0] == {"id": "000", "text": "T0", **ANSWER}


def test_columns_that_json_mode_found_take_the_kind_of_their_values(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "count"}, {"name": "mixed"}, {"name": "size"}], json_mode=True)
    put(record, done(0, count=1, mixed=1, size=2), done(1, count=2, mixed="two", size=2.5))

    written(record, tmp_path / "out.parquet")

    types = {field.name: field.type for field in pq.read_schema(tmp_path / "out.parquet")}
    assert (types["count"], types["mixed"], types["size"]) == (pa.int64(), pa.string(), pa.float64())


def test_a_generated_table_has_its_columns_in_the_schemas_order_without_helpers(tmp_path: Path) -> None:
    late = {"name": "shout", "expression": "upper(review)"}
    record = generate_run(REVIEW, HELPER, PLAN, late, rows=2)
    put(record, done(0, review="fine", shout="FINE"), done(1, review="good", shout="GOOD"))

    rows = written(record, tmp_path / "out.jsonl")

    assert [list(row.items()) for row in rows] == [
        [("review", "fine"), ("plan", "free"), ("shout", "FINE")],
        [("review", "good"), ("plan", "free"), ("shout", "GOOD")],
    ]


def test_a_generated_table_leaves_out_what_is_not_finished_and_says_so(tmp_path: Path) -> None:
    record = generate_run(PLAN, HELPER, REVIEW, rows=4)
    put(record, done(0, review="fine"), failed(1))

    info = exporting.export(record, tmp_path / "out.jsonl", Wanted())

    assert info.rows == 1
    assert info.notices == ("1 row failed and was left out.", "2 rows are not made yet.")


def test_diagnostics_tell_of_every_row_that_no_check_dropped(tmp_path: Path) -> None:
    record = generate_run(PLAN, HELPER, REVIEW, rows=4)
    put(record, done(0, review="a"), failed(1), done(2, review="b"), verdicts=[(2, 0, Verdict.DROPPED, "Too short.")])

    rows = written(record, tmp_path / "out.jsonl", Wanted(diagnostics=True))

    assert [(row["status"], row["error_kind"]) for row in rows] == [
        ("done", None),
        ("failed", "refusal"),
        ("pending", None),
    ]


def test_rows_that_failed_a_check_are_left_out_or_marked(tmp_path: Path) -> None:
    checks = [{"column": "review", "min_length": 3}, {"column": "review", "max_length": 9, "on_fail": "drop"}]
    record = generate_run(PLAN, HELPER, REVIEW, checks=checks)
    verdicts = [(1, 0, Verdict.MARKED, "It is too short."), (2, 0, Verdict.DROPPED, "It is too long.")]
    put(record, done(0, review="fine"), done(1, review="x"), done(2, review="x" * 20), verdicts=verdicts)

    rows = written(record, tmp_path / "out.jsonl")

    assert [(row["review"], row["check"]) for row in rows] == [("fine", None), ("x", "It is too short.")]


def test_a_row_drawn_again_has_its_own_sampled_values(tmp_path: Path) -> None:
    day = {"name": "day", "sampler": "date", "start": "2025-01-01", "end": "2025-01-01"}
    record = generate_run(PLAN, HELPER, day, REVIEW, rows=1)
    again: dict[str, Any] = {"plan": "pro", "helper": "hidden", "day": "2026-02-03"}
    refused = done(0, review="same")
    values: Row = {"review": "other", REDRAWN: again}
    drawn_again = RowResult(0, 1, 1, RowStatus.DONE, values=values)
    put(record, refused, drawn_again, verdicts=[(0, 0, Verdict.REFUSED, "It repeats row 1.")])

    rows = written(record, tmp_path / "out.parquet")

    assert rows == [{"plan": "pro", "day": date(2026, 2, 3), "review": "other"}]


def test_a_table_without_a_model_is_written_as_drawn(tmp_path: Path) -> None:
    number = {"name": "number", "sampler": "sequence", "start": 5}
    record = generate_run(number, {"name": "double", "expression": "number * 2"}, rows=3)

    rows = written(record, tmp_path / "out.parquet")

    assert rows == [{"number": 5, "double": 10}, {"number": 6, "double": 12}, {"number": 7, "double": 14}]


def test_a_place_where_no_file_can_be_put_is_refused(tmp_path: Path) -> None:
    (tmp_path / "there.csv").touch()

    with pytest.raises(ConflictError, match="exists already"):
        exporting.check_target(tmp_path / "there.csv", overwrite=False)
    exporting.check_target(tmp_path / "there.csv", overwrite=True)
    with pytest.raises(ConflictError, match="no folder"):
        exporting.check_target(tmp_path / "none" / "there.csv", overwrite=True)


def test_more_rows_than_excel_holds_are_refused_before_a_run() -> None:
    exporting.check_fits(Path("out.xlsx"), 1_048_575)
    exporting.check_fits(Path("out.csv"), 2_000_000)
    with pytest.raises(TableError, match="Excel"):
        exporting.check_fits(Path("out.xlsx"), 1_048_576)

"""Runs that ask only some rows of their table: those are asked, counted and shown, the others stay as they are."""

from pathlib import Path

import orjson
import pytest

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import DatasetRecord, RunRecord
from handai_errors import NotFoundError, SpecError
from services.results import exporting, inspect
from services.results.exporting import Wanted
from services.running import runs
from services.running.checks import check
from services.running.execution import execute
from services.tables import chosen_rows, datasets
from services.tables.run_tables import table_of
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 8))


def choosing(spec: RunSpec, **chosen: object) -> RunSpec:
    return RunSpec.checked({**spec.model_dump(), "input": {**spec.input.model_dump(), **chosen}})


def made(table: DatasetRecord, url: str, **chosen: object) -> RunRecord:
    return runs.create(runs.NewRun(choosing(spec_of(table, url), **chosen), table.id))


async def test_only_the_rows_that_a_spec_names_are_asked(
    table: DatasetRecord, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    record = made(table, fake_provider.url, rows=[1, 4, 6])
    assert await execute(record.id, None) is RunStatus.COMPLETED

    shown = inspect.page(record, 0, 50)
    assert [(row.index, row.cells["id"], row.status) for row in shown] == [
        (index, row["id"], "done") for index, row in enumerate(datasets.rows_of(table.id, 0, 8)) if index in {1, 4, 6}
    ]
    assert fake_provider.stats()["total"] == 3
    assert runs.view(record.id).figures()["rows"] == {"total": 3, "done": 3, "failed": 0, "pending": 0}
    exporting.export(record, tmp_path / "out.jsonl", Wanted(diagnostics=True))
    lines = [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [line["status"] for line in lines] == [
        "done" if index in {1, 4, 6} else "not asked" for index in range(len(lines))
    ]
    assert [bool(line["answer"]) for line in lines] == [index in {1, 4, 6} for index in range(8)]


async def test_a_resume_goes_on_with_the_rest_of_the_chosen_rows(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    record = made(table, fake_provider.url, rows=[0, 5, 7])
    fake_provider.configure(faults={"401": 1.0})
    assert await execute(record.id, None) is RunStatus.PAUSED
    fake_provider.configure(faults={})
    runs.prepare_resume(record.id)
    assert await execute(record.id, None) is RunStatus.COMPLETED
    assert [row.index for row in inspect.page(record, 0, 50)] == [0, 5, 7]


def test_the_limit_is_the_first_of_the_chosen_rows(table: DatasetRecord) -> None:
    record = made(table, "http://127.0.0.1:9/v1", rows=[2, 3, 7], limit=2)
    assert record.total == 2
    assert list(chosen_rows.asked_rows(record)) == [2, 3]


def test_a_row_that_is_not_asked_can_not_be_looked_into(table: DatasetRecord) -> None:
    record = made(table, "http://127.0.0.1:9/v1", rows=[2, 5])
    assert inspect.detail(record, 5).row.index == 5
    with pytest.raises(NotFoundError, match=r"no row 4.*2 rows from 3 to 6"):
        inspect.detail(record, 3)


def test_rows_that_are_not_there_are_told_before_the_run(table: DatasetRecord) -> None:
    with pytest.raises(SpecError, match=r"no row 9.*rows 1 to 8"):
        check(choosing(spec_of(table, "http://127.0.0.1:9/v1"), rows=[1, 8]), table.info)


@pytest.mark.parametrize("rows", [[], [3, 1], [2, 2], [-1]], ids=["none", "out of order", "twice", "negative"])
def test_rows_out_of_order_are_no_spec(table: DatasetRecord, rows: list[int]) -> None:
    with pytest.raises(SpecError):
        choosing(spec_of(table, "http://127.0.0.1:9/v1"), rows=rows)


def where(column: str, operator: str, value: object = None, **more: object) -> dict[str, object]:
    return {"join": "all", "conditions": [{"column": column, "operator": operator, "value": value, **more}]}


async def test_only_rows_that_meet_the_conditions_are_asked(
    table: DatasetRecord, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    ids = [str(row["id"]) for row in datasets.rows_of(table.id, 0, 8)]
    record = made(table, fake_provider.url, only_where=where("id", "is one of", values=[ids[2], ids[7], "none"]))
    assert record.total == 2

    assert await execute(record.id, None) is RunStatus.COMPLETED

    assert fake_provider.stats()["total"] == 2
    assert [row.index for row in inspect.page(record, 0, 50)] == [2, 7]
    exporting.export(record, tmp_path / "out.jsonl", Wanted(diagnostics=True))
    lines = [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [index for index, line in enumerate(lines) if line["status"] == "done"] == [2, 7]
    assert len(lines) == 8


def test_a_preview_takes_the_first_rows_that_meet_the_conditions(table: DatasetRecord) -> None:
    ids = [str(row["id"]) for row in datasets.rows_of(table.id, 0, 8)]
    record = made(table, "http://127.0.0.1:9/v1", only_where=where("id", "is not", ids[0]), limit=2)
    assert list(chosen_rows.asked_rows(record)) == [1, 2]


def test_conditions_hold_among_the_named_rows(table: DatasetRecord) -> None:
    ids = [str(row["id"]) for row in datasets.rows_of(table.id, 0, 8)]
    record = made(table, "http://127.0.0.1:9/v1", rows=[0, 1, 6], only_where=where("id", "is not", ids[1]))
    assert list(chosen_rows.asked_rows(record)) == [0, 6]


def test_conditions_that_can_not_be_met_are_told_before_the_run(table: DatasetRecord) -> None:
    spec = spec_of(table, "http://127.0.0.1:9/v1")
    with pytest.raises(SpecError, match="there is none where text is “nothing at all”"):
        check(choosing(spec, only_where=where("text", "is", "nothing at all")), table.info)
    with pytest.raises(SpecError, match=r"no column 'texts'.*`text`"):
        check(choosing(spec, only_where=where("texts", "is", "a")), table.info)


def test_a_run_with_conditions_is_looked_at_when_its_table_is_gone(table: DatasetRecord) -> None:
    record = made(table, "http://127.0.0.1:9/v1", only_where=where("text", "is not empty"))
    table_of(record).path.unlink()
    assert runs.view(record.id).damage is None


def test_the_chosen_rows_survive_the_yaml(table: DatasetRecord) -> None:
    spec = choosing(spec_of(table, "http://127.0.0.1:9/v1"), rows=[1, 4])
    assert RunSpec.from_yaml(spec.to_yaml()) == spec


def test_what_lies_far_between_chosen_rows_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_provider: FakeProvider
) -> None:
    table = datasets.store_file(made_table(tmp_path / "big.csv", 60_000))
    record = made(table, fake_provider.url, rows=[3, 4, 50_000])
    read: list[int] = []
    found = table_of(record)
    whole = type(found).read
    monkeypatch.setattr(type(found), "read", lambda self, start, count, names: _noted(read, whole(self, start, count)))
    assert [index for index, _ in chosen_rows.read_asked(found, chosen_rows.asked_rows(record))] == [3, 4, 50_000]
    assert len(read) == 3


def _noted(read: list[int], rows: object) -> object:
    for row in rows:  # type: ignore[attr-defined]  # an iterator of rows
        read.append(1)
        yield row

"""A resumed run still shares the answers that it had before (002-5)."""

from pathlib import Path

from engine.job import Member
from engine.spec import RunSpec
from services.running import runs
from services.running.work import work_of
from services.tables import datasets
from tests.services.stored_runs import MODEL, done, put


def test_a_resumed_run_shares_its_earlier_answers(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("text\nsame\nother\nsame\n", encoding="utf-8")
    table = datasets.store_file(path)
    source = {"kind": "transform", "dataset": table.id}
    spec = RunSpec.checked(
        {"input": source, "prompt": {"template": "{{ text }}"}, "model": MODEL, "limits": {"similar": 1}}
    )
    record = runs.create(runs.NewRun(spec, table.id))
    put(record, done(0, output="good"))

    work = work_of(record)

    rows = dict(work.rows)
    assert work.similar is not None
    found = {row: work.similar.find(work.plan.job([Member(row, cells)])) for row, cells in rows.items()}
    assert found[1] is None
    assert found[2] is not None
    assert (found[2].similar_to, found[2].values) == (0, {"output": "good"})

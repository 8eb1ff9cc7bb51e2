"""Similar answers: where they may be shared, and how it is told afterwards."""

from typing import Any

import pytest

from engine.spec import Limits, RunSpec
from engine.tables import Column, TableInfo
from handai_db import RunRecord
from handai_errors import SpecError
from services.running.checks import check
from services.running.views import similar_words, view_of
from tests.command_line import handai
from tests.pages.made_runs import executed, made_run


def _notices(outputs: list[dict[str, Any]]) -> str:
    data = {
        "input": {"kind": "transform", "dataset": "d"},
        "prompt": {"template": "{{ text }}"},
        "outputs": outputs,
        "model": {"provider": "demo", "model": "demo"},
        "limits": {"similar": 0.9},
    }
    return " ".join(check(RunSpec.checked(data), _info()).notices)


def _info() -> TableInfo:
    return TableInfo(format="csv", rows=2, columns=(Column("text"),))


@pytest.fixture(autouse=True)
def _without_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_DEMO_LATENCY_S", "0")


def _run(similar: float | None, rows: int = 60) -> RunRecord:  # more than are on their way at once
    return executed(made_run(rows, limits=Limits(max_attempts=1, concurrency=1, similar=similar)))


def test_a_generated_table_is_refused_similar_answers() -> None:
    source = {"kind": "generate", "rows": 3, "columns": [{"name": "text", "prompt": "Write."}]}
    data = {"input": source, "model": {"provider": "demo", "model": "demo"}, "limits": {"similar": 0.9}}
    with pytest.raises(SpecError, match="generated table") as caught:
        check(RunSpec.checked(data))
    assert "similar" in caught.value.remedy


def test_rows_of_several_requests_are_told_that_nothing_is_shared() -> None:
    assert "not shared" not in _notices([{"name": "a"}])
    assert "2 requests" in _notices([{"name": "a"}, {"name": "b", "prompt": "Of {{ a }}"}])


def test_how_many_answers_were_shared_is_told_by_show() -> None:
    shared, never = _run(0.8), _run(None)
    said = similar_words(view_of(shared))
    assert said is not None
    assert said.endswith("rows took the answer of a similar row: nothing was asked for them.")
    assert said in handai("show", shared.id).out
    assert similar_words(view_of(never)) is None
    assert "similar" not in handai("show", never.id).out


def test_none_shared_is_told_too() -> None:
    assert similar_words(view_of(_run(1.0, 3))) == "No row took the answer of a similar one."

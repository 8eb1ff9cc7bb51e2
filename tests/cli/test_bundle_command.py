"""`handai bundle` and `handai open`: a run handed on, from one computer to another."""

from pathlib import Path

import pytest

from tests.command_line import handai
from tests.pages.made_runs import executed, made_run


def test_a_run_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = executed(made_run(3, name="Reviews"))
    target = tmp_path / "run.zip"

    assert f"Written: {record.id} with 9 files" in handai("bundle", "last", "-o", str(target)).said
    monkeypatch.setenv("HANDAI_HOME", str(tmp_path / "elsewhere"))
    opened = handai("open", str(target), "--session", "From Ada", "--json")
    again = handai("open", str(target))
    shown = handai("show", "last", "--json")

    assert (opened.figures()["run_id"], opened.figures()["known"]) == (record.id, False)
    assert "It is in the history already" in again.said
    assert shown.figures()["rows"] == {"total": 3, "done": 3, "failed": 0, "pending": 0}
    assert handai("bundle", "last", "-o", str(target)).code == 1, "a file in the way stays"


def test_what_is_no_bundle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"no zip")
    ended = handai("open", str(path))
    assert ended.code == 1
    assert "is no bundle" in ended.said

"""Bundles on the History page: saved, opened, and told when they can't be."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from handai_db import RunFilter
from services.bundles.bundle import bundle
from services.past import history
from tests.pages.made_runs import executed, made_run


def _script() -> None:
    from pages.history_page import render

    render()


def page() -> AppTest:
    found = AppTest.from_function(_script, default_timeout=30).run()
    assert not found.exception
    return found


def test_a_bundle_is_opened_marked_and_not_opened_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bundle(executed(made_run(2, name="From *Ada*")), tmp_path / "run.zip").path.read_bytes()
    monkeypatch.setenv("HANDAI_HOME", str(tmp_path / "elsewhere"))
    opened = page()
    opened.file_uploader(key="history_bundle_file").upload("run.zip", content)
    opened.run()
    assert not opened.exception
    assert opened.success[0].value == "**From \\*Ada\\*** is in the history now, in the session Opened bundles."
    assert any("opened from a bundle" in str(item.value) for item in opened.markdown)
    again = page()
    again.file_uploader(key="history_bundle_file").upload("run.zip", content)
    assert "is in the history already" in again.run().success[0].value
    assert len(history.list_runs(RunFilter())) == 1


def test_what_is_no_bundle_is_told() -> None:
    opened = page()
    opened.file_uploader(key="history_bundle_file").upload("run.zip", b"no zip at all")
    assert "is no bundle" in opened.run().error[0].value


def test_a_bundle_on_this_computer_is_opened_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundle(executed(made_run(2)), tmp_path / "run.zip").path
    monkeypatch.setenv("HANDAI_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HANDAI_OPEN_PATHS", "yes")
    opened = page()
    opened.text_input(key="history_bundle_from").set_value(f'"{path}"')
    next(button for button in opened.button if button.label == "Open").click()
    assert "is in the history now" in opened.run().success[0].value


def test_nobody_elsewhere_names_a_path_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_OPEN_PATHS", "no")
    assert "history_bundle_from" not in [item.key for item in page().text_input]


def _save_script(run_id: str) -> None:
    from pages.components.history_bundles import save_bundle
    from services.running import runs

    save_bundle(runs.get(run_id))


def test_saving_says_what_is_in_it() -> None:
    record = executed(made_run(2, name="Mine"))
    saving = AppTest.from_function(_save_script, args=(record.id,), default_timeout=30).run()
    assert not saving.exception
    assert "No key is in it." in saving.markdown[0].value


def test_a_large_one_is_saved_on_this_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.history_bundles._IN_BROWSER", 0)
    monkeypatch.setenv("HANDAI_OPEN_PATHS", "yes")
    record = executed(made_run(2, name="Mine"))
    saving = AppTest.from_function(_save_script, args=(record.id,), default_timeout=30).run()
    saving.text_input(key="history_bundle_path").set_value(str(tmp_path / "mine.zip")).run()
    saving.button(key="history_bundle_save").click().run()
    assert saving.success[0].proto.title == "The bundle is saved"
    assert (tmp_path / "mine.zip").stat().st_size > 0

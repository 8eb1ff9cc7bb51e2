"""The app as a whole: its pages, the way from Run all to the run's page, and failures that are told calmly."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from handai_errors import DatabaseBusyError
from pages import transform_page
from tests.pages.transform_visit import INSTRUCTIONS, SMALL, Launched

APP = str(Path(__file__).parents[2] / "handai_app.py")


def _ready(page: AppTest) -> AppTest:
    page.run()
    page.file_uploader(key="transform_upload").upload("soups.csv", SMALL)
    page.run()
    page.text_area(key="transform_instructions").set_value(INSTRUCTIONS)
    return page.run()


def test_the_first_page_is_transform(launched: Launched) -> None:
    page = AppTest.from_file(APP, default_timeout=30).run()

    assert not page.exception
    assert page.title[0].value == "Transform"
    assert not launched.started


def test_run_all_opens_the_page_of_the_run(launched: Launched) -> None:
    page = _ready(AppTest.from_file(APP, default_timeout=30))
    page.button(key="transform_run").click()
    page.run()

    assert not page.exception
    assert page.query_params["run"] == launched.last.id
    assert page.title[0].value == launched.last.name


def test_a_failure_is_told_with_its_remedy_and_without_a_traceback(
    launched: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    del launched

    def busy() -> None:
        raise DatabaseBusyError("Another program holds Handai's files.", "Close it, then try again.")

    monkeypatch.setattr(transform_page, "arrive", busy)
    page = AppTest.from_file(APP, default_timeout=30).run()

    assert not page.exception
    assert "Another program holds Handai's files. Close it, then try again." in page.error[0].value

"""Presses that start something: none is lost with a drawing that was cut short, and a double click is one."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from handai_errors import DatabaseBusyError
from pages.components.state import AppState
from services.errands import Starts
from services.running import runs
from tests.pages.transform_visit import INSTRUCTIONS, SMALL, Launched, press, ran, ready, visit

APP = str(Path(__file__).parents[2] / "handai_app.py")


def _state(page: AppTest) -> AppState:
    state = page.session_state["handai_app_state"]
    assert isinstance(state, AppState)
    return state


def _router() -> AppTest:
    """The whole app, with a small table and instructions on Transform."""
    page = AppTest.from_file(APP, default_timeout=30).run()
    page.file_uploader(key="transform_upload").upload("soups.csv", SMALL)
    page.run()
    page.text_area(key="transform_instructions").set_value(INSTRUCTIONS)
    return ran(page)


def test_a_second_click_at_once_starts_nothing_more(launched: Launched, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ready(visit())
    press(page, "transform_preview")
    press(page, "transform_preview")
    assert len(launched.started) == 1

    monkeypatch.setattr(Starts, "DOUBLE_S", 0.0)  # time goes by
    press(page, "transform_preview")
    assert len(launched.started) == 2


def test_what_is_asked_otherwise_is_no_second_click(launched: Launched) -> None:
    page = ready(visit())
    press(page, "transform_preview")
    page.text_area(key="transform_instructions").set_value("Translate it.")
    press(page, "transform_preview")

    assert len(launched.started) == 2


def test_what_could_not_start_is_tried_again_at_once(launched: Launched, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise DatabaseBusyError("Another program holds Handai's files.", "Close it, then try again.")

    page = ready(visit())
    with monkeypatch.context() as broken:
        broken.setattr(runs, "start", busy)
        press(page, "transform_preview")
    assert [error.proto.title for error in page.error] == ["It could not start"]
    press(page, "transform_preview")

    assert len(launched.started) == 1


def test_a_press_whose_drawing_was_cut_short_counts_in_the_next(launched: Launched) -> None:
    page = ready(visit())
    _state(page).presses.waiting["transform_preview"] = time.monotonic()  # as the press left it, before the drawing
    ran(page)

    assert len(launched.started) == 1


def test_a_press_is_not_lost_where_the_drawing_before_wanted_another(launched: Launched) -> None:
    page = _router()
    _state(page).again = True  # the drawing that set it was cut short by the press
    page.button(key="transform_preview").click()
    ran(page)

    assert len(launched.started) == 1


def test_a_press_is_void_on_another_page(launched: Launched) -> None:
    page = _router()
    state = _state(page)
    state.presses.waiting["transform_preview"] = time.monotonic()
    state.presses.place = ("history", None)  # it was opened before the press was obeyed
    ran(page)

    assert launched.started == []


def test_what_a_person_writes_while_a_form_is_filled_stays() -> None:
    page = ready(visit())
    state = _state(page)
    state.fill()
    state.seeded.add("transform_instructions")  # drawn, then the drawing was cut short
    page.text_area(key="transform_instructions").set_value("My own words.")
    ran(page)

    assert page.text_area(key="transform_instructions").value == "My own words."
    assert state.form is not None
    assert state.form.instructions == "My own words."

"""Answers corrected on the run's page: kept, said, undone, and waiting while the run executes."""

from streamlit.testing.v1 import AppTest

from engine.results import RunStatus
from handai_db import RunRecord
from services.home import open_catalogue
from services.results import corrections, inspect
from tests.pages.made_runs import executed, made_run


def _script() -> None:
    from pages.run_page import render

    render()


def page_of(record: RunRecord) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = record.id
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def pressed(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click()
    return ran(page)


def captions(page: AppTest) -> str:
    return "\n".join(str(item.value) for item in page.caption)


def test_a_correction_is_saved_said_and_undone() -> None:
    record = executed(made_run(3))
    page = page_of(record)
    answer = page.text_area(key="run_correct_0").value
    page.text_area(key="run_correct_0").set_value("A greeting")
    page = pressed(page, "run_correct_save")
    assert "corrected by you; the model said" in captions(page)
    assert inspect.page(record, 0, 1)[0].answers["answer"] == "A greeting"
    assert "corrected" in page.dataframe[0].value["Status"][0]
    assert page.dataframe[0].value["answer"][0] == "A greeting"
    page = pressed(page, "run_correct_undo")
    assert page.text_area(key="run_correct_0").value == answer
    assert "as the model answered" in captions(page)


def _left_and_come_back_script() -> None:
    import streamlit as st

    from pages.run_page import render

    if "away" not in st.query_params:
        render()


def test_who_was_on_another_page_finds_the_row_s_own_answers_in_the_fields() -> None:
    record = executed(made_run(3))
    page = AppTest.from_function(_left_and_come_back_script, default_timeout=30)
    page.query_params["run"] = record.id
    answer = ran(page).text_area(key="run_correct_0").value
    assert answer
    page.query_params["away"] = "yes"
    assert not ran(page).text_area
    del page.query_params["away"]
    assert ran(page).text_area(key="run_correct_0").value == answer


def test_an_approved_row_says_so_and_the_next_row_is_not() -> None:
    record = executed(made_run(3))
    page = pressed(page_of(record), "run_correct_approve")
    assert "approved by you" in captions(page)
    assert page.button(key="run_correct_approve").disabled
    page = pressed(page, "run_row_next")
    assert "approved by you" not in captions(page)
    assert not page.button(key="run_correct_approve").disabled
    assert page.text_area(key="run_correct_0").value == inspect.page(record, 1, 1)[0].answers["answer"]


def test_a_row_is_set_aside() -> None:
    record = executed(made_run(3))
    page = page_of(record)
    page.toggle(key="run_aside").set_value(True)
    page = ran(page)
    assert corrections.aside_in(record) == {0}
    assert "set aside" in page.dataframe[0].value["Status"][0]
    page = pressed(page, "run_row_next")
    assert page.toggle(key="run_aside").value is False


def test_an_edit_during_an_execution_waits_and_says_so() -> None:
    record = executed(made_run(3))
    page = page_of(record)
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.QUEUED)
        catalogue.runs.set_export(record.id, {"queued_at": 9e12})
    page.text_area(key="run_correct_0").set_value("Later")
    pressed(page, "run_correct_save")
    assert corrections.waiting(record.id) == 1
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.COMPLETED)
    page = page_of(record)
    assert page.dataframe[0].value["answer"][0] == "Later"

"""Ask some rows again: which, what it takes, and what becomes of the answers that are there."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.results import RunStatus
from services.home import open_catalogue
from services.results import again, corrections
from services.running import runs
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run
from tests.pages.transform_visit import Launched, visit
from tests.services.stored_runs import failed, put


def _script() -> None:
    from pages.run_page import render

    render()


def page_of(run_id: str, **address: str) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = run_id
    for name, value in address.items():
        page.query_params[name] = value
    page.session_state["run_again_rows"] = True
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def captions(page: AppTest) -> str:
    return "\n".join(str(item.value) for item in page.caption)


def named(page: AppTest, rows: str) -> AppTest:
    page.text_input(key="run_again_named").set_value(rows)
    return ran(page)


def test_named_rows_are_asked_again_and_the_old_answer_is_read_with_the_row(
    launched: Launched, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(reply="first")
    record = executed(made_run(4, base_url=fake_provider.url))
    page = named(page_of(record.id), "1, 3-4")
    assert "3 rows will be asked" in captions(page)
    assert "old one stays readable" in captions(page)
    page.button(key="run_again_now").click()
    page.run()
    assert [run_id for run_id, _ in launched.started] == [record.id]
    fake_provider.configure(reply="second")
    executed(runs.get(record.id))
    page = page_of(record.id)
    assert list(page.dataframe[0].value["answer"]) == ["second", "first", "second", "second"]
    history = next(frame.value for frame in page.dataframe if "When" in frame.value.columns)
    assert list(history["Value"]) == ['{"answer":"first"}']


def test_failed_and_empty_rows_are_offered_with_their_numbers(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 1.0})
    record = executed(made_run(3, base_url=fake_provider.url))
    page = page_of(record.id)
    assert page.selectbox(key="run_again_which").options == ["Rows that failed (3)", "Rows that I name"]
    assert page.button(key="run_again_now").label == "Ask 3 rows again"


def test_other_instructions_make_a_run_that_keeps_the_other_answers(launched: Launched) -> None:
    record = executed(made_run(4))
    page = named(page_of(record.id), "2")
    page.toggle(key="run_again_otherwise").set_value(True)
    page = ran(page)
    page.text_area(key="run_again_instructions").set_value("Say it shorter.")
    page = ran(page)
    assert "3 rows or so keep their answers" in captions(page)
    page.button(key="run_again_now").click()
    page.run()
    made = launched.last
    assert (made.spec.prompt.instructions, made.export["asked_rows"]) == ("Say it shorter.", [1])
    executed(made)
    page = page_of(made.id)
    assert "Stale rows, answered with older settings (3)" in page.selectbox(key="run_again_which").options
    stale = "✓ done (stale: older settings)"
    assert list(page.dataframe(key="run_table").value["Status"]) == [stale, "✓ done", stale, stale]
    page.selectbox(key="run_show").select("stale")
    page = ran(page)
    assert list(page.dataframe(key="run_table").value["Row"]) == [1, 3, 4]


def test_ticked_rows_are_asked_again_with_one_press(launched: Launched) -> None:
    record = executed(made_run(4))
    page = page_of(record.id, ticked="2, 4")
    assert page.selectbox(key="run_again_which").options[0] == "Ticked rows (2)"
    assert "2 rows will be asked" in captions(page)
    page.button(key="run_again_now").click()
    page.run()
    assert [run_id for run_id, _ in launched.started] == [record.id]
    assert runs.view(record.id).pending == 2
    assert "ticked" not in page.query_params, "the ticks are done with"


def test_ticked_rows_lead_to_transform_to_be_previewed_with_other_settings() -> None:
    record = executed(made_run(4))
    page = page_of(record.id, ticked="2, 4")
    [way] = [link for link in page.page_link if link.value == "Change other settings and preview these rows"]
    assert "picked=2" in way.proto.query_string
    there = visit(**{"from": record.id, "picked": "2, 4"})
    assert there.button(key="transform_preview").label == "Preview (2 rows)"
    assert there.text_input(key="transform_preview_picked").value == "2, 4"
    assert not {"from", "picked"} & {*there.query_params}


def test_a_key_that_is_missing_is_asked_for_at_both_places(launched: Launched) -> None:
    record = made_run(3, provider="openai")
    put(record, failed(0), failed(1), failed(2))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.FAILED)
    page = page_of(record.id)
    page.text_input(key="run_again_key").set_value("sk-" + "x" * 40)
    page = ran(page)
    page.button(key="run_again_now").click()
    page.run()
    assert [run_id for run_id, _ in launched.started] == [record.id]


def test_the_rows_that_a_filter_shows_are_asked_again(launched: Launched) -> None:
    record = executed(made_run(12))
    page = page_of(record.id, search="ROW1")
    assert page.selectbox(key="run_again_which").options[0] == "Rows shown now (3)"
    page.button(key="run_again_now").click()
    page.run()
    assert len(launched.started) == 1
    assert runs.view(record.id).pending == 3


def test_what_an_address_says_of_rows_that_are_not_there_ticks_nothing() -> None:
    for said in ("9", "x", "1-"):
        assert "Ticked rows" not in str(page_of(executed(made_run(2)).id, ticked=said).selectbox[2].options)


def test_ticked_rows_are_approved_together() -> None:
    record = executed(made_run(4))
    page = page_of(record.id, ticked="2-3")
    page.session_state["run_again_rows"] = False
    page = ran(page)
    page.menu_button(key="run_ticked_menu").click("Approve their answers")
    page = ran(page)
    assert list(corrections.marks_of(record)) == [1, 2]
    assert "run_ticked_menu" not in [item.key for item in page.menu_button], "the ticks are done with"


@pytest.mark.usefixtures("launched")
def test_a_wrong_row_is_told() -> None:
    page = named(page_of(executed(made_run(2)).id), "9")
    assert any("no row 9" in str(item.value) for item in page.error)
    assert again.rows_named(executed(made_run(2)), "2") == [1]

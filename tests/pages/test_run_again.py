"""Ask some rows again: which, what it takes, and what becomes of the answers that are there."""

import pytest
from streamlit.testing.v1 import AppTest

from services import again, runs
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run
from tests.pages.transform_visit import Launched


def _script() -> None:
    from pages.run_page import render

    render()


def page_of(run_id: str) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = run_id
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
    assert "Rows answered with older settings (3)" in page.selectbox(key="run_again_which").options


@pytest.mark.usefixtures("launched")
def test_a_wrong_row_is_told() -> None:
    page = named(page_of(executed(made_run(2)).id), "9")
    assert any("no row 9" in str(item.value) for item in page.error)
    assert again.rows_named(executed(made_run(2)), "2") == [1]

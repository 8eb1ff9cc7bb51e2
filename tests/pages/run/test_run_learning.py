"""Improve: judged rows become examples, the run asks again with them, and the agreement before and after is told."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.spec import TransformInput
from services.results.corrections import Edit, edit
from services.running import runs
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run
from tests.pages.transform_visit import Launched, press, visit


def _script() -> None:
    from pages.run_page import render

    render()


def page_of(run_id: str) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = run_id
    page.session_state["run_tabs"] = "Improve"
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def words_of(page: AppTest) -> str:
    return "\n".join(str(item.value) for item in [*page.markdown, *page.caption, *page.info])


def test_nothing_judged_says_what_to_do() -> None:
    assert "set aside measure how often" in words_of(page_of(executed(made_run(3)).id))


def test_judged_rows_are_ticked_and_asked_again_with(launched: Launched) -> None:
    record = executed(made_run(6))
    edit(record.id, [Edit(1, {"answer": "Greeting"}), Edit(2, approve=True), Edit(4, approve=True)])
    edit(record.id, [Edit(5, {"answer": "Greeting"}, aside=True)])
    page = page_of(record.id)
    rows = [box for box in page.checkbox if str(box.key).startswith("run_example_")]
    assert {box.label.split(":")[0]: box.value for box in rows} == {
        "Row 2": True,
        "Row 3": True,
        "Row 5": True,
    }
    assert "before" not in words_of(page)
    assert "0 of 1" in words_of(page)
    page.checkbox(key="run_example_4").set_value(False)
    page = ran(page)
    assert "6 rows will be asked, each with 2 examples" in words_of(page)
    page.segmented_control(key="run_examples_rows").set_value("aside")
    page = ran(page)
    assert page.button(key="run_with_examples").label == "Ask again with 2 examples (1 row)"
    page.button(key="run_with_examples").click()
    page.run()
    spec = launched.last.spec
    assert isinstance(spec.input, TransformInput)
    assert ([example.row for example in spec.examples], spec.input.rows) == ([1, 2], (5,))
    assert spec.examples[0].output == {"answer": "Greeting"}


def test_the_agreement_before_and_after_is_told(launched: Launched, fake_provider: FakeProvider) -> None:
    del launched
    fake_provider.configure(reply="cold")
    first = executed(made_run(6, base_url=fake_provider.url))
    edit(first.id, [Edit(row, {"answer": "warm"}, aside=True) for row in (1, 2)])
    edit(first.id, [Edit(3, approve=True, aside=True), Edit(0, {"answer": "warm"})])
    page = page_of(first.id)
    fake_provider.configure(reply="warm")
    page.button(key="run_with_examples").click()
    page.run()
    again = executed(runs.find(f"{first.name}, with 1 example"))
    told = words_of(page_of(again.id))
    assert "**Agreement with you:** before 1 of 3, now 2 of 3" in told
    assert "3 rows set aside" in told


@pytest.mark.usefixtures("launched")
def test_a_run_that_executes_can_not_be_learnt_from_yet() -> None:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = made_run(3).id
    page.session_state["run_tabs_live"] = "Improve"
    assert "Once the run has ended" in words_of(ran(page))


def test_the_settings_of_a_run_with_examples_bring_them_and_they_can_be_left_out(launched: Launched) -> None:
    record = executed(made_run(4))
    edit(record.id, [Edit(1, {"answer": "Greeting"})])
    page = page_of(record.id)
    page.button(key="run_with_examples").click()
    page.run()
    page = visit(**{"from": launched.last.id})
    assert any("Its right answer" in str(item.value) for item in page.caption)
    assert "Greeting" in [code.value for code in page.code]
    page = press(page, "transform_examples_out")
    assert not any("Its right answer" in str(item.value) for item in page.caption)
    press(page, "transform_run")
    assert launched.last.spec.examples == ()

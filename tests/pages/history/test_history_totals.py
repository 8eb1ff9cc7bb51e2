"""The totals of the history, opened."""

from streamlit.testing.v1 import AppTest

from tests.pages.made_runs import executed, made_run
from tests.services.past.test_totals import ended


def _script() -> None:
    from pages.history_page import render

    render()


def opened() -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.session_state["history_totals"] = True
    page.run()
    assert not page.exception
    return page


def test_the_sum_is_told_with_what_is_not_known() -> None:
    ended(None)
    ended(0.5)
    page = opened()
    told = [str(item.value) for item in page.markdown if "answered" in str(item.value)]
    assert told == ["**2 runs** · 4 rows answered · 30 tokens · **at least \\$0.500**"]
    assert "The cost of 1 run is not wholly known." in [item.value for item in page.caption]


def test_the_table_is_added_up_as_chosen() -> None:
    executed(made_run(2))
    page = opened()
    assert list(page.dataframe[0].value["Rows"]) == [2]
    page.segmented_control(key="history_totals_by").select("model").run()
    assert [str(model).partition(" ")[0] for model in page.dataframe[0].value["Model"]] == ["demo"]


def test_runs_that_cost_nothing_are_not_said_to_be_of_unknown_cost() -> None:
    executed(made_run(2))
    assert "No cost to show: it is nothing for every run." in [item.value for item in opened().caption]


def test_an_unknown_cost_is_said_to_be_unknown() -> None:
    ended(None)
    assert "It is not known." in [item.value for item in opened().caption]

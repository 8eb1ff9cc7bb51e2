"""What a click in the results means: a tick, or the row to look into; ticks of other pages stay."""

from typing import Any

from streamlit.testing.v1 import AppTest

from handai_db import RunRecord
from tests.pages.made_runs import made_run


def _script() -> None:
    import streamlit as st

    from pages.components.run_choice import RowChoice
    from pages.components.run_ticks import Ticks
    from services.running import runs

    record = runs.get(st.query_params["run"])
    first = st.session_state["first"]
    ticks = Ticks(record) if st.session_state["may_tick"] else None
    choice = RowChoice(tuple(range(first, first + 5)), range(record.total), ticks)
    if st.session_state["clicked"]:
        choice.take()
    choice.mark(["Row", "answer"])
    st.session_state["chosen"], st.session_state["ticked"] = choice.now(), Ticks(record).now()


def _clicked(record: RunRecord, *clicks: tuple[int, dict[str, Any]], may_tick: bool = True, **address: str) -> AppTest:
    """The page after some clicks in its table: the number of its first row, and what was selected in it then."""
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = record.id
    for name, value in address.items():
        page.query_params[name] = value
    page.session_state["may_tick"] = may_tick
    for first, selection in clicks or ((1, {}),):
        page.session_state["first"], page.session_state["clicked"] = first, bool(selection)
        page.session_state["run_table"] = {"selection": {"rows": [], "columns": [], "cells": [], **selection}}
        page.run()
        assert not page.exception
    return page


def test_ticks_of_other_pages_stay_and_the_newest_is_looked_into() -> None:
    page = _clicked(made_run(20), (1, {"rows": [1]}), (11, {"rows": [0, 3]}))
    assert page.session_state["ticked"] == (1, 10, 13)
    assert page.session_state["chosen"] == 14
    assert page.query_params["ticked"] == "2, 11, 14"
    assert page.query_params["row"] == "14"


def test_what_is_ticked_no_more_is_taken_out_of_the_address() -> None:
    page = _clicked(made_run(20), (1, {"cells": [(0, "answer")]}), ticked="2")
    assert page.session_state["ticked"] == ()
    assert "ticked" not in page.query_params


def test_a_cell_is_looked_into_and_ticks_nothing() -> None:
    page = _clicked(made_run(20), (6, {"cells": [(2, "answer")]}))
    assert (page.session_state["chosen"], page.session_state["ticked"]) == (8, ())
    assert page.session_state["run_table"]["selection"]["cells"] == [(2, "answer")], "keys go on from there"


def test_the_table_shows_the_ticks_and_the_row_that_is_looked_into() -> None:
    page = _clicked(made_run(20), ticked="2, 4, 9", row="3")
    selection = page.session_state["run_table"]["selection"]
    assert (selection["rows"], selection["cells"]) == ([1, 3], [(2, "Row")])


def test_where_nothing_can_be_asked_again_nothing_is_ticked() -> None:
    page = _clicked(made_run(20), (1, {"rows": [1]}), may_tick=False)
    assert page.session_state["ticked"] == ()


def test_many_ticks_are_kept_for_the_visit_though_no_address_holds_them() -> None:
    record = made_run(2500)
    page = _clicked(record, (1, {"rows": [0, 1]}), ticked=", ".join(str(row) for row in range(11, 2500, 2)))
    assert len(page.session_state["ticked"]) == 2 + 1245
    assert "ticked" not in page.query_params

"""A page that is opened begins at its top, and is left where it is while it is drawn anew."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from pages.components.scrolling import begin_at_top

    begin_at_top(st.session_state["opened"], st.session_state["run_opened"])


def _asked(visit: AppTest, page: str, run: str | None = None) -> str:
    """What the browser is told by one drawing; it obeys when that is something else than before."""
    visit.session_state["opened"], visit.session_state["run_opened"] = page, run
    (told,) = visit.run().get("html")
    return str(told.proto.body)


def test_the_browser_is_told_once_a_page() -> None:
    visit = AppTest.from_function(_page)
    transform = _asked(visit, "transform")
    assert "scrollTo(0, 0)" in transform
    assert _asked(visit, "transform") == transform
    run = _asked(visit, "run", "261122-aaaaaa")
    assert run != transform
    assert _asked(visit, "run", "261122-aaaaaa") == run
    assert _asked(visit, "run", "261122-bbbbbb") != run
    assert _asked(visit, "transform") not in {transform, run}


def test_a_run_that_the_page_finds_by_itself_is_not_opened_again() -> None:
    visit = AppTest.from_function(_page)
    found = _asked(visit, "run")
    assert _asked(visit, "run", "261122-aaaaaa") == found
    assert _asked(visit, "run", "261122-aaaaaa") == found
    assert _asked(visit, "run", "261122-bbbbbb") != found


def test_a_run_that_the_page_takes_out_of_the_address_moves_nothing() -> None:
    visit = AppTest.from_function(_page)
    filled = _asked(visit, "transform", "261122-aaaaaa")
    assert _asked(visit, "transform") == filled
    assert _asked(visit, "transform") == filled
    assert _asked(visit, "transform", "261122-bbbbbb") != filled

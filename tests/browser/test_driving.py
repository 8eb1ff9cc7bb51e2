"""The tools of the browser stories, on a small app that misbehaves on request."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.app_server import AppServer
from tests.browser.console import Complaints, is_known
from tests.browser.driving import NewPage, find_browser, settle, shot, widget

SMALL_APP = """
import os
import streamlit as st
st.title(f"Home of {os.path.basename(os.environ['HANDAI_HOME'])}")
st.markdown("![picture](https://pictures.example.org/a.png)")
with st.expander("Unfold", key="small_folded"):
    st.button("Within")
if st.button("Fail", key="small_fail"):
    raise RuntimeError("secret detail")
"""


@pytest.fixture
def small_server(chromium: Browser, tmp_path: Path) -> Iterator[AppServer]:
    del chromium
    app = tmp_path / "small.py"
    app.write_text(SMALL_APP)
    server = AppServer(tmp_path, app=app)
    server.start()
    yield server
    server.stop()


def test_a_browser_can_be_named(tmp_path: Path) -> None:
    browser = tmp_path / "my-browser"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)

    assert find_browser({"HANDAI_BROWSER": str(browser)}) == str(browser)
    assert find_browser({"HANDAI_BROWSER": str(tmp_path / "none"), "PATH": "/usr/bin"}) is None


def test_a_page_settles_survives_a_restart_and_reaches_nothing_outside(
    small_server: AppServer, browser_page: NewPage, blocked_requests: list[str]
) -> None:
    page = browser_page(width=390, height=844, dark=True)
    page.goto(small_server.url)
    settle(page)
    expect(page.get_by_role("heading", name="Home of home")).to_be_visible()
    picture = shot(page, "test-driving")
    small_server.restart()
    page.reload()
    settle(page)

    assert picture.name == "test-driving-390-dark.png"
    assert "https://pictures.example.org/a.png" in blocked_requests
    assert small_server.new_tracebacks() == ""
    picture.unlink()


def test_what_unfolds_stands_still_at_once(small_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    page.goto(small_server.url)
    settle(page)
    widget(page, "small_folded").locator("summary").click()

    assert page.evaluate("document.getAnimations().filter((each) => each.playState === 'running').length") == 0
    expect(page.get_by_role("button", name="Within")).to_be_visible()


def test_an_error_is_noticed_on_the_page_and_in_the_log_and_its_details_stay_off_the_page(
    small_server: AppServer, browser_page: NewPage
) -> None:
    page = browser_page()
    page.goto(small_server.url)
    settle(page)
    widget(page, "small_fail").get_by_role("button").click()
    expect(page.get_by_test_id("stException")).to_be_visible()

    with pytest.raises(AssertionError):
        settle(page)
    assert "secret detail" not in page.content()
    assert "secret detail" in small_server.new_tracebacks()
    assert small_server.new_tracebacks() == ""


def test_an_error_in_the_console_or_in_a_script_is_a_complaint_and_a_blocked_picture_is_none(
    small_server: AppServer, browser_page: NewPage, blocked_requests: list[str], complaints: Complaints
) -> None:
    page = browser_page()
    page.goto(small_server.url)
    settle(page)
    assert blocked_requests
    assert complaints == []

    page.evaluate("console.warn('only a warning')")
    page.evaluate("console.error('ours')")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('broken') })")
    with page.expect_console_message(lambda message: "404" in message.text):
        page.evaluate("fetch('/media/gone.png')")

    assert [said.split(" (")[0] for said in complaints] == [
        "ours",
        "broken",
        "Failed to load resource: the server responded with a status of 404",
    ]
    complaints.clear()


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("Failed to load resource: net::ERR_FAILED (https://pictures.example.org/a.png)", True),
        ("Failed to load resource: net::ERR_FAILED (http://127.0.0.1:8501/static/a.js)", False),
        ("Failed to load resource: a status of 404 (Not Found) (http://127.0.0.1:8501/run/_stcore/health)", True),
        ("Failed to load resource: a status of 404 (Not Found) (http://127.0.0.1:8501/_stcore/health)", False),
        ("Warning: Each child in a list should have a key (http://127.0.0.1:8501/a.js)", False),
    ],
    ids=["blocked", "not blocked", "below a page", "at the root", "anything else"],
)
def test_only_what_is_named_is_not_ours(said: str, known: bool) -> None:
    assert is_known(said) is known

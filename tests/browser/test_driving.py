"""The tools of the browser stories, on a small app that misbehaves on request."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, find_browser, settle, shot, widget

SMALL_APP = """
import os
import streamlit as st
st.title(f"Home of {os.path.basename(os.environ['HANDAI_HOME'])}")
st.markdown("![picture](https://pictures.example.org/a.png)")
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

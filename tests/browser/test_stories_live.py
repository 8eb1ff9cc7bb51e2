"""A run that is watched: its cap is reached and raised, and two tabs follow it at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import choose, expect_status, press, run_all, upload, write
from tests.fake_provider import FakeProvider

ROWS = 60


@pytest.fixture
def priced_server(chromium: Browser, tmp_path: Path, fake_provider: FakeProvider) -> Iterator[AppServer]:
    """A server whose OpenRouter is the fake provider, so that prices are known and nothing leaves this machine."""
    del chromium
    settings = {"OPENROUTER_BASE_URL": fake_provider.url, "HANDAI_DEMO_LATENCY_S": "0.3"}
    server = AppServer(tmp_path, settings=settings)
    server.start()
    yield server
    server.stop()
    assert server.new_tracebacks() == ""


def _table(rows: int) -> bytes:
    return ("id,text\n" + "".join(f"{row},ROW{row} says hello\n" for row in range(rows))).encode()


def _begin(page: Page, server: AppServer, rows: int) -> None:
    upload(page, server.url, "rows.csv", _table(rows))
    write(page, "transform_instructions", "Repeat.")


def test_a_cap_is_reached_raised_and_the_run_finishes(priced_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    _begin(page, priced_server, ROWS)
    choose(page, "provider_select", "OpenRouter")
    write(page, "provider_key", "sk-or-v1-" + "a" * 64)
    choose(page, "provider_model", "openai/gpt-4o")
    write(page, "transform_max_cost_usd", "0.015")
    expect(widget(page, "transform_outlook")).to_contain_text("60 rows to ask")
    run_all(page)
    expect_status(page, "Paused: the spending cap of $0.0150 is reached")
    widget(page, "run_status").scroll_into_view_if_needed()
    shot(page, "run-cap")
    proposed = widget(page, "run_cap").locator("input").input_value()
    assert float(proposed) > 0.015
    write(page, "run_cap", "5")
    press(page, "run_resume")
    expect_status(page, "Done: every row has an answer")


def test_two_tabs_follow_one_run_and_one_stops_it_for_both(priced_server: AppServer, browser_page: NewPage) -> None:
    one = browser_page()
    _begin(one, priced_server, 4000)
    widget(one, "transform_settings").locator("summary").click()
    write(one, "transform_concurrency", "3")
    run_all(one)
    expect_status(one, "Running")
    two = browser_page(width=390, height=844)
    two.goto(one.url)
    for tab in (one, two):
        expect(widget(tab, "run_panel")).to_contain_text("about")  # the time that is left
    shot(two, "run-second-tab")
    settle(two)
    press(two, "run_stop")
    expect_status(two, "Stopped")
    expect_status(one, "Stopped")
    press(one, "run_resume")
    expect_status(one, "Running")

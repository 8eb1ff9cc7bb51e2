"""Runs that go on without their page, are stopped, killed, refused, and taken up again."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import choose, download, expect_status, press, run_all, upload, write
from tests.fake_provider import FakeProvider

# How often the page had the run's headline at most, from now on.
_COUNT_STATUSES = """() => {
    window.most_statuses = 0;
    const look = () => {
        const found = document.querySelectorAll(".st-key-run_status").length;
        window.most_statuses = Math.max(window.most_statuses, found);
    };
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
ROWS = 3000  # enough for a restarted server on a busy machine to find the run going on


@pytest.fixture
def slow_server(chromium: Browser, tmp_path: Path) -> Iterator[AppServer]:
    """A server whose demo takes its time, so that there is something to interrupt."""
    del chromium
    server = AppServer(tmp_path, settings={"HANDAI_DEMO_LATENCY_S": "0.2"})
    server.start()
    yield server
    server.stop()
    assert server.new_tracebacks() == ""


def _table(rows: int) -> bytes:
    return ("id,text\n" + "".join(f"{row},ROW{row} says hello\n" for row in range(rows))).encode()


def _start(page: Page, server: AppServer, rows: int = ROWS) -> str:
    upload(page, server.url, "rows.csv", _table(rows))
    write(page, "transform_instructions", "Repeat.")
    widget(page, "transform_settings").locator("summary").click()
    write(page, "transform_concurrency", "3")  # a run that finds its own number is over before anybody can interrupt it
    return run_all(page)


def test_a_run_goes_on_without_its_page_and_is_found_again(slow_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    run_id = _start(page, slow_server)
    expect_status(page, "Running")
    expect(page.get_by_text("Newest rows", exact=True)).to_be_visible()
    shot(page, "run-live")
    page.reload()
    expect_status(page, "Running")
    address = page.url
    page.close()
    slow_server.restart()
    later = browser_page()
    later.goto(address)
    expect(widget(later, "run_status")).to_contain_text("Running")
    press(later, "run_stop")
    expect_status(later, "Stopped")
    slow_server.settings["HANDAI_DEMO_LATENCY_S"] = "0"  # there was enough to interrupt
    slow_server.restart()
    later.reload()
    expect_status(later, "Stopped")
    press(later, "run_resume")
    expect_status(later, "Done: every row has an answer")
    assert _rows_of(slow_server, run_id) == ROWS


def test_a_killed_run_says_so_and_resumes(slow_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    run_id = _start(page, slow_server, rows=500)
    expect_status(page, "Running")
    with sqlite3.connect(slow_server.home / "handai.db") as catalogue:
        (pid,) = catalogue.execute("SELECT pid FROM leases WHERE run_id = ?", (run_id,)).fetchone()
    os.kill(pid, signal.SIGKILL)
    expect_status(page, "Interrupted")
    shot(page, "run-interrupted")
    press(page, "run_resume")
    expect_status(page, "Done: every row has an answer")
    assert _rows_of(slow_server, run_id) == 500


def test_a_refused_key_pauses_and_the_right_one_finishes(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider
) -> None:
    right = "right-" + "k" * 24
    fake_provider.configure(key=right)
    page = browser_page()
    upload(page, app_server.url, "rows.csv", _table(12))
    write(page, "transform_instructions", "Repeat.")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    write(page, "provider_key", "sk-or-" + "w" * 24)
    choose(page, "provider_model", "fake-1")
    run_all(page)
    expect_status(page, "Paused")
    expect(widget(page, "run_status")).to_contain_text("refused the key")
    shot(page, "run-refused-key")
    write(page, "provider_key", right)
    press(page, "run_resume")
    expect_status(page, "Done: every row has an answer")


def test_failed_rows_are_grouped_and_retried(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(faults={"refusal": 0.3})
    page = browser_page()
    upload(page, app_server.url, "rows.csv", _table(40))
    write(page, "transform_instructions", "Repeat.")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    choose(page, "provider_model", "fake-1")
    page.evaluate(_COUNT_STATUSES)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    run_all(page)
    expect_status(page, "Done with gaps")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0, "a run's page opens at its top"
    expect(widget(page, "run_errors")).to_contain_text("The model refused")
    shot(page, "run-gaps")
    press(page, "run_rows_refusal")
    expect(widget(page, "run_shown")).to_contain_text("of 40 rows: failed, the model refused")
    expect(widget(page, "run_filters")).to_be_in_viewport()
    assert "show=refusal" in page.url
    fake_provider.configure(faults={})
    press(page, "run_retry")
    expect_status(page, "Done: every row has an answer")
    assert page.evaluate("window.most_statuses") == 1, "the headline is never there twice"


def test_an_ended_run_leads_to_a_bundle_and_a_comparison(app_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page(width=390, height=844, dark=True)
    upload(page, app_server.url, "rows.csv", _table(3))
    write(page, "transform_instructions", "Repeat.")
    run_id = run_all(page)
    expect_status(page, "Done")
    _choose_way(page, "Save as a bundle")
    expect(widget(page, "history_bundle_download")).to_be_visible()
    shot(page, "run-bundle")
    page.keyboard.press("Escape")
    _choose_way(page, "Compare with another run")
    page.wait_for_url(f"**/compare?runs=*{run_id}*")


def _choose_way(page: Page, way: str) -> None:
    settle(page)
    press(page, "run_more")
    page.get_by_role("option", name=way).or_(page.get_by_role("menuitem", name=way)).click()
    settle(page)


def test_answers_with_html_and_pictures_are_only_text(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, blocked_requests: list[str]
) -> None:
    evil = "<img src=https://evil.invalid/a.png onerror=alert(1)> ![x](https://evil.invalid/b.png) <script>1</script>"
    page = browser_page()
    upload(page, app_server.url, "rows.csv", f"id,text\n1,{evil}\n2,{evil}\n".encode())
    write(page, "transform_instructions", f"Repeat. {evil}")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    choose(page, "provider_model", "fake-1")
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done")
    run_all(page)
    expect_status(page, "Done")
    settle(page)
    assert blocked_requests == []


def _rows_of(server: AppServer, run_id: str) -> int:
    with sqlite3.connect(f"file:{server.home}/runs/{run_id}.db?mode=ro", uri=True) as run_file:
        return int(run_file.execute("SELECT count(DISTINCT row) FROM results WHERE status = 'done'").fetchone()[0])


def test_what_is_there_so_far_can_be_downloaded_while_it_runs(
    slow_server: AppServer, browser_page: NewPage, tmp_path: Path
) -> None:
    page = browser_page()
    _start(page, slow_server)
    expect_status(page, "Running")
    expect(page.get_by_text("✓ done").first).to_be_attached()
    choose(page, "run_format", "JSON Lines")
    arrived = download(page, "run_download", tmp_path)
    while arrived.suffix != ".jsonl":  # a page that goes on is never at rest: the choice may still be on its way
        arrived = download(page, "run_download", tmp_path)
    lines = arrived.read_text("utf-8").splitlines()
    assert len(lines) == ROWS
    assert 0 < sum('"output":"[offline demo' in line for line in lines) < ROWS
    press(page, "run_stop")
    expect_status(page, "Stopped")


class _SlowLine:
    """The line between page and server; while it is held, what the server says is on its way."""

    def __init__(self, page: Page) -> None:
        self.held = False
        self._on_the_way: list[str | bytes] = []
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        self._page = route
        server = route.connect_to_server()
        server.on_message(self._arrive)

    def _arrive(self, message: str | bytes) -> None:
        if self.held:
            self._on_the_way.append(message)
        else:
            self._page.send(message)

    def let_go(self) -> None:
        """All that was on its way arrives."""
        self.held = False
        for message in self._on_the_way:
            self._page.send(message)
        self._on_the_way.clear()

    def let_through(self, page: Page, until: Locator) -> None:
        """What is on its way arrives message by message, each drawn before the next, until something is there."""
        while self._on_the_way and not until.count():
            self._page.send(self._on_the_way.pop(0))
            page.wait_for_timeout(50)


def test_a_run_that_ends_on_a_slow_line_opens_its_rows(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(reply="cold", latency_s=1.0)
    page = browser_page()
    line = _SlowLine(page)
    upload(page, app_server.url, "trickle.csv", _table(6))
    write(page, "transform_instructions", "Trickle.")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    choose(page, "provider_model", "fake-1")
    run_all(page)
    expect(widget(page, "run_tabs_live")).to_be_visible()
    line.held = True
    page.wait_for_timeout(4_000)  # by now the run has ended and the server has drawn it so
    line.let_through(page, widget(page, "run_tabs"))
    line.let_go()
    expect_status(page, "Done")
    settle(page)
    expect(page.get_by_role("tab", selected=True)).to_have_text("Rows")
    expect(widget(page, "run_table")).to_be_visible()


def test_a_download_pressed_while_the_page_is_drawn_anew_arrives(
    app_server: AppServer, browser_page: NewPage, tmp_path: Path
) -> None:
    page = browser_page()
    line = _SlowLine(page)
    upload(page, app_server.url, "rows.csv", _table(3))
    write(page, "transform_instructions", "Repeat.")
    choose(page, "provider_select", "Demo")  # an earlier story's choice is remembered
    run_all(page)
    expect_status(page, "Done")
    line.held = True
    choose(page, "run_format", "JSON Lines")
    page.wait_for_timeout(2_000)  # by now the server has drawn the page; its news has not arrived
    with page.expect_download() as waiting:
        press(page, "run_download")
        page.wait_for_timeout(500)
        line.let_go()
    waiting.value.save_as(tmp_path / "arrived")
    assert "ROW2" in (tmp_path / "arrived").read_text("utf-8-sig")

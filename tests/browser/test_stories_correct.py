"""Answers corrected by hand: they become examples, the rows are asked again, and the agreement is told."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import choose, download, press, run_all, upload, write
from tests.fake_provider import FakeProvider


def _wait_until_done(page: Page) -> None:
    expect(page.get_by_text("Done: every row has an answer").first).to_be_visible(timeout=60_000)
    expect(widget(page, "run_tabs")).to_be_visible()
    settle(page)


def _correct(page: Page, answer: str) -> None:
    write(page, "run_correct_0", answer)
    press(page, "run_correct_save")
    expect(widget(page, "run_corrections")).to_contain_text("by you")
    settle(page)


def _next(page: Page, row: int) -> None:
    press(page, "run_row_next")
    expect(widget(page, "run_row").locator("input")).to_have_value(str(row))
    settle(page)


def test_cells_are_corrected_and_the_rows_asked_again_with_examples(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.configure(reply="cold")
    page = browser_page()
    upload(page, app_server.url, "soups.csv", b"id,text\n1,Good soup\n2,Cold soup\n3,Warm soup\n4,No soup\n")
    write(page, "transform_instructions", "Is the soup warm or cold?")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    choose(page, "provider_model", "fake-1")
    run_all(page)
    _wait_until_done(page)

    _correct(page, "warm")
    _next(page, 2)
    press(page, "run_correct_approve")
    expect(widget(page, "run_corrections")).to_contain_text("approved by you")
    _next(page, 3)
    _correct(page, "warm")
    widget(page, "run_aside").locator("label").click()
    settle(page)
    shot(page, "run-corrected")
    csv = download(page, "run_download", tmp_path).read_text(encoding="utf-8-sig")
    assert [line.split(",")[2] for line in csv.splitlines()] == ["output", "warm", "cold", "warm", "cold"]

    page.get_by_role("tab", name="Improve").click()
    expect(page.get_by_text("Agreement with you: 0 of 1")).to_be_visible()
    settle(page)
    shot(page, "run-improve")
    fake_provider.configure(reply="warm")
    press(page, "run_with_examples")
    expect(page.get_by_role("heading", name="with 2 examples")).to_be_visible()
    _wait_until_done(page)
    sent = [message["content"] for message in fake_provider.requests[-1].json()["messages"]]
    assert sent[2:5:2] == ["warm", "cold"]
    page.get_by_role("tab", name="Improve").click()
    expect(page.get_by_text("Agreement with you: before 0 of 1, now 1 of 1")).to_be_visible()
    shot(page, "run-agreement")

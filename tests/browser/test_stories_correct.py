"""Answers corrected by hand: they become examples, the rows are asked again, and the agreement is told."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import choose, click_cell, download, flip, press, run_all, upload, write
from tests.fake_provider import FakeProvider


def _wait_until_done(page: Page) -> None:
    settle(page)  # else it may be the run before that is done: its page stands there until this one's is drawn
    expect(page.get_by_text("Done: every row has an answer").first).to_be_visible()
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


def _ask_about(page: Page, server: AppServer, provider: FakeProvider, dish: str) -> None:
    """Ask one question of four rows; another dish is another table, whose answers were not kept."""
    _prepare(page, server, provider, dish)
    run_all(page)
    _wait_until_done(page)


def _prepare(page: Page, server: AppServer, provider: FakeProvider, dish: str) -> None:
    table = f"id,text\n1,Good {dish}\n2,Cold {dish}\n3,Warm {dish}\n4,No {dish}\n"
    upload(page, server.url, f"{dish}.csv", table.encode())
    write(page, "transform_instructions", f"Is the {dish} warm or cold?")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", provider.url)
    choose(page, "provider_model", "fake-1")


def test_ticked_rows_are_asked_again_and_cells_are_edited_in_the_table(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.configure(reply="cold")
    page = browser_page()
    _ask_about(page, app_server, fake_provider, "stew")

    click_cell(page, "run_table", row=2, x=15)
    expect(widget(page, "run_again_rows")).to_contain_text("Ask this row again")
    click_cell(page, "run_table", row=3, x=200)  # a cell is looked into, and keys go on from there
    expect(widget(page, "run_row").locator("input")).to_have_value("3")
    settle(page)
    page.keyboard.press("Shift+Space")
    expect(widget(page, "run_again_rows")).to_contain_text("Ask these 2 rows again")
    page.wait_for_url("**ticked=2-3**")
    page.reload()
    _wait_until_done(page)
    press(page, "run_again_rows")
    expect(page.get_by_text("2 rows will be asked")).to_be_visible()
    settle(page)
    shot(page, "run-ask-ticked")
    fake_provider.configure(reply="warm")
    press(page, "run_again_now")
    _wait_until_done(page)
    expect(widget(page, "run_again_rows")).to_contain_text("Ask some rows again")

    flip(page, "run_edit")
    click_cell(page, "run_grid", row=1, x=90)
    settle(page)
    page.keyboard.press("Enter")
    editor = page.locator("#portal textarea, #portal input").first
    editor.fill("lukewarm")
    editor.press("Enter")
    expect(widget(page, "run_grid_save")).to_contain_text("Save 1 change")
    settle(page)
    page.reload()  # a new visit: the change is still there
    _wait_until_done(page)
    expect(widget(page, "run_grid_save")).to_contain_text("Save 1 change")
    press(page, "run_grid_save")
    expect(page.get_by_text("1 change saved.")).to_be_visible()
    settle(page)
    shot(page, "run-edited")
    csv = download(page, "run_download", tmp_path).read_text(encoding="utf-8-sig")
    assert [line.split(",")[2] for line in csv.splitlines()] == ["output", "lukewarm", "warm", "warm", "cold"]


def test_cells_are_corrected_and_the_rows_asked_again_with_examples(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.configure(reply="cold")
    page = browser_page()
    _ask_about(page, app_server, fake_provider, "soup")

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


def test_what_is_corrected_on_a_preview_is_in_the_run_over_all_rows(
    own_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.configure(reply="cold")
    page = browser_page()
    _prepare(page, own_server, fake_provider, "broth")
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done")
    settle(page)
    widget(page, "transform_preview_correct").get_by_role("link").click()
    _wait_until_done(page)
    _correct(page, "hot")
    widget(page, "run_all_rows").get_by_role("link").click()
    expect(widget(page, "transform_preview_panel")).to_contain_text("corrected")
    settle(page)
    run_all(page)
    _wait_until_done(page)
    expect(widget(page, "run_corrections")).to_contain_text("corrected by you; the model said: cold")
    expect(widget(page, "run_inspector")).to_contain_text("from the preview")
    box = widget(page, "run_table").bounding_box()
    assert box is not None
    assert box["y"] < 620, "the answers are on the first screen"
    csv = download(page, "run_download", tmp_path).read_text(encoding="utf-8-sig")
    assert [line.split(",")[2] for line in csv.splitlines()] == ["output", "hot", "cold", "cold", "cold"]

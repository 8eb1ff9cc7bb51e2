"""The history as memory: sessions as projects, two runs compared, what all came to, a run handed on as a bundle."""

import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import download, expect_status, flip, press, run_all, use_sample, write


def _run(page: Page, url: str, instructions: str, template: str | None = None) -> str:
    use_sample(page, url)
    write(page, "transform_instructions", instructions)
    if template:
        flip(page, "transform_use_template")
        write(page, "transform_template", template)
    run_id = run_all(page)
    expect_status(page, "Done")
    return run_id


def _history(page: Page, url: str) -> None:
    page.goto(f"{url}/history")
    settle(page)


def _choose_action(page: Page, menu: str, action: str) -> None:
    press(page, menu)
    page.get_by_text(action, exact=True).click()
    settle(page)


def test_a_session_is_a_project_and_its_runs_are_found_and_compared(
    own_server: AppServer, browser_page: NewPage
) -> None:
    page = browser_page()
    first = _run(page, own_server.url, "Name the zebra in it.")
    second = _run(page, own_server.url, "Count the giraffes in it.", "{{ product }}")

    _history(page, own_server.url)
    page.get_by_role("button", name="Session").first.click()
    page.get_by_text("Name and note", exact=True).click()
    write(page, "history_session_name", "Safari study")
    write(page, "history_session_note", "Zebras first, giraffes next.")
    press(page, "history_session_save")
    expect(page.get_by_text("The session is saved.")).to_be_visible()
    expect(page.get_by_text("Zebras first, giraffes next.")).to_be_visible()
    page.get_by_role("button", name="Session").first.click()
    page.get_by_text("Pin to the top", exact=True).click()
    settle(page)
    shot(page, "projects-history")

    write(page, "history_search", "giraffes")
    expect(widget(page, f"history_run_{second}")).to_be_visible()
    expect(widget(page, f"history_run_{first}")).to_have_count(0)
    _choose_action(page, f"history_menu_{second}", "Compare with another run")
    page.wait_for_url(f"**/compare?runs={first}*{second}")  # the only other run over its table, the older one first
    settle(page)
    expect(widget(page, "compare_figures")).to_contain_text("60 of 60")
    expect(widget(page, "compare_agreement")).to_contain_text("60 rows that both answered")
    expect(widget(page, "compare_settings")).to_contain_text("A: Name the zebra in it.")
    expect(widget(page, "compare_cells")).to_be_visible()
    shot(page, "projects-compare")
    page.reload()
    settle(page)
    expect(widget(page, "compare_cells")).to_be_visible()

    narrow = browser_page(width=390, height=844, dark=True)
    narrow.goto(f"{own_server.url}/compare?runs={first},{second}")
    settle(narrow)
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than a telephone"
    shot(narrow, "projects-compare")

    _history(page, own_server.url)
    widget(page, "history_totals").get_by_text("Totals").click()
    expect(widget(page, "history_totals_whole")).to_contain_text("120 rows answered")
    shot(page, "projects-totals")

    page.goto(own_server.url)
    settle(page)
    expect(widget(page, "transform_offer")).to_contain_text("Safari study")
    press(page, "transform_offer_again")
    expect(widget(page, "transform_instructions").locator("textarea")).to_have_value("Count the giraffes in it.")


def test_a_run_is_handed_on_as_a_bundle(own_server: AppServer, browser_page: NewPage, tmp_path: Path) -> None:
    page = browser_page()
    run_id = _run(page, own_server.url, "Name the zebra in it.")
    _history(page, own_server.url)
    _choose_action(page, f"history_menu_{run_id}", "Save as a bundle")
    expect(page.get_by_text("No key is in it.")).to_be_visible()
    shot(page, "projects-bundle")
    bundle = download(page, "history_bundle_download", tmp_path)

    elsewhere = AppServer(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()
    elsewhere.start()
    try:
        visitor = browser_page()
        _open_bundle(visitor, elsewhere.url, bundle)
        expect(visitor.get_by_text("is in the history now")).to_be_visible()
        expect(widget(visitor, "history_bundle_file")).to_be_hidden()
        expect(visitor.get_by_text("opened from a bundle")).to_be_visible()
        shot(visitor, "projects-opened")
        _open_bundle(visitor, elsewhere.url, bundle)
        expect(visitor.get_by_text("is in the history already")).to_be_visible()
        widget(visitor, f"history_open_{run_id}").get_by_role("link").click()
        expect_status(visitor, "Done")
        with download(visitor, "run_download", tmp_path).open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.DictReader(file))) == 60
        visitor.close()  # before its server, whose end it would complain of
        assert elsewhere.new_tracebacks() == ""
    finally:
        elsewhere.stop()


def _open_bundle(page: Page, url: str, bundle: Path) -> None:
    _history(page, url)
    press(page, "history_bundle_open")
    widget(page, "history_bundle_file").locator("input[type=file]").set_input_files(bundle)
    settle(page)

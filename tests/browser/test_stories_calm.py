"""While a run goes on, nothing jumps: what a person reads or is about to press stays where it is."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, widget
from tests.browser.steps import choose, expect_status, press, put_file, run_all, upload, use_sample, write
from tests.fake_provider import FakeProvider

ROWS = 4000  # a busy machine is slow to look at it; it is stopped
SETTLED_MS, WATCHED_MS = 2_000, 8_000
MOST = 0.1  # what the web's own measure calls good for a whole visit

# Adds up the browser's own layout-shift entries, and keeps what moved: from where to where.
_WATCH = """
() => {
  window.shifted = 0; window.moved = [];
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      window.shifted += entry.value;
      for (const {node, previousRect: was, currentRect: is} of entry.sources) {
        const key = node?.closest?.('[class*="st-key-"]');
        const name = key ? [...key.classList].find(c => c.startsWith('st-key-')) : node?.nodeName;
        window.moved.push(`${name}: y ${was.y} to ${is.y}, height ${was.height} to ${is.height}`);
      }
    }
  }).observe({type: 'layout-shift'});
}
"""


def _shift(page: Page) -> tuple[float, list[str]]:
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate(_WATCH)
    page.wait_for_timeout(WATCHED_MS)
    return float(page.evaluate("window.shifted")), list(page.evaluate("window.moved.slice(0, 20)"))


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["wide", "narrow"])
def test_nothing_jumps_while_a_run_goes_on(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, width: int, height: int
) -> None:
    fake_provider.configure(latency_s=0.3, faults={"refusal": 0.1})
    page = browser_page(width=width, height=height)
    upload(page, app_server.url, "rows.csv", _table())
    write(page, "transform_instructions", "Repeat.")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    choose(page, "provider_model", "fake-1")
    widget(page, "transform_settings").locator("summary").click()
    write(page, "transform_concurrency", "4")
    run_all(page)
    expect_status(page, "Running")
    expect(page.get_by_text("Newest rows", exact=True)).to_be_visible()
    shifted, moved = _shift(page)
    expect(widget(page, "run_status")).to_contain_text("Running")  # it did not end meanwhile
    fake_provider.configure(latency_s=0.0, faults={})
    press(page, "run_stop")
    expect_status(page, "Stopped")
    assert shifted <= MOST, moved


def _table() -> bytes:
    return ("id,text\n" + "".join(f"{row},ROW{row} says hello\n" for row in range(ROWS))).encode()


def test_a_jump_would_be_noticed(app_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    page.goto(app_server.url)
    settle(page)
    page.evaluate(_WATCH)
    page.evaluate("document.querySelector('.stMainBlockContainer').style.paddingTop = '400px'")
    page.wait_for_function("window.shifted > 0.1")


def test_a_field_stays_the_same_while_what_stood_above_it_goes(own_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    use_sample(page, own_server.url)
    write(page, "transform_instructions", "Repeat.")
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done")

    page = browser_page()
    page.goto(own_server.url)
    offer = page.get_by_text("What you run now goes into the session")
    expect(offer).to_be_visible()
    settle(page)
    put_file(page, "rows.csv", _table())
    field = widget(page, "provider_select").locator("input").first
    field.evaluate("field => { window.field = field }")  # where a person may be typing by now
    expect(offer).to_have_count(0)
    write(page, "transform_instructions", "Repeat.")
    assert page.evaluate("window.field.isConnected")

"""What a person does on the pages, step by step, for the stories."""

import re
from pathlib import Path

from playwright.sync_api import Download, Page, expect
from playwright.sync_api import TimeoutError as WaitedInVain

from tests.browser.driving import drawn_anew, settle, widget

_TRIES, _LISTED_MS = 20, 5_000


def use_sample(page: Page, url: str) -> None:
    """Open Transform and take the first sample."""
    page.goto(url)
    settle(page)
    widget(page, "transform_sample").get_by_role("button").click()
    expect(widget(page, "transform_table")).to_contain_text("product_reviews.csv")
    settle(page)


def upload(page: Page, url: str, name: str, content: bytes) -> None:
    """Open Transform and upload a file."""
    page.goto(url)
    settle(page)
    put_file(page, name, content)
    expect(widget(page, "transform_table")).to_contain_text(name)
    settle(page)


def put_file(page: Page, name: str, content: bytes) -> None:
    """Hand a file to the upload."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    widget(page, "transform_upload").locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type] # a FilePayload


def write(page: Page, key: str, text: str) -> None:
    """Fill a text field and leave it."""
    field = widget(page, key).locator("textarea, input").first
    leaving = "Control+Enter" if field.evaluate("field => field.tagName") == "TEXTAREA" else "Enter"
    if field.input_value() == text:
        field.press(leaving)
    else:
        with drawn_anew(page):
            field.fill(text)
            field.press(leaving)
    settle(page)


def choose(page: Page, key: str, text: str) -> None:
    """Choose an option of a select box, or type a new one."""
    field = widget(page, key).locator("input").first
    if text in field.input_value():
        return  # what an earlier story chose is remembered
    option = page.get_by_role("option").filter(has_text=text).first
    for _ in range(_TRIES):
        field.click()
        field.fill(text)
        try:
            option.wait_for(timeout=_LISTED_MS)
            with drawn_anew(page):
                option.click(timeout=_LISTED_MS)
        except WaitedInVain:  # a page that scrolls as it is drawn closes the list: a person opens it again
            continue
        settle(page)
        return
    raise AssertionError(f"{text} could not be chosen in {key}.")


def press(page: Page, key: str) -> None:
    """Press a button."""
    widget(page, key).get_by_role("button").first.click()


def click_cell(page: Page, key: str, row: int, x: float) -> None:
    """Click into a table, `x` pixels from its left, once it stands still; row 0 is its head."""
    table = widget(page, key).get_by_test_id("stDataFrame").first
    expect(table.locator("canvas").first).to_be_visible()
    settle(page)
    table.click(position={"x": x, "y": 35.0 * row + 18})  # a canvas has no elements; its rows are 35 high


def run_all(page: Page) -> str:
    """Press Run all and wait for the run's page; returns the run's id."""
    press(page, "transform_run")
    page.wait_for_url(re.compile(r"/run\?run="))
    return page.url.split("run=")[-1].split("&")[0]


def expect_status(page: Page, text: str) -> None:
    """Wait until the run's headline says so."""
    status = widget(page, "run_status").first  # while the live panel gives way to it, both are there
    expect(status).to_contain_text(text)
    settle(page)


def download(page: Page, key: str, folder: Path) -> Path:
    """Press a download button; the file as it arrived."""
    with page.expect_download() as waiting:
        press(page, key)
    arrived: Download = waiting.value
    target = folder / arrived.suggested_filename
    arrived.save_as(target)
    return target


def flip(page: Page, key: str) -> None:
    """Turn a switch."""
    with drawn_anew(page):
        widget(page, key).locator("label").first.click()
    settle(page)


def unfold(page: Page, key: str) -> None:
    """Open a part of the page that is folded away."""
    widget(page, key).locator("summary").first.click()
    settle(page)


def open_generate(page: Page, url: str, way: str | None = None) -> None:
    """Open Generate, perhaps at one of the ways to begin."""
    page.goto(f"{url}/generate")
    settle(page)
    if way:
        widget(page, "generate_way").get_by_text(way, exact=True).click()
        settle(page)


def take_template(page: Page, url: str, name: str) -> None:
    """Open Generate and take a template."""
    open_generate(page, url)
    press(page, f"generate_template_{name}")
    expect_columns(page)


def expect_columns(page: Page) -> None:
    """Wait for the columns of a schema."""
    expect(widget(page, "generate_columns_list")).to_be_visible()
    settle(page)


def add_column(page: Page, kind: str) -> None:
    """Add a column of a kind to the schema; its card is open afterwards."""
    there = page.locator('[class*="st-key-generate_columns_card_"]').count()
    choose(page, "generate_add_kind", kind)
    press(page, "generate_add")
    expect(widget(page, f"generate_columns_card_{there}").get_by_role("button", name="Done")).to_be_visible()
    settle(page)


def generate_all(page: Page) -> str:
    """Press Generate all and wait for the run's page; returns the run's id."""
    press(page, "generate_run")
    page.wait_for_url(re.compile(r"/run\?run="))
    return page.url.split("run=")[-1].split("&")[0]

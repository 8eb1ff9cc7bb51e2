"""A person's first minute, and a messy file of their own."""

import csv
import sqlite3
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import choose, download, expect_status, press, put_file, run_all, upload, use_sample, write
from tests.fake_provider import FakeProvider

LABEL = "[offline demo, no AI]"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
def test_the_first_minute_with_sample_data(
    own_server: AppServer,
    browser_page: NewPage,
    blocked_requests: list[str],
    tmp_path: Path,
    width: int,
    dark: bool,
) -> None:
    page = browser_page(width=width, dark=dark)
    use_sample(page, own_server.url)
    shot(page, "transform-sample")
    expect(widget(page, "transform_privacy")).to_contain_text("Nothing leaves this machine")
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done: every row has an answer")
    widget(page, "transform_preview_panel").scroll_into_view_if_needed()
    shot(page, "transform-preview")
    run_all(page)
    expect_status(page, "Done: every row has an answer")
    expect(page.get_by_text("offline demo, no AI").first).to_be_visible()
    shot(page, "run-done")
    with download(page, "run_download", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert all(row["output"].startswith(LABEL) for row in rows)
    assert blocked_requests == []


def test_a_preview_is_not_paid_again_by_run_all(own_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    use_sample(page, own_server.url)
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done")
    run_all(page)
    expect_status(page, "Done")
    expect(page.get_by_text("5 asked before")).to_be_visible()


def test_a_messy_file_becomes_a_safe_workbook(
    app_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    lines = ["id;status;output;text", '1;neu;alt;"=SUM(A1)"', '2;neu;alt;"Größe\nzwei Zeilen"', "3;neu;alt;שלום 🎉?"]
    page = browser_page()
    upload(page, app_server.url, "messy.csv", "\n".join(lines).replace("שלום 🎉", "-x").encode("latin-1"))
    expect(widget(page, "transform_table")).to_contain_text("3 rows × 4 columns")
    expect(widget(page, "transform_table")).to_contain_text("cp1252")
    expect(widget(page, "transform_table")).to_contain_text("semicolon")
    write(page, "transform_instructions", "Repeat the text.")
    expect(page.get_by_text("the answers go to 'output (2)'").first).to_be_visible()
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    choose(page, "provider_model", "fake-1")
    run_all(page)
    expect_status(page, "Done: every row has an answer")
    choose(page, "run_format", "Excel")
    book = openpyxl.load_workbook(download(page, "run_download", tmp_path))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert cells[0] == ["id", "status", "output", "text", "output (2)"]
    assert [row[:3] for row in cells[1:]] == [["1", "neu", "alt"], ["2", "neu", "alt"], ["3", "neu", "alt"]]
    assert "Größe" in str(cells[2][4])
    assert not any(cell.data_type == "f" for row in book.worksheets[0].iter_rows() for cell in row)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty"),
        ("header.csv", b"id,text\n", "no rows"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
    ],
    ids=["empty", "header only", "binary"],
)
def test_a_file_that_can_not_be_used_says_why(
    app_server: AppServer, browser_page: NewPage, name: str, content: bytes, said: str
) -> None:
    page = browser_page()
    page.goto(app_server.url)
    settle(page)
    put_file(page, name, content)
    expect(page.get_by_test_id("stAlert").first).to_contain_text(said)
    settle(page)


def test_a_template_with_an_unknown_column_is_refused_with_the_nearest_name(
    app_server: AppServer, browser_page: NewPage
) -> None:
    page = browser_page()
    use_sample(page, app_server.url)
    write(page, "transform_instructions", "Judge {{ reviw }}")
    expect(page.get_by_text("Did you mean").first).to_contain_text("review")
    expect(widget(page, "transform_run").get_by_role("button")).to_be_disabled()


def test_settings_are_there_next_time_and_keys_are_not(own_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    key = "sk-" + "x" * 30
    use_sample(page, own_server.url)
    choose(page, "provider_select", "Groq")
    write(page, "provider_key", key)
    choose(page, "provider_select", "OpenAI")
    write(page, "provider_key", key)
    page.get_by_text("Settings", exact=True).click()
    write(page, "transform_max_tokens", "77")
    choose(page, "provider_select", "Demo")
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done")
    later = browser_page()
    use_sample(later, own_server.url)
    later.get_by_text("Settings", exact=True).click()
    expect(widget(later, "transform_max_tokens").locator("input")).to_have_value("77")
    choose(later, "provider_select", "OpenAI")
    expect(widget(later, "provider_key").locator("input")).to_have_value("")
    files = [path for path in own_server.home.rglob("*") if path.is_file()]
    assert not [path for path in files if key.encode() in path.read_bytes()]


@pytest.mark.parametrize("apart_ms", [0, 90, 180, 300])  # before, while and after the first press is obeyed
def test_a_double_click_runs_all_rows_once_and_opens_that_run(
    file_server: AppServer, browser_page: NewPage, apart_ms: int
) -> None:
    page = browser_page()
    use_sample(page, file_server.url)
    write(page, "transform_instructions", f"Say in {apart_ms} words what it is about.")
    place = widget(page, "transform_run").get_by_role("button").first.bounding_box()
    assert place is not None
    before = _runs(file_server)
    for _ in range(2):
        page.mouse.click(place["x"] + 20, place["y"] + 10)
        page.wait_for_timeout(apart_ms)

    expect_status(page, "Done: every row has an answer")
    (made,) = _runs(file_server) - before
    assert page.url.endswith(f"run={made}")


def _runs(server: AppServer) -> set[str]:
    with sqlite3.connect(server.home / "handai.db") as catalogue:
        return {run_id for (run_id,) in catalogue.execute("SELECT id FROM runs WHERE NOT preview")}

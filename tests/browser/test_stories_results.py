"""What came of a run, looked at: facets, filters in the address, row by row; what a model wrote stays text."""

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.results import Attempt, AttemptState, RowResult, RowStatus, RunStatus
from handai_db import RunRecord, begin_execution, end_execution
from handai_errors import ErrorKind
from providers.base import Usage
from services.home import open_catalogue, run_path
from services.running import runs
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import choose, flip, press, unfold, write
from tests.services.stored_runs import transform_run

EVIL = (
    "<img src=https://evil.invalid/a.png onerror=alert(1)> ![x](https://evil.invalid/b.png) <script>alert(2)</script>"
)
ROWS = 130


@pytest.fixture
def record(own_server: AppServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunRecord:
    """A run in the server's history: three stances, one of them of an evil model, and some rows that failed."""
    monkeypatch.setenv("HANDAI_HOME", str(own_server.home))
    outputs = [{"name": "stance", "type": "text"}, {"name": "score", "type": "integer"}]
    made = transform_run(tmp_path, outputs, rows=ROWS)
    begin_execution(run_path(made.id), os.getpid())
    connection = open_run_writer(run_path(made.id))
    Batch(
        ended=[
            Attempt(row, 0, 1, AttemptState.DONE, 1e9 + row, 0.5 + row / 50, usage=Usage(9, 3, 0.01))
            for row in range(ROWS)
        ],
        results=[_result(row) for row in range(ROWS)],
    ).write(connection)
    connection.close()
    end_execution(run_path(made.id), "partial", "Ended.")
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(made.id, RunStatus.PARTIAL)
    return runs.get(made.id)


def _attempt(row: int) -> Attempt:
    return Attempt(row, 0, 1, AttemptState.DONE, time.time(), 0.5 + row / 50, usage=Usage(9, 3, 0.01))


def _result(row: int) -> RowResult:
    if row >= ROWS - 4:
        return RowResult(row, 0, 1, RowStatus.FAILED, kind=ErrorKind.REFUSAL, cause=EVIL, raw=EVIL)
    stance = EVIL[:58] if row % 3 == 0 else "for" if row % 3 == 1 else "against"
    return RowResult(row, 0, 1, RowStatus.DONE, values={"stance": stance, "score": row % 7}, raw=EVIL)


def _open(page: Page, server: AppServer, record: RunRecord, address: str = "") -> None:
    page.goto(f"{server.url}/run?run={record.id}{address}")
    settle(page)
    expect(widget(page, "run_table")).to_be_visible()
    settle(page)


def _open_facets(page: Page) -> None:
    unfold(page, "run_facets")
    expect(widget(page, "run_facet_0")).to_be_visible()  # they are counted when they are looked at
    settle(page)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
def test_a_clicked_value_is_kept_in_the_address_over_a_reload(
    own_server: AppServer, browser_page: NewPage, record: RunRecord, width: int, dark: bool
) -> None:
    page = browser_page(width=width, dark=dark)
    _open(page, own_server, record)
    _open_facets(page)
    widget(page, "run_facets").evaluate("part => part.scrollIntoView()")
    shot(page, "run-facets")
    bar = page.locator('[class*="st-key-run_facet_chart_1_"]').locator("canvas, svg.marks").first
    settle(page)
    box = bar.bounding_box()
    assert box is not None
    bar.click(position={"x": box["width"] * 0.55, "y": box["height"] * 0.6})
    expect(widget(page, "run_shown")).to_contain_text(f"of {ROWS} rows: score is")
    choose(page, "run_show", "Done")
    write(page, "run_search", "t1")
    expect(widget(page, "run_shown")).to_contain_text(re.compile("done, score is .*, with .t1"))
    said = widget(page, "run_shown").inner_text()
    assert "only.score=" in page.url
    page.reload()
    settle(page)
    expect(widget(page, "run_shown")).to_have_text(said, use_inner_text=True)
    later = browser_page(width=width, dark=dark)
    later.goto(page.url)
    expect(widget(later, "run_shown")).to_have_text(said, use_inner_text=True)
    widget(later, "run_filters").evaluate("part => part.scrollIntoView()")
    shot(later, "run-filtered")
    press(later, "run_clear")
    expect(widget(later, "run_shown")).to_have_count(0)


def test_next_and_previous_and_their_keys_keep_to_the_filter(
    own_server: AppServer, browser_page: NewPage, record: RunRecord
) -> None:
    page = browser_page()
    _open(page, own_server, record, "&show=failed")
    number = widget(page, "run_row").locator("input")
    expect(number).to_have_value(str(ROWS - 3))
    press(page, "run_row_next")
    expect(number).to_have_value(str(ROWS - 2))
    settle(page)
    page.keyboard.press("n")
    expect(number).to_have_value(str(ROWS - 1))
    settle(page)
    page.keyboard.press("b")
    expect(number).to_have_value(str(ROWS - 2))
    settle(page)
    assert f"row={ROWS - 2}" in page.url
    page.reload()
    settle(page)
    expect(number).to_have_value(str(ROWS - 2))


def test_what_a_model_wrote_stays_text_in_facets_charts_and_rows(
    own_server: AppServer, browser_page: NewPage, record: RunRecord, blocked_requests: list[str]
) -> None:
    page = browser_page()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))  # not closed: the page would stand still too
    _open(page, own_server, record, "&search=evil.invalid&row=130")
    expect(page.get_by_text("evil.invalid").first).to_be_attached()
    _open_facets(page)
    choose(page, "run_facet_0", "<img")
    expect(widget(page, "run_shown")).to_contain_text("<img src=https://evil.invalid/a.png")
    flip(page, "run_edit")
    expect(widget(page, "run_grid")).to_be_visible()
    settle(page)
    flip(page, "run_edit")
    page.get_by_role("tab", name="Charts").click()
    expect(page.get_by_text("How long answers took", exact=True)).to_be_visible()
    settle(page)
    page.get_by_role("tab", name="Charts").evaluate("part => part.scrollIntoView()")
    shot(page, "run-charts")
    assert page.locator("img[src*=evil], script:text('alert')").count() == 0
    assert blocked_requests == []
    assert alerts == []

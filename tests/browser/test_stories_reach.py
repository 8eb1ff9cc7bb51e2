"""Every page without a mouse and without good eyes: controls have names, Tab comes to each, texts can be read."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from engine.results import Attempt, AttemptState, RunStatus
from handai_db import RunRecord, begin_execution, end_execution
from providers.base import Usage
from services.home import open_catalogue, run_path
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle
from tests.browser.reach import hard_to_read, nameless, walk
from tests.browser.steps import take_template
from tests.services.stored_runs import done, failed, transform_run

ROWS = 30
PAGES = {
    "first screen": "/",
    "transform": "/?from={one}",
    "generate": "/generate",
    "schema": "",
    "run": "/run?run={one}",
    "history": "/history",
    "compare": "/compare?runs={one},{two}",
    "providers": "/providers?provider=openrouter",
}


@pytest.fixture(scope="module")
def visited(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AppServer, dict[str, str]]]:
    """A server with two ended runs over one table, some rows of which failed."""
    del chromium
    folder = tmp_path_factory.mktemp("reach")
    server = AppServer(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HANDAI_HOME", str(server.home))
        runs = {
            name: _ended(transform_run(folder, [{"name": "mood"}, {"name": "score", "type": "integer"}], rows=ROWS)).id
            for name in ("one", "two")
        }
    server.start()
    yield server, runs
    server.stop()
    assert server.new_tracebacks() == ""


def _ended(record: RunRecord) -> RunRecord:
    begin_execution(run_path(record.id), os.getpid())
    connection = open_run_writer(run_path(record.id))
    attempts = [Attempt(row, 0, 1, AttemptState.DONE, 1e9 + row, 0.5, usage=Usage(9, 3, 0.01)) for row in range(ROWS)]
    results = [failed(row) if row % 10 == 9 else done(row, mood="good", score=row % 5) for row in range(ROWS)]
    Batch(ended=attempts, results=results).write(connection)
    connection.close()
    end_execution(run_path(record.id), "partial", "Ended.")
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PARTIAL)
    return record


def _open(page: Page, server: AppServer, runs: dict[str, str], name: str) -> None:
    if name == "schema":
        take_template(page, server.url, "product_reviews")
    else:
        page.goto(server.url + PAGES[name].format(**runs))
        settle(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_used_without_a_mouse(
    visited: tuple[AppServer, dict[str, str]], browser_page: NewPage, name: str
) -> None:
    page = browser_page()
    _open(page, *visited, name)

    assert nameless(page) == []
    assert hard_to_read(page) == []
    way = walk(page)
    assert len(way.reachable) > 5
    assert way.missed == ()
    assert way.back == (), "Tab goes on in the order of the page"
    assert way.unseen == (), "focus is seen"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_in_the_dark_on_a_telephone(
    visited: tuple[AppServer, dict[str, str]], browser_page: NewPage, name: str
) -> None:
    page = browser_page(width=390, height=844, dark=True)
    _open(page, *visited, name)

    assert nameless(page) == []
    assert hard_to_read(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

"""One app server and one browser for all stories, a fresh visitor for each; without a browser they are not run."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect, sync_playwright

from tests.browser.app_server import AppServer
from tests.browser.console import Complaints
from tests.browser.driving import AT_ONCE, PATIENCE_MS, SCREENSHOTS, NewPage, find_browser, how_to_install

HERE = Path(__file__).parent
BROWSER = find_browser()
REQUIRED = bool(os.environ.get("HANDAI_REQUIRE_BROWSER"))
NOT_RUN = f"not run: no Chromium, Chrome or Edge on this machine; install one with: {how_to_install()}"
LOCAL_ADDRESSES = ("http://127.0.0.1:", "http://localhost:", "ws://127.0.0.1:", "ws://localhost:", "data:", "blob:")
CHROMIUM_ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # Chromium's sandbox refuses root, which a container has; it only visits our own server
]

_stories: set[str] = set()
_run: set[str] = set()
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the stories and puts them last: while Playwright is open, its loop would be in the way of async tests."""
    stories = [item for item in items if item.path.is_relative_to(HERE)]
    for story in stories:
        story.add_marker("browser")
        if "chromium" in getattr(story, "fixturenames", ()):
            story.add_marker("story")
    items[:] = [item for item in items if item not in stories] + stories


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remembers that a story failed, for its last picture."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Counts the stories and remembers which really ran; of several processes, the one that hears from all does."""
    if "story" in report.keywords:
        _stories.add(report.nodeid)
        if report.when == "call" and not report.skipped:
            _run.add(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where a browser is required, a story that was not run fails the whole."""
    if REQUIRED and not session.config.option.collectonly and _stories - _run and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many browser stories ran, and what is missing for the others."""
    if _stories:
        terminalreporter.write_line(f"browser stories: {len(_run)} of {len(_stories)} run")
    if _stories and not BROWSER:
        terminalreporter.write_line(NOT_RUN)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    if BROWSER is None:
        if REQUIRED:
            pytest.fail(NOT_RUN)
        pytest.skip(NOT_RUN)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The server that all stories visit; each must stand what the others left in its history."""
    server = AppServer(tmp_path_factory.mktemp("app"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def app_server(chromium: Browser, shared_server: AppServer) -> Iterator[AppServer]:
    """The shared server; the story fails if the server's log got a traceback."""
    del chromium  # asked for first: without a browser no server is started
    yield shared_server
    assert shared_server.new_tracebacks() == ""


@pytest.fixture(scope="module")
def _server_of_file(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    del chromium
    server = AppServer(tmp_path_factory.mktemp("file"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def file_server(_server_of_file: AppServer) -> Iterator[AppServer]:
    """A server for the stories of one file, where they need no empty history: a cold start is six seconds each."""
    yield _server_of_file
    assert _server_of_file.new_tracebacks() == ""


@pytest.fixture
def own_server(chromium: Browser, tmp_path: Path) -> Iterator[AppServer]:
    """A server for one story alone, which may stop and restart it or begin with an empty history."""
    del chromium
    server = AppServer(tmp_path)
    server.start()
    yield server
    server.stop()
    assert server.new_tracebacks() == ""


@pytest.fixture
def blocked_requests() -> list[str]:
    """The addresses beyond this machine that a page asked for; none was reached."""
    return []


@pytest.fixture
def complaints() -> Complaints:
    """What pages said went wrong, in their console and scripts; the story fails if there is any at its end."""
    return Complaints()


@pytest.fixture
def browser_page(
    chromium: Browser, blocked_requests: list[str], complaints: Complaints, request: pytest.FixtureRequest
) -> Iterator[NewPage]:
    """Opens a page as a new visitor: browser_page(width=390, height=844, dark=True); a failed story's page is kept."""
    contexts = []

    def block(route: Route) -> None:
        blocked_requests.append(route.request.url)
        route.abort()

    def open_page(*, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        viewport = ViewportSize(width=width, height=height)
        context = chromium.new_context(
            viewport=viewport, color_scheme="dark" if dark else "light", accept_downloads=True
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(AT_ONCE)
        context.route(lambda url: not url.startswith(LOCAL_ADDRESSES), block)
        page = context.new_page()
        complaints.listen(page)
        return page

    expect.set_options(timeout=PATIENCE_MS)
    yield open_page
    for number, context in enumerate(contexts):
        if request.node.stash.get(_FAILED, False):
            for page in context.pages:
                page.screenshot(path=SCREENSHOTS / f"failed-{request.node.name}-{number}.png")
                said = f"{page.url}\n{page.locator('body').inner_text()}"
                request.node.add_report_section("teardown", "page", said)
        context.close()
    assert complaints == []

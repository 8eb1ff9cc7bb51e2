"""Pictures of every page and state, at both widths and in both themes, by one command.

    .venv/bin/python -m tests.browser.pictures [FOLDER] [--only TEXT]

visits a server of its own, with runs of the offline demo and of the tests' fake provider in its history.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import orjson
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.app_server import AppServer
from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.driving import PATIENCE_MS, find_browser, how_to_install, settle, widget
from tests.browser.steps import open_generate, press, take_template, use_sample, write
from tests.command_line import CLI, PROJECT
from tests.fake_provider import FakeProvider
from tests.isolation import clean_environment

_WIDTHS = {1280: 900, 390: 844}
_HIGHEST = 4000
_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_INSTRUCTIONS = "Say in one short sentence what this customer liked and what not."


_Reach = Callable[[Page, str, Mapping[str, str]], None]  # the page, the server, the runs by their state


@dataclass(frozen=True, slots=True)
class Scene:
    """A page in a state: its name, and how one gets there."""

    name: str
    reach: _Reach


def _go(path: str) -> _Reach:
    def reach(page: Page, url: str, runs: Mapping[str, str]) -> None:
        page.goto(f"{url}{path.format(**runs)}")
        settle(page)

    return reach


def _sample(page: Page, url: str, _: Mapping[str, str]) -> None:
    use_sample(page, url)
    write(page, "transform_instructions", _INSTRUCTIONS)


def _preview(page: Page, url: str, runs: Mapping[str, str]) -> None:
    _sample(page, url, runs)
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("This preview")
    settle(page)


def _live(page: Page, url: str, runs: Mapping[str, str]) -> None:
    page.goto(f"{url}/run?run={runs['live']}")
    expect(page.get_by_text(re.compile(r"[1-9]\d done"))).to_be_visible()
    settle(page)


def _template(page: Page, url: str, _: Mapping[str, str]) -> None:
    take_template(page, url, "product_reviews")


def _generate(page: Page, url: str, _: Mapping[str, str]) -> None:
    open_generate(page, url)


SCENES = (
    Scene("run-live", _live),  # first, while it goes on
    Scene("transform-start", _go("/")),
    Scene("transform-sample", _sample),
    Scene("transform-preview", _preview),
    Scene("generate-start", _generate),
    Scene("generate-schema", _template),
    Scene("run-done", _go("/run?run={done}")),
    Scene("run-partial", _go("/run?run={partial}")),
    Scene("run-paused", _go("/run?run={paused}")),
    Scene("run-none", _go("/run?run=none")),
    Scene("history", _go("/history")),
    Scene("compare", _go("/compare?runs={done},{other}")),
    Scene("providers", _go("/providers")),
)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description="Takes pictures of every page and state of the app.")
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT / "screenshots")
    parser.add_argument("--only", default="", help="only scenes whose name holds this")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    path = find_browser()
    if path is None:
        sys.exit(f"There is no browser on this machine; install one with: {how_to_install()}")
    with _server() as (server, runs), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        expect.set_options(timeout=PATIENCE_MS)
        for scene in SCENES:
            if arguments.only in scene.name:
                _take(browser, scene, server.url, runs, arguments.folder)
        browser.close()


def _take(browser: Browser, scene: Scene, url: str, runs: Mapping[str, str], folder: Path) -> None:
    for width, height in _WIDTHS.items():
        for theme in _THEMES:
            size = ViewportSize(width=width, height=height)
            context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            scene.reach(page, url, runs)
            _show_all(page)
            target = folder / f"{scene.name}-{width}-{theme}.png"
            page.screenshot(path=target)
            context.close()
            sys.stdout.write(f"{target}\n")


def _show_all(page: Page) -> None:
    """Make the window as high as the page, which scrolls within it."""
    height = page.evaluate("Math.max(...[...document.querySelectorAll('section, main')].map(e => e.scrollHeight))")
    size = page.viewport_size
    if size is not None:
        page.set_viewport_size({"width": size["width"], "height": min(max(size["height"], int(height)), _HIGHEST)})
    settle(page)


@contextmanager
def _server() -> Iterator[tuple[AppServer, dict[str, str]]]:
    """A server whose history holds a run in each state."""
    with tempfile.TemporaryDirectory(prefix="handai-pictures-") as folder, FakeProvider(latency_s=0.05) as provider:
        server = AppServer(Path(folder))
        runs = _runs(Path(folder), server.home, provider)
        server.start()
        try:
            yield server, runs
        finally:
            _command(server.home, "stop", runs["live"])
            provider.configure(latency_s=0.0)
            server.stop()


def _runs(folder: Path, home: Path, provider: FakeProvider) -> dict[str, str]:
    """A run in each state: ended well, in part, paused, and one that goes on while the pictures are taken."""
    table = str(PROJECT / "samples" / "product_reviews.csv")
    common = ("transform", table, "--overwrite", "--session", "Product reviews", "-o", str(folder / "out.csv"))
    typed = ("--output", "sentiment:category(positive,negative,mixed)", "--output", "reason")
    asked = ("--provider", "custom", "--base-url", provider.url, "--model", "fake-model", "-i", _INSTRUCTIONS)
    runs = {
        "done": _run(home, *common, *typed, "--provider", "demo", "-i", _INSTRUCTIONS),
        "other": _run(home, *common, *typed, "--provider", "demo", "-i", "Judge each review as its writer would."),
    }
    provider.configure(faults={"400": 0.15})
    runs["partial"] = _run(home, *common, *asked, "--max-attempts", "1")
    provider.configure(faults={"401": 1.0})
    runs["paused"] = _run(home, *common, *asked, "--no-cache")
    provider.configure(faults={}, latency_s=2.0)
    runs["live"] = _run(home, *common, *asked, "--no-cache", "--concurrency", "1", "--detach")
    return runs


def _command(home: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = clean_environment(os.environ, HANDAI_HOME=str(home))
    return subprocess.run([*CLI, *arguments], env=environment, cwd=PROJECT, capture_output=True, check=False)


def _run(home: Path, *arguments: str) -> str:
    ended = _command(home, *arguments, "--json")
    try:
        return str(orjson.loads(ended.stdout)["run_id"])
    except orjson.JSONDecodeError:
        raise RuntimeError(ended.stderr.decode()) from None


if __name__ == "__main__":
    main()

"""Finds a browser on this machine and drives a page of the app as a person would."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as WaitedInVain

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
PATIENCE_MS = 180_000  # for a busy machine; how fast the app is, the bench measures

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_MAC_APPS = ("Chromium", "Google Chrome", "Microsoft Edge")
_BEGUN_MS = 3_000
_COUNT_DRAWINGS = """() => {
    if (window.drawings !== undefined) return;
    window.drawings = 0;
    const app = document.querySelector('[data-testid="stApp"]');
    const count = () => { window.drawings += app.dataset.testScriptState !== "notRunning"; };
    new MutationObserver(count).observe(app, {attributeFilter: ["data-test-script-state"]});
}"""
# An expander unfolds for half a second and takes a popover's buttons along; a slow machine presses where they were.
AT_ONCE = """
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...given) {
        const animation = animate.apply(this, given);
        if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
        return animation;
    };
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, *::before, *::after { transition: none !important; }");
    document.adoptedStyleSheets.push(sheet);
"""
_IDLE = '[data-testid="stApp"][data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'


class NewPage(Protocol):
    """The fixture `browser_page`: opens a page as a new visitor."""

    def __call__(self, *, width: int = 1280, height: int = 900, dark: bool = False) -> Page: ...


def find_browser(environment: Mapping[str, str] = os.environ) -> str | None:
    """The browser named by HANDAI_BROWSER, else any relative of Chromium."""
    named = environment.get("HANDAI_BROWSER")
    if named:
        return shutil.which(named, path=environment.get("PATH"))
    on_path = (shutil.which(name, path=environment.get("PATH")) for name in _NAMES)
    mac_apps = (f"{root}/{app}.app/Contents/MacOS/{app}" for root in _app_folders() for app in _MAC_APPS)
    return next(filter(None, on_path), None) or next((app for app in mac_apps if os.access(app, os.X_OK)), None)


def _app_folders() -> list[str]:
    return ["/Applications", str(Path("~/Applications").expanduser())] if sys.platform == "darwin" else []


def how_to_install(platform: str = sys.platform) -> str:
    """What a person types to get a browser that the stories can use."""
    return "brew install --cask chromium" if platform == "darwin" else "sudo apt-get install chromium"


def settle(page: Page) -> None:
    """Wait until the page is connected, no script runs, nothing is a placeholder, and no error box is shown."""
    page.wait_for_selector(_IDLE)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    errors = page.get_by_test_id("stException")
    assert errors.count() == 0, errors.first.inner_text()


@contextmanager
def drawn_anew(page: Page) -> Iterator[None]:
    """What is done within has the page drawn anew: wait until that has begun, or the page looks settled before it."""
    page.evaluate(_COUNT_DRAWINGS)
    before = page.evaluate("window.drawings")
    yield
    try:
        page.wait_for_function("before => !(window.drawings <= before)", arg=before, timeout=_BEGUN_MS)
    except WaitedInVain:
        return  # nothing changed after all, or another drawing was on its way


def shot(page: Page, name: str) -> Path:
    """Keep a picture of the page as it is, named after what it shows and how wide and dark it is."""
    settle(page)
    viewport = page.viewport_size
    assert viewport is not None
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    target = SCREENSHOTS / f"{name}-{viewport['width']}-{'dark' if dark else 'light'}.png"
    page.screenshot(path=target)
    return target


def widget(page: Page, key: str) -> Locator:
    """The widget to which the code gave this key; while a page changes, the one before may stand beside it."""
    return page.locator(f".st-key-{key}").first

"""A person looks at the providers, opens one, and tries it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import press


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
def test_a_provider_is_opened_and_tried(
    file_server: AppServer, browser_page: NewPage, *, width: int, dark: bool
) -> None:
    page = browser_page(width=width, dark=dark)
    page.goto(f"{file_server.url}/providers")
    settle(page)
    expect(page.get_by_text("no key yet").first).to_be_visible()
    shot(page, "providers")
    press(page, "provider_open_demo")
    settle(page)
    press(page, "provider_ask_demo")
    expect(widget(page, "provider_answer_demo")).to_contain_text("Answered in")
    press(page, "provider_open_openrouter")
    settle(page)
    expect(page).to_have_url(re.compile("provider=openrouter"))
    expect(page.get_by_text("needs one, and there is none")).to_be_visible()
    press(page, "provider_ask_openrouter")
    expect(page.get_by_text("OpenRouter needs a key")).to_be_visible()
    shot(page, "providers-open")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.reload()
    settle(page)
    expect(widget(page, "provider_check_openrouter")).to_be_visible()

"""A person chooses how the model works, who answers when it can't, and what may be shared, before a big job."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import choose, expect_status, flip, press, run_all, upload, write
from tests.fake_provider import FakeProvider

KEY = "sk-or-v1-" + "k3y" * 8
# More rows than a busy machine has under way before the first answer, which others then take.
TABLE = "id,text\n" + "".join(f"{n},The soup of table {n % 3} was cold again\n" for n in range(600))


@pytest.fixture
def routed_server(own_server: AppServer, fake_provider: FakeProvider) -> AppServer:
    """OpenRouter is chosen, and is a server of this test."""
    own_server.settings |= {
        "OPENROUTER_API_KEY": KEY,
        "OPENROUTER_BASE_URL": fake_provider.url,
        "HANDAI_PROVIDER": "openrouter",
        "HANDAI_MODEL": "fake-1",
    }
    own_server.restart()
    return own_server


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
def test_a_run_is_set_up_with_everything(
    routed_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, *, width: int, dark: bool
) -> None:
    page = browser_page(width=width, dark=dark)
    upload(page, routed_server.url, "soups.csv", TABLE.encode())
    for part in ("transform_settings", "transform_routing"):  # early: while one opens, a list beside it closes again
        widget(page, part).locator("summary").click()
    _use_persona(page)
    _load_models(page)
    press(page, "transform_key_check")
    expect(page.get_by_text("The key works").first).to_be_visible()
    _set_route(page)
    press(page, "transform_model_check_now")
    expect(widget(page, "transform_model_check")).to_contain_text("fake-1 answered in")
    shot(page, "transform-model-check")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    run_all(page)
    expect_status(page, "Done: every row has an answer")
    expect(page.get_by_text(re.compile("took the answer of a similar row"))).to_be_visible()
    shot(page, "run-similar")
    sent = next(item.json() for item in fake_provider.requests if "soup" in str(item.body))
    assert sent["models"] == ["fake-1", "other/model"]
    assert sent["provider"]["zdr"] is True
    assert "Careful" not in str(sent)
    assert "You sort texts" in str(sent)


def _use_persona(page: Page) -> None:
    write(page, "transform_instructions", "Was the guest happy?")
    press(page, "transform_personas")
    page.get_by_role("combobox", name="Choose").click()
    page.get_by_role("option", name=re.compile("Careful classifier")).click()
    settle(page)
    shot(page, "transform-personas")
    press(page, "transform_persona_use")
    settle(page)
    page.keyboard.press("Escape")
    expect(widget(page, "transform_instructions").locator("textarea")).to_have_value(re.compile("You sort texts"))


def _load_models(page: Page) -> None:
    press(page, "transform_models")
    settle(page)
    expect(page.get_by_text("of the provider's own list").first).to_be_visible()
    widget(page, "provider_model").scroll_into_view_if_needed()
    shot(page, "transform-who-answers")


def _set_route(page: Page) -> None:
    flip(page, "transform_similar_on")
    choose(page, "transform_fallbacks_openrouter", "other/model")
    page.keyboard.press("Escape")
    widget(page, "transform_fallbacks_openrouter").scroll_into_view_if_needed()
    expect(widget(page, "transform_fallbacks_openrouter")).to_contain_text("other/model")
    shot(page, "transform-advanced")
    widget(page, "transform_routing_sort").scroll_into_view_if_needed()
    choose(page, "transform_routing_zdr", "Yes")
    shot(page, "transform-routing")

"""Before a run: what it would take stands beside the cap, right or rough, and never nothing for what is unknown."""

import pytest
from pydantic import SecretStr

from pages.components import key_trial, provider_errands
from pages.components.setup.launch_words import key_words, outlook_words
from services import preferences
from services.forms.estimates import Outlook, Span
from services.models.key_check import check_key
from services.preferences import Preferences
from tests.fake_provider import FakeProvider
from tests.pages.transform_visit import Launched, press, ran, ready, said, upload, visit, write

OPENROUTER_KEY = "sk-or-v1-" + "k3y" * 8
MANY = b"id,text\n" + b"".join(b"%d,Soup number %d\n" % (row, row) for row in range(200))


def test_without_a_preview_a_rough_range_is_told_as_rough() -> None:
    text = said(ready())
    assert "3 rows to ask: $0.00" in text.replace("\\", "")
    assert "A rough guess by the length of the messages" in text


def test_after_a_preview_its_usage_counts_and_its_rows_are_not_asked_again(launched: Launched) -> None:
    page = press(write(upload(visit(), MANY), "Say what this is."), "transform_preview")
    launched.execute()
    text = said(ran(page)).replace("\\", "")
    assert "195 rows to ask" in text
    assert "5 rows have an answer already." in text
    assert "By what 5 rows of the preview took." in text


def test_an_unknown_price_is_said() -> None:
    lines = " ".join(outlook_words(Outlook(100, 0, 5, Span(1000, 1200), Span(50, 60), None, Span(60, 300))))
    assert "cost unknown" in lines
    assert "price of this model is not known" in lines
    assert "$" not in lines


def test_a_range_is_said_in_few_digits() -> None:
    found = Outlook(995, 5, 5, Span(123_456, 151_000), Span(987, 1234), Span(0.01234, 0.0456), Span(100, 700))
    assert outlook_words(found)[0] == (
        "995 rows to ask: $0.0120 to $0.0460 · about 2 min to 12 min. 5 rows have an answer already."
    )
    assert outlook_words(found)[1].startswith("120k to 150k tokens in, 990 to 1,200 out. By what 5 rows")


def test_when_every_row_has_an_answer_nothing_is_to_pay() -> None:
    assert outlook_words(Outlook(0, 8, 3)) == ["Nothing is left to ask: 8 rows have an answer already."]


@pytest.mark.parametrize(("cap", "told"), [(0.01, True), (1000.0, False)])
def test_a_cap_that_is_too_low_is_told(cap: float, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pages.components.setup.outlook.outlook", lambda *_: Outlook(100, 0, 5, None, None, Span(0.5, 0.9), None)
    )
    page = ready()
    page.number_input(key="transform_max_cost_usd").set_value(cap)
    assert ("too low for all rows" in said(ran(page))) is told


def _told_left(left: float) -> dict[str, object]:
    return {"data": {"limit": 5, "limit_remaining": left, "usage": 0.1}}


def test_what_openrouter_says_is_left_is_known_to_the_page(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, _told_left(4.9))
    report = check_key("openrouter", SecretStr(OPENROUTER_KEY), fake_provider.url)
    assert report.facts is not None
    assert report.facts.remaining_usd == 4.9


@pytest.mark.usefixtures("launched")
def test_what_is_left_on_the_key_stands_beside_the_run_button(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_trial, "start", provider_errands.start)  # the key is really tried, at our server
    fake_provider.canned(200, _told_left(4.9))
    preferences.save(
        Preferences(provider="openrouter", models={"openrouter": "m"}, base_urls={"openrouter": fake_provider.url})
    )
    page = ready(visit())
    assert "left on the key" not in said(page)

    page.text_input(key="provider_key").set_value(OPENROUTER_KEY)
    page.run()
    errand = page.session_state["handai_app_state"].providers.errands[f"key:openrouter@{fake_provider.url}"]
    assert errand.wait(10)

    assert "$4.90 is left on the key." in said(ran(page)).replace("\\", "")


@pytest.mark.usefixtures("launched")
def test_a_provider_that_tells_nothing_of_a_key_leaves_the_line_out(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_trial, "start", provider_errands.start)
    fake_provider.canned(200, {"data": []})  # a provider that tells nothing of the key
    preferences.save(
        Preferences(provider="openrouter", models={"openrouter": "m"}, base_urls={"openrouter": fake_provider.url})
    )
    page = ready(visit())
    page.text_input(key="provider_key").set_value(OPENROUTER_KEY)
    page.run()
    assert page.session_state["handai_app_state"].providers.errands[f"key:openrouter@{fake_provider.url}"].wait(10)

    assert "left on the key" not in said(ran(page))


@pytest.mark.parametrize(
    ("cost", "left", "told"),
    [
        (Span(1.0, 2.0), 4.9, "$4.90 is left on the key."),
        (None, 4.9, "$4.90 is left on the key."),
        (Span(1.0, 6.0), 4.9, "may not be enough for all rows"),
        (Span(5.0, 6.0), 4.9, "is not enough for all rows"),
        (Span(0.1, 0.2), -0.3, "$0.00 is left on the key. It is not enough"),
        (Span(0.0, 0.0), 0.0, "$0.00 is left on the key."),
    ],
)
def test_whether_the_key_is_enough_is_said_as_far_as_the_cost_is_known(
    cost: Span | None, left: float, told: str
) -> None:
    words, enough = key_words(Outlook(100, 0, 5, None, None, cost, None), left)
    assert told in words
    assert enough is ("enough" not in words)

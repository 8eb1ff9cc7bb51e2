"""Transform, step three: provider, key and model."""

from pathlib import Path

import pytest

from providers.specs import PROVIDERS
from tests.fake_provider import FakeProvider
from tests.pages.transform_visit import press, provider, ran, ready, said, visit

pytestmark = pytest.mark.usefixtures("launched")

OPENROUTER_KEY = "sk-or-" + "x" * 20
GROQ_KEY = "gsk_" + "y" * 30


def test_the_demo_says_everywhere_that_it_has_no_ai() -> None:
    page = ready()

    assert page.selectbox(key="provider_select").value == "demo"
    assert "Demo (offline demo, no AI)" in page.selectbox(key="provider_select").options
    assert "Nothing leaves this machine: this is the offline demo, no AI." in said(page)


def test_every_provider_can_be_chosen() -> None:
    page = ready()
    for spec in PROVIDERS:
        if not spec.local:  # a local server would be asked for its models
            page = provider(page, spec.id)
            assert page.selectbox(key="provider_select").value == spec.id


def test_a_missing_key_is_told_with_where_to_get_one_and_nothing_can_start() -> None:
    page = provider(ready(), "groq")

    assert "Groq needs a key, and there is none." in said(page)
    assert "https://console.groq.com/keys" in said(page)
    assert page.button(key="transform_run").disabled


def test_a_typed_key_is_in_force_and_shown_masked() -> None:
    page = provider(ready(), "groq")
    page.text_input(key="provider_key").set_value(GROQ_KEY)
    page = ran(page)

    assert "typed here, for this visit" in said(page)
    assert GROQ_KEY not in said(page)
    assert not page.button(key="transform_run").disabled


def test_a_key_of_the_environment_is_in_force_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", GROQ_KEY)
    page = provider(ready(), "groq")

    assert "the environment variable GROQ_API_KEY" in said(page)
    assert not page.button(key="transform_run").disabled


def test_another_providers_key_is_noticed_but_not_refused() -> None:
    page = provider(ready(), "openai")
    page.text_input(key="provider_key").set_value(OPENROUTER_KEY)
    page = ran(page)

    assert "This looks like an OpenRouter key" in said(page)
    assert not page.button(key="transform_run").disabled


def test_keys_are_kept_by_provider_and_never_shown_for_another() -> None:
    page = provider(ready(), "groq")
    page.text_input(key="provider_key").set_value(GROQ_KEY)
    page = provider(ran(page), "openai")
    assert page.text_input(key="provider_key").value == ""

    assert provider(page, "groq").text_input(key="provider_key").value == GROQ_KEY


def test_a_typed_key_is_stored_nowhere(handai_home: Path) -> None:
    page = provider(ready(), "groq")
    page.text_input(key="provider_key").set_value(GROQ_KEY)
    page = press(ran(page), "transform_preview")
    files = [path for path in handai_home.rglob("*") if path.is_file()]

    assert files
    assert not [path for path in files if GROQ_KEY.encode() in path.read_bytes()]
    assert not [value for value in page.query_params.values() if GROQ_KEY in str(value)]


def test_models_are_kept_by_provider() -> None:
    page = provider(ready(), "openai")
    page.selectbox(key="provider_model").set_value("gpt-4.1-mini")
    page = provider(ran(page), "groq")
    assert page.selectbox(key="provider_model").value == "openai/gpt-oss-120b"

    assert provider(page, "openai").selectbox(key="provider_model").value == "gpt-4.1-mini"


def test_a_model_that_no_list_has_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_PROVIDER", "openai")
    monkeypatch.setenv("HANDAI_MODEL", "gpt-of-tomorrow")

    assert ready().selectbox(key="provider_model").value == "gpt-of-tomorrow"


def test_a_provider_without_a_model_says_so() -> None:
    assert "No model is chosen." in said(provider(ready(), "custom"))


def test_a_provider_that_needs_an_address_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_PROVIDER", "custom")
    monkeypatch.setenv("HANDAI_MODEL", "mine")
    page = ready()
    assert "Custom needs a base URL." in said(page)

    page.text_input(key="transform_address_custom").set_value("http://127.0.0.1:9/v1")
    assert not ran(page).button(key="transform_run").disabled


def test_an_address_that_no_key_may_be_sent_to_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_PROVIDER", "custom")
    monkeypatch.setenv("HANDAI_MODEL", "mine")
    page = ready()
    page.text_input(key="transform_address_custom").set_value("http://169.254.169.254/v1")

    assert "never sends keys to" in said(ran(page))


def test_the_list_of_models_is_loaded_when_asked_for(fake_provider: FakeProvider) -> None:
    page = provider(ready(), "custom")
    page.text_input(key="transform_address_custom").set_value(fake_provider.url)
    page = press(ran(page), "transform_models")

    assert page.selectbox(key="provider_model").options


def test_a_server_that_is_not_there_is_told_calmly() -> None:
    page = provider(ready(), "ollama")
    page.text_input(key="transform_address_ollama").set_value("http://127.0.0.1:9/v1")
    page = press(ran(page), "transform_models")

    assert "ollama serve" in said(page)
    assert not page.error


def test_the_privacy_line_names_columns_and_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", GROQ_KEY)
    page = provider(ready(), "groq")
    page.multiselect(key="transform_columns").set_value(["text"])

    assert "The column text of 3 rows leaves this machine, to Groq (api.groq.com)." in said(ran(page))


def test_a_visitor_without_a_table_is_not_asked_for_a_provider() -> None:
    assert not [box for box in visit().selectbox if box.key == "provider_select"]

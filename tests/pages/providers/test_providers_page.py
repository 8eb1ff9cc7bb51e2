"""The providers page: what it tells, checks, keeps and forgets, against a provider of the test's own."""

import time
from pathlib import Path

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from handai_db import CheckRecord
from providers.base import AnswerForm, ModelInfo
from providers.specs import get_provider
from services import preferences
from services.home import open_catalogue
from services.models import habits, keys
from services.models.availability import Standing
from services.models.keys import VisitKeys
from services.models.model_lists import place_of
from services.models.provider_view import Standpoint, briefs
from tests.fake_provider import FakeProvider
from tests.file_keyring import use_file_keyring
from tests.pages.made_runs import executed, made_run

KEY = "sk-or-v1-" + "k3y" * 8
_PATIENCE_S = 10.0


def _script() -> None:
    from pages.providers_page import render

    render()


def _page(provider: str | None = None) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    if provider:
        page.query_params["provider"] = provider
    page.run()
    assert not page.exception
    return page


def _press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click()
    page.run()
    assert not page.exception
    return page


def _errand(page: AppTest, name: str) -> AppTest:
    """The page once the work it started is over."""
    assert page.session_state["handai_app_state"].providers.errands[name].wait(_PATIENCE_S)
    page.run()
    assert not page.exception
    return page


def _answered(page: AppTest) -> AppTest:
    """The page after the question's answer is whole, or was stopped."""
    page.session_state["handai_app_state"].providers.trial.wait(_PATIENCE_S)
    page.run()
    assert not page.exception
    return page


def _told(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.error, *page.success, *page.warning, *page.info, *page.text]
    return "\n".join(str(item.value).replace("\\", "") for item in parts)


def _use(provider: FakeProvider, provider_id: str = "openrouter", model: str = "fake-1") -> None:
    saved = preferences.load()
    preferences.save(
        saved.model_copy(update={"base_urls": {provider_id: provider.url}, "models": {provider_id: model}})
    )


def _checked(model: str, standing: Standing, at: float, cause: str | None = None) -> None:
    base = preferences.load().base_urls["openrouter"]
    with open_catalogue() as catalogue:
        record = CheckRecord(
            model, at, standing, "auth" if cause else None, cause, "Paste it again." if cause else None
        )
        catalogue.model_health.put_check(place_of("openrouter", base), record)


def test_every_provider_says_whether_it_is_set_up_and_from_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_" + "x" * 20)
    told = _told(_page())
    assert "**Groq** · key from the environment variable GROQ_API_KEY" in told
    assert "**OpenAI** · no key yet" in told
    assert "ready: offline, no AI" in told


def test_what_is_ready_stands_apart_from_what_needs_a_key_or_a_program() -> None:
    found = {brief.spec.id: brief.standpoint for brief in briefs(VisitKeys())}
    assert found["demo"] is Standpoint.READY
    assert {found[name] for name in ("openai", "openrouter", "custom")} == {Standpoint.NEEDS_KEY}
    assert {found[name] for name in ("ollama", "lmstudio", "vllm")} == {Standpoint.NEEDS_PROGRAM}
    lines = {
        name: next(line for line in _told(_page()).splitlines() if name in line) for name in ("Ollama", "demo (no")
    }
    assert "check_circle" in lines["demo (no"]
    assert "check_circle" not in lines["Ollama"]


def test_the_providers_own_model_and_address_are_not_said_to_be_the_persons() -> None:
    spec = get_provider("openai")
    saved = preferences.load()
    preferences.save(
        saved.model_copy(update={"models": {"openai": spec.default_model}, "base_urls": {"openai": spec.base_url}})
    )
    assert "The provider's own." in _told(_page("openai"))
    preferences.save(saved.model_copy(update={"models": {"openai": "gpt-other"}}))
    assert "Kept for next time: your own." in _told(_page("openai"))


def test_a_key_that_could_not_be_checked_has_no_green_sign(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    fake_provider.canned(401, {"error": {"message": "No."}})
    page = _page("openrouter")
    page.text_input(key="provider_page_key_openrouter").set_value(KEY)
    page.run()
    page = _errand(page, f"key:openrouter@{fake_provider.url}")
    line = next(line for line in _told(page).splitlines() if "**OpenRouter**" in line)
    assert "key from this visit, but it did not work" in line
    assert "check_circle" not in line


def test_one_provider_is_open_at_a_time_and_named_in_the_address() -> None:
    page = _press(_page("openai"), "provider_open_groq")
    assert page.query_params["provider"] in ("groq", ["groq"])
    assert [item.key for item in page.button if item.label == "Check key"] == ["provider_check_groq"]
    assert "provider" not in _press(page, "provider_open_groq").query_params


def test_003_17_what_people_meet_is_explained_in_one_place() -> None:
    told = _told(_page())
    for words in ("User not found", "rate limit", "not available", "ImportError"):
        assert words in told


def test_a_key_is_checked_with_its_hint_first_and_told_what_is_left(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    fake_provider.canned(200, {"data": {"limit": 5, "limit_remaining": 4.9, "usage": 0.1}})
    page = _page("openrouter")
    page.text_input(key="provider_page_key_openrouter").set_value(KEY)
    page.run()
    assert KEY not in _told(page)
    page = _errand(page, f"key:openrouter@{fake_provider.url}")
    assert "$4.90 of $5.00 is left on it" in page.success[0].value.replace("\\", "")


def test_another_providers_key_is_hinted_at_before_it_is_sent(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    page = _page("openrouter")
    page.text_input(key="provider_page_key_openrouter").set_value("sk-proj-" + "x" * 24)
    page.run()
    assert "OpenAI" in page.warning[0].value
    assert fake_provider.requests == []


def test_a_key_goes_to_the_keyring_and_out_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake_provider: FakeProvider
) -> None:
    _use(fake_provider)
    use_file_keyring(monkeypatch, tmp_path / "keyring.json")
    page = _page("openrouter")
    page.text_input(key="provider_page_key_openrouter").set_value(KEY)
    page.run()
    page = _press(page, "provider_store_openrouter")
    found = keys.find_key("openrouter", base_url=fake_provider.url)
    assert found is not None
    assert found.key.get_secret_value() == KEY
    _press(page, "provider_remove_openrouter")
    assert keys.find_key("openrouter", base_url=fake_provider.url) is None


def test_a_model_is_tested_and_its_latency_told(fake_provider: FakeProvider) -> None:
    _use(fake_provider, "custom")
    page = _errand(_press(_page("custom"), "provider_test_custom"), "test:custom")
    assert "fake-1 answered in" in _told(page)
    assert "have answered here: fake-1" in _told(page)


def test_the_context_limit_is_tried_on_request(fake_provider: FakeProvider) -> None:
    _use(fake_provider, "custom")
    page = _errand(_press(_page("custom"), "provider_probe_custom"), "probe:custom")
    assert "longest prompt read whole" in _told(page)


def test_000_21_an_old_error_has_its_time_and_goes_when_mended(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    began = time.time() - 3600
    _checked("fake-1", Standing.UNKNOWN, began, "The key was refused.")
    page = _page("openrouter")
    assert page.error[0].proto.title == "Last error"
    assert "The key was refused. Paste it again." in page.error[0].value
    assert time.strftime("%Y-%m-%d %H:%M", time.localtime(began)) in page.error[0].value
    _checked("fake-2", Standing.WORKS, began + 60)
    assert not _page("openrouter").error


def test_000_21_another_models_success_does_not_mend_a_models_own_error(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    _checked("fake-1", Standing.UNKNOWN, 1000.0, "The key was refused.")
    with open_catalogue() as catalogue:
        place = place_of("openrouter", fake_provider.url)
        gone = CheckRecord("fake-1", 1000.0, Standing.UNAVAILABLE, "model_not_found", "It is gone.")
        catalogue.model_health.put_check(place, gone)
    _checked("fake-2", Standing.WORKS, 2000.0)
    assert "It is gone." in _page("openrouter").error[0].value


def test_002_7_a_providers_model_and_address_are_kept(fake_provider: FakeProvider) -> None:
    page = _page("openrouter")
    page.text_input(key="provider_model_openrouter").set_value("some/model")
    page.run()
    page.text_input(key="provider_address_openrouter").set_value(fake_provider.url)
    page.run()
    assert preferences.load().models["openrouter"] == "some/model"
    assert preferences.load().base_urls["openrouter"] == fake_provider.url
    assert _page("openrouter").text_input(key="provider_model_openrouter").value == "some/model"


def test_an_address_that_cant_be_used_is_refused_and_not_kept() -> None:
    page = _page("openrouter")
    page.text_input(key="provider_address_openrouter").set_value("http://169.254.169.254/v1")
    page.run()
    assert page.error
    assert "openrouter" not in preferences.load().base_urls


def test_figures_over_the_runs_are_told_per_model(fake_provider: FakeProvider) -> None:
    _use(fake_provider, "custom")
    executed(made_run(4, base_url=fake_provider.url))
    page = _page("custom")
    assert "4 requests · 100% answered" in _told(page)
    assert list(page.dataframe[-1].value["Model"]) == ["fake-1"]


def test_try_it_shows_the_answer_as_plain_text(fake_provider: FakeProvider) -> None:
    _use(fake_provider, "custom")
    fake_provider.configure(reply="Hello **there**")
    page = _answered(_press(_page("custom"), "provider_ask_custom"))
    assert "Hello **there**" in [item.value for item in page.text]
    assert "Answered in" in _told(page)


def test_a_request_is_copied_as_curl_without_the_key(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    page = _page("openrouter")
    page.text_input(key="provider_page_key_openrouter").set_value(KEY)
    page.run()
    command = _press(page, "provider_curl_openrouter").code[0].value
    assert "curl" in command
    assert KEY not in command


def test_a_question_that_cant_be_asked_is_told() -> None:
    page = _press(_page("openai"), "provider_ask_openai")
    assert "needs a key" in page.error[0].value


def test_dev_mode_is_said_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEV_MODE", "true")
    page = _page("openrouter")
    assert "DEV_MODE is on" in page.warning[0].value
    assert page.button(key="provider_test_openrouter").disabled


def test_a_key_typed_here_never_stands_in_the_page(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    page = _page("openrouter")
    page.text_input(key="provider_page_key_openrouter").set_value(KEY)
    page.run()
    assert page.text_input(key="provider_page_key_openrouter").value in ("", None)
    assert page.session_state["handai_app_state"].typed_keys.get("openrouter", fake_provider.url) == SecretStr(KEY)


def test_an_emptied_field_shows_what_is_used_instead() -> None:
    page = _page("openrouter")
    own = page.text_input(key="provider_model_openrouter").value
    page.text_input(key="provider_model_openrouter").set_value("")
    page.run()
    assert page.text_input(key="provider_model_openrouter").value == own
    assert own


def test_an_answer_on_its_way_is_stopped(fake_provider: FakeProvider) -> None:
    _use(fake_provider, "custom")
    fake_provider.configure(faults={"hang": 1.0})
    page = _press(_page("custom"), "provider_ask_custom")
    assert "Still coming." in _told(page)
    page = _answered(_press(page, "provider_stop_custom"))
    assert "Stopped after" in _told(page)
    assert "may be billed" in _told(page)
    assert not [item for item in page.button if item.key == "provider_stop_custom"]


def test_what_was_learnt_of_a_model_is_told_and_forgotten(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    place = place_of("openrouter", fake_provider.url)
    habits.remember_at(place, "a/b", habits.Known(frozenset({"temperature"}), frozenset({AnswerForm.JSON_SCHEMA})))
    habits.remember_at(place, "c/d", habits.Known(frozenset({"seed"})))
    page = _page("openrouter")
    assert "a/b takes no temperature and can't be asked for an answer's form by JSON Schema." in _told(page)
    lines = [item.told for item in habits.learnt_of("openrouter")]
    page = _press(page, f"provider_forget_openrouter_{next(n for n, line in enumerate(lines) if 'a/b' in line)}")
    assert "a/b takes no" not in _told(page)
    assert "c/d takes no seed." in _told(page)


def test_001_13_the_list_of_models_is_made_new_searched_and_sorted(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    fake_provider.configure(models=["x/one", "y/two"])
    page = _errand(_press(_page("openrouter"), "provider_refresh_openrouter"), "list:openrouter")
    assert "2 models of the provider's own list" in _told(page)
    page.text_input(key="provider_search_openrouter").set_value("two")
    page.run()
    assert list(page.dataframe[0].value["Model"]) == ["y/two"]


def test_001_12_a_model_is_disabled_by_hand_and_used_again(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    with open_catalogue() as catalogue:
        catalogue.models.store(place_of("openrouter", fake_provider.url), [ModelInfo("a", "a")], time.time())
    page = _page("openrouter")
    page.selectbox(key="provider_one_openrouter").select("a")
    page.run()
    page = _press(page, "provider_switch_openrouter")
    assert list(page.dataframe[0].value["Standing"]) == ["disabled"]
    assert page.button(key="provider_switch_openrouter").label == "Use it again"
    page = _press(page, "provider_switch_openrouter")
    assert list(page.dataframe[0].value["Standing"]) == [""]

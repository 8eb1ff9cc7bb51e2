"""Transform: reusable instructions, fallback models, routing, similar answers, and a check before a big job."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from handai_db import CheckRecord
from providers.base import ModelInfo
from services import preferences
from services.forms import personas
from services.home import open_catalogue
from services.models.availability import Standing
from services.models.model_lists import place_of
from tests.fake_provider import FakeProvider
from tests.pages.transform_visit import Launched, press, provider, ran, ready, said, upload, visit, write

CLASSIFIER = "Careful classifier"
KEY = "sk-or-v1-" + "k3y" * 8


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch, launched: Launched) -> Launched:
    """OpenRouter is chosen and has a key."""
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    monkeypatch.setenv("HANDAI_PROVIDER", "openrouter")
    monkeypatch.setenv("HANDAI_MODEL", "a/b")
    return launched


def _choose(page: AppTest, name: str) -> AppTest:
    page.selectbox(key="transform_persona").select(name)
    return ran(page)


@pytest.mark.usefixtures("launched")
def test_reusable_instructions_go_before_the_task() -> None:
    page = press(_choose(ready(), CLASSIFIER), "transform_persona_use")
    written = str(page.text_area(key="transform_instructions").value)
    assert written == personas.get(CLASSIFIER).with_task("Say whether the person was happy.")
    assert f"{CLASSIFIER} · built in" in page.selectbox(key="transform_persona").options


@pytest.mark.usefixtures("launched")
def test_instructions_are_kept_under_a_name_changed_and_deleted() -> None:
    page = ready()
    page.text_input(key="transform_persona_name").set_value("Happiness")
    page = press(ran(page), "transform_persona_keep")
    kept = personas.get("Happiness")
    assert kept.instructions == "Say whether the person was happy."
    assert page.selectbox(key="transform_persona").value == "Happiness"
    page.text_area(key=f"transform_persona_text_{kept.id}").set_value("Say how happy.")
    page = press(ran(page), "transform_persona_save")
    assert personas.get("Happiness").instructions == "Say how happy."
    page = press(page, "transform_persona_delete")
    assert "Happiness" not in [item.name for item in personas.all_personas()]
    assert page.selectbox(key="transform_persona").value is None


@pytest.mark.usefixtures("launched")
def test_a_built_in_one_is_copied_and_never_written_over() -> None:
    page = press(_choose(ready(), CLASSIFIER), "transform_persona_copy")
    assert page.selectbox(key="transform_persona").value == f"{CLASSIFIER} (copy)"
    page.text_input(key="transform_persona_name").set_value(CLASSIFIER)
    page = press(ran(page), "transform_persona_keep")
    assert "is built in" in said(page)
    assert not personas.get(CLASSIFIER).changed


def test_fallback_models_are_in_the_run_in_their_order(router: Launched) -> None:
    page = ready()
    page.multiselect(key="transform_fallbacks_openrouter").set_value(["x/y", "c/d"])
    press(ran(page), "transform_preview")
    assert router.last.spec.model.fallbacks == ("x/y", "c/d")


@pytest.mark.usefixtures("router")
def test_fallback_models_of_one_provider_are_not_anothers() -> None:
    page = ready()
    page.multiselect(key="transform_fallbacks_openrouter").set_value(["x/y"])
    page = provider(ran(page), "groq")
    assert page.multiselect(key="transform_fallbacks_groq").value == []
    assert provider(page, "openrouter").multiselect(key="transform_fallbacks_openrouter").value == ["x/y"]


def test_routing_is_asked_for_where_it_means_something_and_is_in_the_run(router: Launched) -> None:
    page = ready()
    page.multiselect(key="transform_routing_order").set_value(["groq", "together"])
    page.selectbox(key="transform_routing_data_collection").select("No")
    page.selectbox(key="transform_routing_zdr").select("Yes")
    page.selectbox(key="transform_routing_sort").select("The cheapest")
    page.number_input(key="transform_routing_price_prompt").set_value(2.0)
    page = press(ran(page), "transform_preview")
    found = router.last.spec.model.routing
    assert found is not None
    assert found.preferences == {
        "order": ["groq", "together"],
        "data_collection": "deny",
        "zdr": True,
        "sort": "price",
        "max_price": {"prompt": 2.0},
    }
    page = provider(page, "groq")
    assert not [item for item in page.multiselect if str(item.key).startswith("transform_routing")]


@pytest.mark.usefixtures("router")
def test_preferences_that_contradict_each_other_are_told_and_nothing_starts() -> None:
    page = ready()
    page.multiselect(key="transform_routing_order").set_value(["groq"])
    page.multiselect(key="transform_routing_ignore").set_value(["groq"])
    page = ran(page)
    assert "groq is named both as one to ask first and as one never to ask." in said(page)
    assert page.button(key="transform_preview").disabled


def test_similar_answers_are_off_until_switched_on(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    assert launched.last.spec.limits.similar is None
    assert not page.slider
    page.toggle(key="transform_similar_on").set_value(True)
    page = ran(page)
    page.slider(key="transform_similar").set_value(90)
    press(ran(page), "transform_run")
    assert launched.last.spec.limits.similar == 0.9


def test_settings_of_a_run_come_back(router: Launched) -> None:
    page = ready()
    page.multiselect(key="transform_fallbacks_openrouter").set_value(["x/y"])
    page.multiselect(key="transform_routing_only").set_value(["groq"])
    page.toggle(key="transform_similar_on").set_value(True)
    press(ran(page), "transform_run")
    spec = router.last.spec
    again = visit(**{"from": router.last.id})
    assert again.multiselect(key="transform_fallbacks_openrouter").value == ["x/y"]
    assert again.multiselect(key="transform_routing_only").value == ["groq"]
    assert again.slider(key="transform_similar").value == 95
    press(again, "transform_run")
    assert router.last.spec.model == spec.model


@pytest.mark.usefixtures("launched")
def test_dev_mode_is_said_where_runs_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEV_MODE", "true")
    assert "DEV_MODE is on" in said(ready())


def test_a_key_that_looks_right_is_tried_as_it_is_entered_and_another_ones_is_not(launched: Launched) -> None:
    page = provider(ready(), "openrouter")
    page.text_input(key="provider_key").set_value("sk-proj-" + "x" * 24)
    page = ran(page)
    assert launched.tried == []
    assert "This looks like an OpenAI key" in said(page)
    page.text_input(key="provider_key").set_value(KEY)
    page = ran(page)
    assert launched.tried == ["key:openrouter@"]
    assert page.button(key="transform_key_check").label == "Check key"


def _use(fake: FakeProvider) -> None:
    saved = preferences.load()
    urls, models = {"custom": fake.url}, {"custom": "fake-1"}
    preferences.save(saved.model_copy(update={"provider": "custom", "base_urls": urls, "models": models}))


def _big(page: AppTest, rows: int = 100) -> AppTest:
    lines = "".join(f"{number},x\n" for number in range(rows))
    return write(upload(page, f"id,text\n{lines}".encode(), "long.csv"), "Judge.")


@pytest.mark.usefixtures("launched")
def test_001_14_a_big_job_is_offered_a_check_of_its_model(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    page = _big(visit())
    assert "has not answered here lately" in said(page)
    page = press(page, "transform_model_check_now")
    state = page.session_state["handai_app_state"].providers
    (errand,) = state.errands.values()
    assert errand.wait(10)
    page = ran(page)
    assert "fake-1 answered in" in said(page)
    assert "has not answered here lately" not in said(page)
    assert len(fake_provider.requests) == 1


@pytest.mark.usefixtures("launched")
def test_a_small_job_is_not_slowed_down(fake_provider: FakeProvider) -> None:
    _use(fake_provider)
    assert "has not answered here lately" not in said(_big(visit(), 99))


@pytest.mark.usefixtures("router")
def test_models_are_listed_with_their_facts_and_hidden_when_gone() -> None:
    place = place_of("openrouter", None)
    with open_catalogue() as catalogue:
        catalogue.models.store(place, [ModelInfo("c/d", "C", 8000, 0.5, 1.5), ModelInfo("e/f", "E")], time.time())
        gone = CheckRecord("e/f", time.time(), Standing.UNAVAILABLE, "model_not_found", "It is gone.")
        catalogue.model_health.put_check(place, gone)
    page = ready()
    assert page.selectbox(key="provider_model").options == [
        "c/d · $0.5 + $1.5 per million tokens, 8,000 tokens at most",
        "e/f · ⚠ not available",
        "a/b",
    ]
    assert "2 models of the provider's own list" in said(page)
    page.toggle(key="model_hide_gone").set_value(True)
    page = ran(ran(page))
    assert not any("e/f" in option for option in page.selectbox(key="provider_model").options)

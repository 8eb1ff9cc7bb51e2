"""Fallback models and routing on a page: shown as they hold, kept by provider, contradictions told."""

from pathlib import Path
from typing import Any

import pytest

from engine.routing import MaxPrice, Routing
from handai_errors import SpecError
from services.forms.model_form import ModelForm, model_settings
from services.forms.routing_form import shown_fallbacks, shown_routing, with_fallbacks, with_routing

FORM = ModelForm(provider="openrouter", models={"openrouter": "a/b", "groq": "g"})


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENROUTER_FALLBACK_MODELS", "c/d, e/f")
    monkeypatch.setenv("OPENROUTER_ALLOW_ALL_PROVIDERS", "false")


def test_fallback_models_reach_the_spec_in_order_and_once() -> None:
    form = with_fallbacks(FORM, ["x/y", " c/d ", "x/y", "a/b", ""])
    assert model_settings(form).fallbacks == ("x/y", "c/d")
    assert shown_fallbacks(form) == ("x/y", "c/d")


def test_fallback_models_stay_with_their_provider() -> None:
    form = with_fallbacks(FORM, ["x/y"])
    elsewhere = with_fallbacks(form.at("groq"), ["g2"])
    assert shown_fallbacks(form.at("groq")) == ()
    assert shown_fallbacks(elsewhere.at("openrouter")) == ("x/y",)
    assert shown_fallbacks(elsewhere.at("openrouter").at("groq")) == ("g2",)
    assert elsewhere.at("groq") is elsewhere


@pytest.mark.usefixtures("variables")
def test_what_variables_say_is_shown_until_a_person_says_otherwise() -> None:
    assert shown_fallbacks(FORM) == ("c/d", "e/f")
    assert with_fallbacks(FORM, ["c/d", "e/f"]).fallbacks is None
    assert model_settings(with_fallbacks(FORM, [])).fallbacks == ()
    assert shown_routing(FORM) == Routing(data_collection="deny")
    assert with_routing(FORM, {"data_collection": "deny"}).routing is None
    assert model_settings(with_routing(FORM, {})).routing == Routing()


def test_every_preference_reaches_the_spec() -> None:
    fields = {
        "order": ["groq"],
        "only": ["groq", "together"],
        "ignore": ["azure"],
        "allow_fallbacks": False,
        "data_collection": "deny",
        "zdr": True,
        "sort": "price",
        "max_price": {"prompt": 1.0, "completion": None},
    }
    found = model_settings(with_routing(FORM, fields)).routing
    assert found is not None
    assert found == Routing.model_validate(fields)
    assert found.max_price == MaxPrice(prompt=1.0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"order": ["groq"], "ignore": ["groq"]}, "groq is named both as one to ask first and as one never to ask."),
        ({"only": ["groq"], "ignore": ["groq"]}, "groq is named both as one to ask at all and as one never to ask."),
        ({"order": ["x"], "only": ["groq"]}, "x is to be asked first, but is not among the only ones to ask."),
    ],
)
def test_a_contradiction_is_told_and_nothing_can_run(fields: dict[str, Any], said: str) -> None:
    form = with_routing(FORM, fields)
    assert form.routing_problem == said
    with pytest.raises(SpecError, match=said):
        model_settings(form)
    assert with_routing(form, {}).routing_problem == ""
    assert form.at("groq").routing_problem == ""

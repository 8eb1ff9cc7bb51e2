from pathlib import Path

import pytest

from engine.backoff import Backoff
from engine.routing import Routing
from engine.spec import Limits, ModelSettings
from services import preferences
from services.environment import Given, given_for, told
from services.forms.model_form import ModelForm, model_part, remembered


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "DEFAULT_MODEL": "a/b",
        "FALLBACK_MODELS": "c/d, e/f,,c/d",
        "TIMEOUT": "60",
        "RETRY_ATTEMPTS": "3",
        "RETRY_BACKOFF_BASE": "1.0",
        "RETRY_BACKOFF_MAX": "12.0",
        "RETRY_JITTER": "0.25",
        "ALLOW_ALL_PROVIDERS": "false",
        "SITE_NAME": "Our lab",
    }
    for name, value in said.items():
        monkeypatch.setenv(f"OPENROUTER_{name}", value)


@pytest.mark.usefixtures("lab")
def test_003_1_every_variable_is_a_default_of_new_runs() -> None:
    given = given_for("openrouter")
    assert (given.model, given.fallbacks) == ("a/b", ("c/d", "e/f"))
    assert (given.timeout_s, given.max_attempts) == (60.0, 3)
    assert given.backoff == Backoff(initial_s=1.0, max_s=12.0, jitter=0.25)
    assert given.routing == Routing(data_collection="deny")
    assert given.problems == ()
    assert Limits.model_validate(given.limits_part).backoff == given.backoff


@pytest.mark.usefixtures("lab")
def test_they_are_openrouters_alone() -> None:
    assert given_for("openai") == Given()


def test_nothing_said_is_nothing_given() -> None:
    assert given_for("openrouter") == Given()
    assert told() == ()


def test_003_2_no_model_is_chosen_by_an_empty_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_DEFAULT_MODEL", "")
    assert given_for("openrouter").model is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEOUT", "soon"),
        ("TIMEOUT", "-1"),
        ("RETRY_ATTEMPTS", "0"),
        ("RETRY_JITTER", "2"),
        ("RETRY_BACKOFF_MAX", "0.5"),
        ("ALLOW_ALL_PROVIDERS", "perhaps"),
    ],
)
def test_a_variable_that_can_not_be_used_is_told_and_left_alone(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"OPENROUTER_{name}", value)
    given = given_for("openrouter")
    (problem,) = given.problems
    assert name[:5] in problem
    assert "not used" in problem
    assert given == Given(problems=given.problems)


@pytest.mark.usefixtures("lab")
def test_a_page_sends_them_too_and_what_it_shows_wins() -> None:
    form = ModelForm(provider="openrouter", timeout_s=30.0, max_attempts=5)
    part = model_part(form)
    limits = Limits.model_validate(part["limits"])
    model = ModelSettings.model_validate(part["model"])
    assert (limits.timeout_s, limits.max_attempts, limits.backoff.max_s) == (30.0, 5, 12.0)
    assert model.fallbacks == ("c/d", "e/f")
    assert model.routing == Routing(data_collection="deny")
    own = ModelSettings.model_validate(model_part(form.model_copy(update={"fallbacks": ()}))["model"])
    assert own.fallbacks == ()


@pytest.mark.usefixtures("lab")
def test_a_page_begins_with_them() -> None:
    saved = preferences.load().model_copy(update={"provider": "openrouter"})
    assert saved.models["openrouter"] == "a/b"
    begun = remembered(saved)
    assert (begun["timeout_s"], begun["max_attempts"]) == (60.0, 3)


def test_a_form_of_a_provider_that_does_not_route_sends_no_route() -> None:
    form = ModelForm(provider="openai", fallbacks=("x",), routing=Routing(zdr=True))
    part = model_part(form)["model"]
    assert "routing" not in part
    assert part["fallbacks"] == ("x",)  # those Handai asks itself


@pytest.mark.usefixtures("lab")
def test_the_doctor_tells_what_is_set() -> None:
    said = " / ".join(told())
    assert "default model: a/b" in said
    assert "fallback models: c/d, e/f" in said
    assert "Our lab" in said


def test_handais_own_variable_for_the_model_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENROUTER_DEFAULT_MODEL", "a/b")
    monkeypatch.setenv("HANDAI_PROVIDER", "openrouter")
    monkeypatch.setenv("HANDAI_MODEL", "c/d")
    assert preferences.load().models["openrouter"] == "c/d"

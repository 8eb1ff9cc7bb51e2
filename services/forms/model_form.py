"""What a person sets about the model and its limits, on whichever page starts a run; keys excepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError

from engine.declared import Declared
from engine.routing import Routing
from engine.spec import DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT_S, ModelSettings, RunSpec
from handai_errors import InputError, SpecError
from providers.specs import get_provider
from services.environment import given_for
from services.models import keys
from services.preferences import Preferences
from services.running.checks import Plan


class ModelForm(Declared):
    """The part of a page's settings that Transform and Generate share, right or wrong.

    The models, addresses and fallback models of every provider that was looked at are kept, so that switching loses
    nothing. None leaves fallbacks and routing to the variables; `routing_problem` is why what is set can't be used.
    """

    json_mode: bool = False
    provider: str = "demo"
    models: dict[str, str] = Field(default_factory=dict)
    base_urls: dict[str, str] = Field(default_factory=dict)
    temperature: float | None = None
    max_tokens: int | None = None
    concurrency: int | None = None
    rpm: int | None = None
    spacing_s: float | None = None
    daily_requests: int | None = None
    seed: int | None = None
    preview_rows: int = 5
    max_attempts: int = DEFAULT_MAX_ATTEMPTS
    timeout_s: float = DEFAULT_TIMEOUT_S
    max_cost_usd: float | None = None
    cache: bool = True
    fallbacks: tuple[str, ...] | None = None
    other_fallbacks: dict[str, tuple[str, ...] | None] = Field(default_factory=dict)
    routing: Routing | None = None
    routing_problem: str = ""
    run_name: str = ""
    session: str = ""

    @property
    def model(self) -> str:
        """The chosen provider's model: the one set, or its default."""
        return self.models.get(self.provider, get_provider(self.provider).default_model)

    @property
    def base_url(self) -> str | None:
        """The chosen provider's address, if the person gave one."""
        return self.base_urls.get(self.provider, "").strip() or None

    def at(self, provider_id: str) -> Self:
        """The form with another provider, and what was set for that one before."""
        if provider_id == self.provider:
            return self
        others = {**self.other_fallbacks, self.provider: self.fallbacks}
        fallbacks = others.pop(provider_id, None)
        return self.model_copy(
            update={"provider": provider_id, "fallbacks": fallbacks, "other_fallbacks": others, "routing_problem": ""}
        )


@dataclass(frozen=True, slots=True)
class Readiness:
    """The checked plan, if the settings make one, and what has to be mended before anything is sent."""

    plan: Plan | None
    problems: tuple[InputError, ...]

    @property
    def runnable(self) -> Plan | None:
        """The plan, if nothing stands in its way."""
        return None if self.problems else self.plan


def remembered(saved: Preferences) -> dict[str, Any]:
    """What the person set last time, by field of the form; what variables say about the provider goes first."""
    given = given_for(saved.provider)
    return {
        "json_mode": saved.json_mode,
        "provider": saved.provider,
        "models": saved.models,
        "base_urls": saved.base_urls,
        "temperature": saved.temperature,
        "max_tokens": saved.max_tokens,
        "concurrency": None if saved.concurrency == "auto" else saved.concurrency,
        "preview_rows": saved.preview_rows,
        "max_attempts": given.max_attempts or saved.max_attempts,
        "timeout_s": given.timeout_s or saved.timeout_s,
    }


def to_preferences(form: ModelForm, saved: Preferences) -> Preferences:
    """What is remembered for next time; the rest of `saved` stays. Raises ValueError on settings out of range."""
    provider, address = form.provider, form.base_url
    kept = {name: url for name, url in saved.base_urls.items() if name != provider}
    changed = {
        "provider": provider,
        "models": {**saved.models, provider: form.model},
        "base_urls": {**kept, provider: address} if address else kept,
        "temperature": form.temperature,
        "max_tokens": form.max_tokens,
        "json_mode": form.json_mode,
        "concurrency": form.concurrency or "auto",
        "preview_rows": form.preview_rows,
        "max_attempts": form.max_attempts,
        "timeout_s": form.timeout_s,
    }
    return Preferences.model_validate({**saved.model_dump(), **changed})


def model_changes(spec: RunSpec, base: ModelForm) -> dict[str, Any]:
    """The fields of the form that would ask for the model and limits of `spec` again."""
    model, limits = spec.model, spec.limits
    own_address = get_provider(model.provider).base_url.rstrip("/")
    addresses = {model.provider: model.base_url} if model.base_url and model.base_url != own_address else {}
    return {
        "json_mode": model.json_mode,
        "provider": model.provider,
        "models": {**base.models, model.provider: model.model},
        "base_urls": {**base.base_urls, **addresses},
        "temperature": model.temperature,
        "max_tokens": model.max_tokens,
        "seed": model.seed,
        "concurrency": None if limits.concurrency == "auto" else limits.concurrency,
        "rpm": limits.rpm,
        "spacing_s": limits.spacing_s,
        "daily_requests": limits.daily_requests,
        "max_attempts": limits.max_attempts,
        "timeout_s": limits.timeout_s,
        "max_cost_usd": limits.max_cost_usd,
        "cache": limits.cache,
        "fallbacks": model.fallbacks or None,
        "routing": model.routing,
        "routing_problem": "",
    }


def model_part(form: ModelForm) -> Mapping[str, Any]:
    """The `model` and `limits` of a spec; raises SpecError without a model."""
    if not form.model.strip():
        raise SpecError("No model is chosen.", "Choose a model, or type its name.")
    if form.routing_problem:
        raise SpecError(form.routing_problem, "Take it out of one of the two lists.")
    return {
        "model": {
            "provider": form.provider,
            "model": form.model.strip(),
            "base_url": form.base_url,
            "temperature": form.temperature,
            "max_tokens": form.max_tokens,
            "json_mode": form.json_mode,
            "seed": form.seed,
            **_route(form),
        },
        "limits": {
            **given_for(form.provider).limits_part,
            "concurrency": form.concurrency or "auto",
            "rpm": form.rpm,
            "spacing_s": form.spacing_s,
            "daily_requests": form.daily_requests,
            "max_attempts": form.max_attempts,
            "timeout_s": form.timeout_s,
            "max_cost_usd": form.max_cost_usd,
            "cache": form.cache,
        },
    }


def _route(form: ModelForm) -> dict[str, Any]:
    """Fallback models, and preferences where the provider takes them: the form's, else what variables say."""
    said = {"fallbacks": form.fallbacks, "routing": form.routing if get_provider(form.provider).routes else None}
    return {**given_for(form.provider).model_part, **{name: value for name, value in said.items() if value is not None}}


def model_settings(form: ModelForm) -> ModelSettings:
    """The model that the form chooses; raises SpecError without one."""
    try:
        return ModelSettings.model_validate(model_part(form)["model"])
    except ValidationError as error:
        raise SpecError(f"The model's settings can't be used: {error.errors()[0]['msg']}.", "Mend them.") from None


def key_problems(provider_id: str, typed_key: SecretStr | None, base_url: str | None = None) -> tuple[InputError, ...]:
    """What is wrong with the key in force, if anything."""
    try:
        keys.require_key(provider_id, typed_key, base_url, in_app=True)
    except InputError as error:
        return (error,)
    return ()

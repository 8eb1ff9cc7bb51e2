"""What the OPENROUTER_* variables give to new runs; flags and a spec's own settings win over them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.backoff import Backoff
from engine.routing import Routing
from engine.spec import Limits
from providers.attribution import attribution_variables
from providers.variables import Variable, variable

T = TypeVar("T")

_PROVIDER = "openrouter"
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Given:
    """Defaults of one provider's new runs; None is unsaid. `problems` are variables that can't be used, and why."""

    model: str | None = None
    fallbacks: tuple[str, ...] = ()
    timeout_s: float | None = None
    max_attempts: int | None = None
    backoff: Backoff | None = None
    routing: Routing | None = None
    problems: tuple[str, ...] = ()

    @property
    def model_part(self) -> dict[str, Any]:
        """What goes into a spec's `model` where nobody says otherwise."""
        routing = {"routing": self.routing.model_dump(mode="json")} if self.routing else {}
        return {**({"fallbacks": self.fallbacks} if self.fallbacks else {}), **routing}

    @property
    def limits_part(self) -> dict[str, Any]:
        """What goes into a spec's `limits` where nobody says otherwise."""
        said = {"timeout_s": self.timeout_s, "max_attempts": self.max_attempts}
        backoff = {"backoff": self.backoff.model_dump(mode="json")} if self.backoff else {}
        return {**{name: value for name, value in said.items() if value is not None}, **backoff}


def given_for(provider_id: str) -> Given:
    """The defaults that variables give to a provider's new runs."""
    if provider_id != _PROVIDER:
        return Given()
    read = _Reader()
    return Given(
        model=read.value("DEFAULT_MODEL", str),
        fallbacks=read.value("FALLBACK_MODELS", _names) or (),
        timeout_s=read.value("TIMEOUT", partial(_limit, "timeout_s")),
        max_attempts=read.value("RETRY_ATTEMPTS", partial(_limit, "max_attempts")),
        backoff=_backoff(read),
        routing=read.value("ALLOW_ALL_PROVIDERS", _routing),
        problems=tuple(read.problems),
    )


def default_models() -> dict[str, str]:
    """The models that variables choose, by provider."""
    model = given_for(_PROVIDER).model
    return {_PROVIDER: model} if model else {}


def told() -> tuple[str, ...]:
    """Each setting that a variable gives, in words for `handai doctor`; problems are apart."""
    given = given_for(_PROVIDER)
    facts = {
        "default model": given.model,
        "fallback models": ", ".join(given.fallbacks) or None,
        "time-out": f"{given.timeout_s:g} s" if given.timeout_s else None,
        "attempts": given.max_attempts,
        "waits": given.backoff and f"{given.backoff.initial_s:g} to {given.backoff.max_s:g} s",
        "upstreams that may keep data": given.routing and given.routing.data_collection,
        "site": " ".join(attribution_variables().values()) or None,
    }
    return tuple(f"{name}: {value}" for name, value in facts.items() if value)


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def value(self, name: str, read: Callable[[str], T]) -> T | None:
        """The variable's value; None where it is unset or can't be used."""
        found = variable(f"OPENROUTER_{name}")
        if found is None:
            return None
        try:
            return read(found.value)
        except ValueError as error:
            self.problems.append(f"{found.where} is not used: {_why(found, error)}")
            return None


def _why(found: Variable, error: ValueError) -> str:
    reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    return f"{found.value!r} ({reason})."


def _backoff(read: _Reader) -> Backoff | None:
    said = {
        "initial_s": read.value("RETRY_BACKOFF_BASE", partial(_wait, "initial_s")),
        "max_s": read.value("RETRY_BACKOFF_MAX", partial(_wait, "max_s")),
        "jitter": read.value("RETRY_JITTER", partial(_wait, "jitter")),
    }
    known = {name: value for name, value in said.items() if value is not None}
    try:
        return Backoff.model_validate(known) if known else None
    except ValidationError as error:
        read.problems.append(f"The variables OPENROUTER_RETRY_… are not used: {error.errors()[0]['msg']}.")
        return None


def _limit(name: str, text: str) -> Any:  # noqa: ANN401 the field's own type
    return getattr(Limits.model_validate({name: text}), name)


def _wait(name: str, text: str) -> float:
    others = {"initial_s": 0.001, "max_s": 3600.0}  # whether they go together is seen at the end
    return float(getattr(Backoff.model_validate({**others, name: text}), name))


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _routing(text: str) -> Routing:
    said = text.lower()
    if said not in _TRUE | _FALSE:
        raise ValueError("say true or false")
    if said in _TRUE:
        return Routing(allow_fallbacks=True, data_collection="allow")
    return Routing(data_collection="deny")

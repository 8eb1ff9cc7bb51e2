"""A provider as a person sees it: set up or not and from where, its address, model, health, last error and figures."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from handai_db import RunFilter, RunRecord
from handai_errors import ErrorKind
from providers.dev_mode import dev_mode
from providers.error_body import ErrorBody
from providers.remedies import CallContext, remedy_for
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from providers.variables import variables
from services.home import open_catalogue
from services.models import keys
from services.models.availability import Standing
from services.models.keys import VisitKeys
from services.models.model_record import Known, known_models
from services.models.provider_metrics import ProviderMetrics, provider_metrics
from services.models.provider_settings import ProviderDefaults, defaults_of

_KEYRING = "this computer's keyring"


class Standpoint(StrEnum):
    """What a provider asks of a person before it answers."""

    READY = "ready"
    NEEDS_KEY = "needs key"
    NEEDS_PROGRAM = "needs program"


@dataclass(frozen=True, slots=True)
class Brief:
    """One line about a provider; `source` is where its key is from. Quick: the keyring itself is not asked."""

    spec: ProviderSpec
    configured: bool
    source: str | None
    address: str | None = None

    @property
    def standpoint(self) -> Standpoint:
        """Whether it can be used as it is; of a program on this computer that is not known before it is asked."""
        if self.spec.local and self.spec.id != "demo" and not self.source:
            return Standpoint.NEEDS_PROGRAM
        return Standpoint.READY if self.configured else Standpoint.NEEDS_KEY

    @property
    def told(self) -> str:
        """Whether it can be used, in a few words."""
        if self.spec.id == "demo":
            return "ready: offline, no AI"
        if self.source:
            return f"key from {self.source}"
        if self.configured:
            return "no key needed"
        return "no key yet" if self.spec.requires_api_key else "no address yet"


@dataclass(frozen=True, slots=True)
class LastError:
    """The newest trouble that nothing has mended since, at a Unix time."""

    at: float
    model: str
    kind: str | None
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ProviderView:
    """Everything about one provider but its list of models."""

    brief: Brief
    key: keys.KeyState
    defaults: ProviderDefaults
    models: Mapping[str, Known]
    last_error: LastError | None
    metrics: ProviderMetrics

    @property
    def verified(self) -> tuple[str, ...]:
        """The models that have answered on this machine."""
        return tuple(name for name, known in self.models.items() if known.verified)

    def figures(self) -> dict[str, Any]:
        """The provider as the command line's --json prints it; unknown is None."""
        spec, found = self.brief.spec, self.key.in_force
        return {
            "id": spec.id,
            "name": spec.name,
            "configured": self.brief.configured,
            "base_url": self.defaults.base_url,
            "default_model": self.defaults.model or None,
            "requires_api_key": spec.requires_api_key,
            "key": found.source if found else None,
            "key_page": spec.key_page or None,
            "verified_models": list(self.verified),
            "health": {name: _health(known) for name, known in self.models.items()},
            "last_error": asdict(self.last_error) if self.last_error else None,
            "runs": self.metrics.runs,
            "metrics": self.metrics.all.figures(),
            "models": [item.figures() for item in self.metrics.models],
        }


def briefs(typed: VisitKeys) -> tuple[Brief, ...]:
    """Every provider in one line each."""
    noted = keys.stored_names()
    return tuple(_brief(spec, typed, noted) for spec in PROVIDERS)


def provider_view(provider_id: str, typed: VisitKeys | None = None) -> ProviderView:
    """All that is known of one provider on this machine; nothing is asked of it."""
    spec, defaults = get_provider(provider_id), defaults_of(provider_id)
    here = typed.get(spec.id, defaults.base_url) if typed else None
    key = keys.key_state(spec.id, here, defaults.base_url)
    known = known_models(spec.id, defaults.base_url)
    source = key.in_force.source if key.in_force else None
    brief = Brief(spec, _configured(spec, source, defaults), source)
    return ProviderView(brief, key, defaults, known, last_error(spec, known), provider_metrics(spec.id))


def last_error(spec: ProviderSpec, known: Mapping[str, Known]) -> LastError | None:
    """The newest error that is not mended: no success of its model since, or of any where the key was at fault."""
    worked = {name: _last_success(item) for name, item in known.items()}
    any_worked = max(worked.values(), default=0.0)
    found = [*_paused(spec), *(error for name, item in known.items() for error in _errors(spec, name, item))]
    open_ones = [
        error
        for error in found
        if error.at > (any_worked if error.kind in _OF_ALL_MODELS else worked.get(error.model, 0.0))
    ]
    return max(open_ones, key=lambda error: error.at, default=None)


_OF_ALL_MODELS = {ErrorKind.AUTH, ErrorKind.CREDITS, ErrorKind.SPEND_CAP, ErrorKind.DAILY_QUOTA, ErrorKind.CONNECTION}


def _brief(spec: ProviderSpec, typed: VisitKeys, noted: Iterable[str]) -> Brief:
    defaults = defaults_of(spec.id)
    named = tuple(variables(*spec.key_variables))
    here = typed.get(spec.id, defaults.base_url)
    source = "this visit" if here else named[0].where if named else _KEYRING if spec.id in noted else None
    return Brief(spec, _configured(spec, source, defaults), source, defaults.base_url)


def _configured(spec: ProviderSpec, source: str | None, defaults: ProviderDefaults) -> bool:
    has_address = bool(defaults.base_url) or spec.id == "demo"
    return dev_mode() or (has_address and (source is not None or not spec.requires_api_key))


def _last_success(known: Known) -> float:
    check, health = known.check, known.health
    checked = check.checked_at if check and check.standing == Standing.WORKS else 0.0
    return max(checked, (health.last_success_at or 0.0) if health else 0.0)


def _errors(spec: ProviderSpec, model: str, known: Known) -> list[LastError]:
    found: list[LastError] = []
    check, health = known.check, known.health
    if check and check.standing != Standing.WORKS:
        found.append(LastError(check.checked_at, model, check.kind, check.cause or "It failed.", check.remedy or ""))
    if health and health.last_error_at:
        kind = health.last_error_kind
        found.append(
            LastError(
                health.last_error_at, model, kind, health.last_error_cause or "It failed.", _remedy(spec, model, kind)
            )
        )
    return found


def _paused(spec: ProviderSpec) -> list[LastError]:
    """What stopped a run of this provider, where nothing was wrong with the model."""
    with open_catalogue() as catalogue:
        records = catalogue.runs.list(RunFilter(provider=spec.id, previews=True), 20, 0)
    return [
        LastError(_ended(record), record.model, _kind(record.reason), record.cause, record.remedy or "")
        for record in records
        if record.cause and _kind(record.reason) in _OF_ALL_MODELS
    ]


def _ended(record: RunRecord) -> float:
    return record.finished_at or record.started_at or record.created_at


def _kind(reason: str | None) -> ErrorKind | None:
    return ErrorKind(reason) if reason in set(ErrorKind) else None


def _remedy(spec: ProviderSpec, model: str, kind: str | None) -> str:
    if kind is None or kind not in set(ErrorKind):
        return ""
    return remedy_for(ErrorKind(kind), CallContext(spec, spec.base_url, model), ErrorBody(0))


def _health(known: Known) -> dict[str, Any]:
    check, health = known.check, known.health
    return {
        "verified": known.verified,
        "standing": check.standing if check else None,
        "checked_at": check.checked_at if check else None,
        "disabled": known.disabled,
        **({**asdict(health), "error_rate": health.error_rate} if health else {}),
    }

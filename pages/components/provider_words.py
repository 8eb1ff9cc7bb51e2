"""How a provider's figures, checks and errors are told in plain words. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from handai_db import CheckRecord
from pages.components import words
from services.models.availability import Standing
from services.models.context_probe import ContextProbe, Taken
from services.models.model_record import Known
from services.models.provider_metrics import Metrics
from services.models.provider_view import Brief, LastError, Standpoint
from services.troubleshooting import TROUBLES

_TAKEN = {
    Taken.WHOLE: "read whole",
    Taken.CUT: "answered, but a part of the prompt was lost",
    Taken.TOO_LONG: "refused as too long",
    Taken.FAILED: "failed for another reason",
}
_STANDING = {
    Standing.WORKS: "works",
    Standing.UNAVAILABLE: "not available",
    Standing.FAILING: "failing at the provider",
    Standing.UNKNOWN: "could not be told",
}


def moment(unix: float | None) -> str:
    """A time as people write it."""
    return words.UNKNOWN if unix is None else f"{datetime.fromtimestamp(unix).astimezone():%Y-%m-%d %H:%M}"


def card_line(brief: Brief, *, failed: bool) -> str:
    """A provider in one line: whether it can be used, and what it is."""
    is_ready = brief.standpoint is Standpoint.READY and not failed
    sign = ":green[:material/check_circle:]" if is_ready else ":gray[:material/radio_button_unchecked:]"
    sign = ":orange[:material/error:]" if failed else sign
    told = f"{brief.told}, but it did not work" if failed else brief.told
    about = f":small[:gray[{words.plain(brief.spec.description)}]]"
    return f"{sign} **{words.plain(brief.spec.name)}** · {words.plain(told)}  \n{about}"


def trouble_lines() -> tuple[str, ...]:
    """What people meet, with its meaning and remedy."""
    return tuple(
        f"**{words.plain(item.seen)}**  \n{words.plain(item.meaning)} {words.plain(item.remedy)}" for item in TROUBLES
    )


def check_line(check: CheckRecord) -> str:
    """What a test of a model found."""
    took = f" in {words.duration(check.latency_s)}" if check.latency_s is not None else ""
    if check.standing == Standing.WORKS:
        return words.plain(f"{check.model} answered{took}.")
    return words.plain(
        " ".join(part for part in (check.cause, check.remedy) if part) or f"{check.model} did not answer."
    )


def error_line(error: LastError) -> str:
    """The last error with its time, model and remedy."""
    told = words.plain(f"{error.cause} {error.remedy}".strip())
    return f"{told}  \n{moment(error.at)}, {words.plain(error.model)}. This goes once a request is answered again."


def metric_line(item: Metrics) -> str:
    """A provider's figures in one line."""
    rate = words.UNKNOWN if item.success_rate is None else f"{item.success_rate:.0%}"
    return (
        f"{item.requests:,} requests · {rate} answered · mean time {words.duration(item.latency_s)} · "
        f"{item.fallbacks:,} by a fallback · cost {words.cost(item.cost_usd, complete=item.cost_complete)}"
    )


def metric_rows(items: Iterable[Metrics]) -> list[dict[str, object]]:
    """Each model's figures as a row of a table."""
    return [
        {
            "Model": item.model,
            "Requests": item.requests,
            "Answered": words.UNKNOWN if item.success_rate is None else f"{item.success_rate:.0%}",
            "Mean time": words.duration(item.latency_s),
            "By a fallback": item.fallbacks,
            "Cost": words.cost(item.cost_usd, complete=item.cost_complete).replace("\\", ""),
            "Errors": errors_words(item),
        }
        for item in items
    ]


def errors_words(item: Metrics) -> str:
    """Errors by kind, most first."""
    return ", ".join(f"{count:,} × {words.kind_title(kind)}" for kind, count in item.errors) or "none"


def health_rows(models: Mapping[str, Known]) -> list[dict[str, object]]:
    """What is known of each model as a row of a table."""
    return [
        {
            "Model": name,
            "Verified here": "yes" if known.verified else "no",
            "Last test": _tested(known.check),
            "Last answer": moment(known.health.last_success_at) if known.health else "none in a run",
            "Provider's errors": _rate(known),
            "Disabled": known.disabled or "",
        }
        for name, known in models.items()
    ]


def probe_lines(found: ContextProbe) -> tuple[str, ...]:
    """What a model took, the shortest first."""
    listed = f"{found.listed:,} tokens" if found.listed else words.UNKNOWN
    longest = f"{found.longest:,} tokens" if found.longest else "none of the lengths tried"
    tried = tuple(
        f"{item.tokens:,} tokens: {_TAKEN[item.taken]}" + (f" ({item.cause})" if item.cause else "")
        for item in found.lengths
    )
    return (f"{found.model}: longest prompt read whole: {longest}; the provider lists {listed}.", *tried)


def _tested(check: CheckRecord | None) -> str:
    if check is None:
        return "never"
    took = f", {words.duration(check.latency_s)}" if check.latency_s is not None else ""
    return f"{_STANDING[Standing(check.standing)]}{took}, {moment(check.checked_at)}"


def _rate(known: Known) -> str:
    rate = known.health.error_rate if known.health else None
    return words.UNKNOWN if rate is None else f"{rate:.0%}"

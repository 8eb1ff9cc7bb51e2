"""Everything that can be known to be wrong before anything is sent, and what a person should know before a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.outputs import planned_columns
from engine.prompts import check_prompt, columns_sent
from engine.spec import ModelSettings, RunSpec, TransformInput
from engine.tables import TableInfo
from handai_errors import SpecError
from providers.base_url import is_loopback, resolve_base_url
from providers.prices import FREE, price_of
from providers.specs import get_provider

DEFAULT_CAPPED_MAX_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked spec, its size, and what to show before it runs.

    `sent` are the columns whose content leaves this machine and `host` where to; None when it stays here.
    """

    spec: RunSpec
    rows: int
    outputs: tuple[str, ...]
    sent: tuple[str, ...]
    host: str | None
    notices: tuple[str, ...]


def check(spec: RunSpec, info: TableInfo) -> Plan:
    """The run that `spec` means over a table; raises SpecError with what to mend."""
    source = spec.input
    if not isinstance(source, TransformInput):
        raise SpecError("This version of Handai can't execute a generate run.", "Update Handai.")
    names = tuple(column.name for column in info.columns)
    shown = _shown_columns(source, names)
    check_prompt(spec.prompt, names)
    if len(spec.outputs) > 1 and not spec.model.json_mode:
        raise SpecError(
            "Several outputs need an answer in JSON.", "Turn JSON mode on (--json-mode), or keep one output."
        )
    spec, notices = _with_cap(_with_address(spec))
    outputs = planned_columns(spec, names)
    notices += [
        f"The table already has a column '{key}': the answers go to '{name}'."
        for key, name in outputs.pairs
        if key != name
    ]
    return Plan(
        spec,
        min(info.rows, source.limit or info.rows),
        tuple(name for _, name in outputs.pairs),
        columns_sent(spec.prompt, shown),
        _host(spec.model),
        tuple(notices),
    )


def sentence_on_privacy(plan: Plan) -> str:
    """The one line before a run: which columns leave this machine, and where to."""
    provider = get_provider(plan.spec.model.provider)
    if provider.id == "demo":
        return "Nothing leaves this machine: this is the offline demo, no AI."
    columns, one = _listed(plan.sent), len(plan.sent) < 2
    rows = f"{plan.rows:,} row" + ("" if plan.rows == 1 else "s")
    if plan.host is None:
        verb = "goes" if one else "go"
        return f"{columns} of {rows} {verb} to {provider.name} on this machine; nothing leaves it."
    return f"{columns} of {rows} {'leaves' if one else 'leave'} this machine, to {provider.name} ({plan.host})."


def _listed(columns: Sequence[str]) -> str:
    if not columns:
        return "No column: only your instructions, once for each"
    shown = ", ".join(columns[:6]) + (f" and {len(columns) - 6} more" if len(columns) > 6 else "")
    return f"The column{'s' if len(columns) > 1 else ''} {shown}"


def _shown_columns(source: TransformInput, names: Sequence[str]) -> Sequence[str]:
    if source.columns is None:
        return names
    missing = [name for name in source.columns if name not in names]
    if missing:
        raise SpecError(f"The table has no column {missing[0]!r}.", f"Its columns: {', '.join(names[:12])}.")
    if not source.columns:
        raise SpecError("No column is chosen.", "Choose at least one column for the model to see.")
    return source.columns


def _with_address(spec: RunSpec) -> RunSpec:
    provider = get_provider(spec.model.provider)
    if provider.id == "demo":
        return spec
    base_url = resolve_base_url(provider.id, spec.model.base_url)
    return spec.model_copy(update={"model": spec.model.model_copy(update={"base_url": base_url})})


def _with_cap(spec: RunSpec) -> tuple[RunSpec, list[str]]:
    limits, model = spec.limits, spec.model
    if limits.max_cost_usd is None:
        return spec, []
    price = price_of(model.provider, model.model)
    if price is None:
        raise SpecError(
            f"The price of {model.model} is not known, so a spending cap can't be kept.",
            "Run without a cap, or choose a model with a known price.",
        )
    if price == FREE or model.max_tokens is not None:
        return spec, []
    model = model.model_copy(update={"max_tokens": DEFAULT_CAPPED_MAX_TOKENS})
    notice = f"A spending cap needs max tokens: set to {DEFAULT_CAPPED_MAX_TOKENS}."
    return spec.model_copy(update={"model": model}), [notice]


def _host(model: ModelSettings) -> str | None:
    if model.base_url is None or is_loopback(model.base_url):
        return None
    return urlsplit(model.base_url).hostname

"""Everything that can be known to be wrong before anything is sent, and what a person should know before a run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from engine.examples import check_examples
from engine.fallbacks import asked_in_turn, named
from engine.outputs import declared_outputs, drawn_names, filled_names, planned_columns
from engine.prompts import check_prompt, columns_sent
from engine.schema.check import check_schema
from engine.schema.graph import model_columns
from engine.schema.variation import temperature_for, with_variation
from engine.spec import NO_MODEL, GenerateInput, ModelSettings, RunSpec, TransformInput
from engine.steps import Step, behind_expressions, steps_of
from engine.tables import TableInfo
from engine.typed import check_output
from handai_errors import SpecError
from providers.base_url import is_loopback, resolve_base_url
from providers.prices import FREE
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from services.dev_mode import answered_by_demo
from services.models.key_hosts import declared_base_url
from services.models.model_lists import model_id
from services.models.model_record import worth_checking
from services.running.fallback import address_of, notices_of, price_of_asked
from services.tables.chosen_rows import count_asked
from services.tables.datasets import table_path
from services.tables.run_tables import RunTable

DEFAULT_CAPPED_MAX_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked spec, its size, and what to show before it runs.

    `sent` are the columns whose content leaves this machine and `host` where to; None when it stays here. `steps` are
    the model calls that a row needs; `advice` is what to do first before a big job on a model that may not work.
    """

    spec: RunSpec
    rows: int
    outputs: tuple[str, ...]
    sent: tuple[str, ...]
    host: str | None
    notices: tuple[str, ...]
    steps: int = 1
    advice: str | None = None


def check(spec: RunSpec, info: TableInfo | None = None, dataset_id: str | None = None) -> Plan:
    """The run that `spec` means, over a table unless it generates one; raises SpecError with what to mend.

    `dataset_id` is the stored table that is meant; without it it is the one that the spec names.
    """
    spec, notices = answered_by_demo(spec)
    if isinstance(spec.input, GenerateInput):
        plan = _check_generate(spec, spec.input)
    elif info is None:
        raise SpecError("This run has no table.", "Choose a file first.")
    else:
        table = RunTable(info.columns, table_path(dataset_id or spec.input.dataset or ""), info.rows)
        plan = _check_transform(spec, spec.input, table)
    model = plan.spec.model
    advice = worth_checking(model.provider, model.base_url, model.model, plan.rows)
    notices = [*notices, *plan.notices, *notices_of(model)]
    return replace(plan, notices=tuple(notices), advice=advice)


def _check_transform(spec: RunSpec, source: TransformInput, table: RunTable) -> Plan:
    names = table.names
    shown, asked = _shown_columns(source, names), count_asked(source, table)
    steps = steps_of(spec, names)
    _check_prompts(spec, steps, names)
    sent = dict.fromkeys(name for step in steps for name in columns_sent(step.prompt, shown) if name in names)
    check_examples(spec.examples, tuple(sent), declared_outputs(spec))
    spec, notices = _with_cap(_with_address(spec))
    outputs = planned_columns(spec, names)
    if source.only_where is not None:
        notices.append(f"Only rows where {source.only_where.said()}: {asked:,} of {table.rows:,}.")
    notices += [
        f"The table already has a column '{key}': the answers go to '{name}'."
        for key, name in outputs.pairs
        if key != name
    ]
    if spec.limits.similar is not None and len(steps) > 1:
        notices.append(f"Similar answers are not shared here: each row needs {len(steps)} requests, and they need one.")
    return Plan(
        spec,
        asked,
        tuple(name for _, name in outputs.pairs),
        tuple(sent),
        _host(spec.model),
        tuple(notices),
        len(steps),
    )


def _check_prompts(spec: RunSpec, steps: Sequence[Step], names: Sequence[str]) -> None:
    made: list[str] = []
    for step in steps:
        check_prompt(step.prompt, (*names, *made))
        made += [output.name for output in step.outputs]
    for output in spec.outputs:
        check_output(output)


def _check_generate(spec: RunSpec, source: GenerateInput) -> Plan:
    if spec.limits.similar is not None:
        raise SpecError(
            "A generated table can't share similar answers: its rows are meant to differ.",
            "Take `similar` out of the limits.",
        )
    if spec.examples:
        raise SpecError("A generated table takes no examples.", "Take `examples` out of the spec.")
    source = with_variation(source)
    check_schema(source)
    spec = spec.model_copy(update={"input": source})
    if not model_columns(source):
        spec = spec.model_copy(update={"model": NO_MODEL})
        return Plan(spec, source.rows, (), (), None, (), 0)
    if spec.model.provider == NO_MODEL.provider:
        raise SpecError("This table has columns that a model writes.", "Choose a provider and a model for them.")
    if spec.model.temperature is None and source.variation != "none":
        warmth = {"temperature": temperature_for(source.variation)}
        spec = spec.model_copy(update={"model": spec.model.model_copy(update=warmth)})
    spec, notices = _with_cap(_with_address(spec))
    steps = steps_of(spec)
    sent = tuple(dict.fromkeys(name for step in steps for name in _drawn_sent(step, source)))
    return Plan(spec, source.rows, filled_names(source), sent, _host(spec.model), tuple(notices), len(steps))


def _drawn_sent(step: Step, source: GenerateInput) -> list[str]:
    """The drawn columns that a step's prompt names, itself or through an expression over answers."""
    drawn, behind = drawn_names(source), behind_expressions(source)
    named = columns_sent(step.prompt, ())
    return [found for name in named for found in sorted(behind.get(name, {name})) if found in drawn]


def sentence_on_privacy(plan: Plan) -> str:
    """The one line before a run: which columns leave this machine, and where to."""
    provider = get_provider(plan.spec.model.provider)
    if provider.id == NO_MODEL.provider:
        return "Nothing leaves this machine: no model is asked."
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
    if provider.id in {"demo", NO_MODEL.provider}:
        return spec
    _check_route(provider, spec.model)
    base_url = resolve_base_url(provider.id, spec.model.base_url or declared_base_url(provider))
    fallbacks = tuple(_fallback_id(spec.model, base_url, name) for name in spec.model.fallbacks)
    changes = {"base_url": base_url, "model": model_id(provider.id, base_url, spec.model.model), "fallbacks": fallbacks}
    return spec.model_copy(update={"model": spec.model.model_copy(update=changes)})


def _fallback_id(model: ModelSettings, base_url: str, fallback: str) -> str:
    """A fallback under the id that its provider lists, with the provider's name before it where it was there."""
    provider, name = named(model, fallback)
    if provider == "demo":
        raise SpecError("The offline demo can't answer in a model's place.", "Name a model as the fallback.")
    listed = model_id(provider, base_url if provider == model.provider else address_of(provider), name)
    return listed if name == fallback else f"{provider}:{listed}"


def _check_route(provider: ProviderSpec, model: ModelSettings) -> None:
    """Raise SpecError where a provider can't be told whom to ask."""
    if provider.routes:
        return
    takers = " or ".join(spec.name for spec in PROVIDERS if spec.routes)
    if model.routing and model.routing.preferences:
        raise SpecError(
            f"{provider.name} has no upstream providers to choose from: routing is for {takers}.",
            f"Leave the routing out, or choose {takers}.",
        )


def _with_cap(spec: RunSpec) -> tuple[RunSpec, list[str]]:
    limits, model = spec.limits, spec.model
    if limits.max_cost_usd is None:
        return spec, []
    prices = [(asked, price_of_asked(asked)) for asked in asked_in_turn(model)]
    if unknown := [" or ".join((asked.model, *asked.fallbacks)) for asked, price in prices if price is None]:
        raise SpecError(
            f"The price of {' and of '.join(unknown)} is not known, so a spending cap can't be kept.",
            "Run without a cap, or choose a model with a known price.",
        )
    if all(price == FREE for _, price in prices) or model.max_tokens is not None:
        return spec, []
    model = model.model_copy(update={"max_tokens": DEFAULT_CAPPED_MAX_TOKENS})
    notice = f"A spending cap needs max tokens: set to {DEFAULT_CAPPED_MAX_TOKENS}."
    return spec.model_copy(update={"model": model}), [notice]


def _host(model: ModelSettings) -> str | None:
    if model.base_url is None or is_loopback(model.base_url):
        return None
    return urlsplit(model.base_url).hostname

"""Totals of the history: runs, rows, tokens and cost by provider, model or month."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any, Literal, get_args

from engine.results import RunStatus
from handai_db import RunFilter, Total
from services.home import open_catalogue
from services.past import history

By = Literal["month", "provider", "model"]
WAYS: tuple[By, ...] = get_args(By)
_CHANGING = frozenset({status for status in RunStatus if status.is_live} | {RunStatus.INTERRUPTED})


def totals() -> tuple[Total, ...]:
    """The sums by provider, model and month, newest month first; those of executing runs as they are now."""
    with open_catalogue() as catalogue:
        changing = [
            record for status in _CHANGING for record in catalogue.runs.list(RunFilter(status=status), limit=-1)
        ]
        ended = catalogue.totals.of_ended(tuple(record.id for record in changing))
        now = [catalogue.totals.of_one(record.id, history.figures_now(record)) for record in changing]
    return _summed([*ended, *now], lambda total: (total.month, total.provider, total.model))


def totals_by(found: Iterable[Total], way: By) -> tuple[Total, ...]:
    """The same summed further: by month newest first, by provider or model the dearest first."""
    blank = {name: "" for name in WAYS if name != way and not (way == "model" and name == "provider")}
    told = [replace(total, **blank) for total in found]  # type: ignore[arg-type]  # the three are texts
    summed = _summed(told, lambda total: (total.month, total.provider, total.model))
    return summed if way == "month" else tuple(sorted(summed, key=lambda total: (-(total.cost_usd or 0), -total.rows)))


def sum_of(found: Sequence[Total]) -> Total | None:
    """Everything as one; None without runs."""
    return _sum([replace(total, month="", provider="", model="") for total in found]) if found else None


def figures(total: Total) -> dict[str, Any]:
    """A total as the command line's --json prints it; unknown is null."""
    return asdict(total) | {"cost_complete": not total.cost_unknown, "tokens_complete": not total.tokens_unknown}


def _summed(found: Iterable[Total], key: Any) -> tuple[Total, ...]:  # noqa: ANN401 a function of a total
    ordered = sorted(found, key=key)
    sums = [_sum(list(group)) for _, group in groupby(ordered, key=key)]
    return tuple(sorted(sums, key=lambda total: total.month, reverse=True))


def _sum(found: Sequence[Total]) -> Total:
    return replace(
        found[0],
        runs=sum(total.runs for total in found),
        rows=sum(total.rows for total in found),
        prompt_tokens=_known([total.prompt_tokens for total in found]),
        completion_tokens=_known([total.completion_tokens for total in found]),
        tokens_unknown=sum(total.tokens_unknown for total in found),
        cost_usd=_known([total.cost_usd for total in found]),
        cost_unknown=sum(total.cost_unknown for total in found),
    )


def _known(values: Sequence[Any]) -> Any:  # noqa: ANN401 whole numbers or US dollars
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None

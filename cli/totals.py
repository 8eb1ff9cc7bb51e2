"""`handai history --totals`: what all runs come to, as a table or as JSON."""

import sys

import orjson
from rich.console import Console
from rich.table import Table

from cli.progress import write_line
from handai_db import Total
from services.past import totals
from services.past.totals import By


def tell(way: By | None, *, as_json: bool) -> None:
    """Print the totals, by month and model or added up further."""
    found = totals.totals_by(totals.totals(), way) if way else totals.totals()
    if as_json:
        write_line(orjson.dumps([totals.figures(total) for total in found]).decode())
        return
    table = Table("month", "provider", "model", "runs", "rows", "tokens", "cost", box=None)
    whole = totals.sum_of(found)
    for total in (*found, *([whole] if whole else [])):
        table.add_row(*_cells(total, last=total is whole))
    Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 200).print(table)


def _cells(total: Total, *, last: bool) -> tuple[str, ...]:
    where = ("in all", "", "") if last else (total.month, total.provider, total.model)
    known = None if total.prompt_tokens is None else total.prompt_tokens + (total.completion_tokens or 0)
    tokens = "?" if known is None else f"{'≥ ' if total.tokens_unknown else ''}{known:,}"
    cost = "?" if total.cost_usd is None else f"{'≥ ' if total.cost_unknown else ''}${total.cost_usd:.4f}"
    return (*where, f"{total.runs:,}", f"{total.rows:,}", tokens, cost)

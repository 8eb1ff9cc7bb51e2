"""`handai models`: which models there are, what they cost, and whether they work."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer
from rich.table import Column, Table

from cli.messages import errors
from cli.progress import write_line
from cli.records import output
from engine.model_order import SortBy
from services.models.availability import Standing
from services.models.model_lists import model_id
from services.models.model_record import set_disabled
from services.models.model_view import ListView, ModelRow, chosen_rows, list_view, reach, reachable

_SIGNS = {
    Standing.WORKS: "works",
    Standing.UNAVAILABLE: "not available",
    Standing.FAILING: "failing",
    Standing.UNKNOWN: "",
}

BaseUrl = Annotated[str | None, typer.Option("--base-url", help="The provider's address, for custom and azure.")]


def models(
    provider: Annotated[
        str | None, typer.Argument(help="openai, openrouter, ollama …; without it all that are set up.")
    ] = None,
    search: Annotated[str, typer.Option("--search", help="Words in the model's id, slug or name.")] = "",
    sort: Annotated[SortBy, typer.Option("--sort", help="What comes first.")] = SortBy.USED,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask the provider now; else once an hour.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.")] = None,
    base_url: BaseUrl = None,
    disable: Annotated[list[str] | None, typer.Option("--disable", help="Mark a model as not to be used.")] = None,
    enable: Annotated[list[str] | None, typer.Option("--enable", help="Take that mark away.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the models as JSON on standard output.")] = False,
) -> None:
    """List the models of a provider, or of all that are set up, with price and context."""
    if provider is None and (base_url or disable or enable):
        raise typer.BadParameter("Say which provider's models are meant.")
    found = [reach(provider, base_url)] if provider else list(reachable())
    for item in found:
        for names, off in ((disable, True), (enable, False)):
            for name in names or ():
                named = model_id(item.provider.id, item.base_url, name)
                set_disabled(item.provider.id, item.base_url, named, disabled=off)
    views = [list_view(item, refresh=refresh) for item in found]
    rows = chosen_rows((row for view in views for row in view.rows), search, sort)[:limit]
    if as_json:
        _write(views, rows, one=provider is not None)
        return
    if not views:
        errors.print("No provider is set up. Name one: handai models openrouter; `handai providers` lists them.")
    for view in views:
        if provider is not None or view.list.fetched_at is not None or view.reach.key:
            _tell(view)
    if rows:
        output.print(_table(rows, several=provider is None))
    elif views:
        errors.print("No model fits." if search else "There are no models.")


def _write(views: list[ListView], rows: list[ModelRow], *, one: bool) -> None:
    told = [replace(view, rows=tuple(row for row in rows if row in view.rows)).figures() for view in views]
    write_line(orjson.dumps(told[0] if one else told).decode())


def _tell(view: ListView) -> None:
    """What is to be said about a list, on standard error."""
    name, listed = view.reach.provider.name, view.list
    if listed.problem:
        errors.print(f"{name}: {listed.problem}")
    if listed.changed is not None:
        changed = listed.changed
        text = f"{name}: {changed.total} models, {changed.new} new, {changed.gone} gone"
        for fact, filled in changed.filled.items():
            if filled.updated:
                text += f"; {_fact(fact)}: {filled.updated} filled in, {filled.without} without"
        errors.print(text)


def _fact(name: str) -> str:
    return "Hugging Face ids" if name == "hugging_face_id" else name.replace("_", " ")


def _table(rows: list[ModelRow], *, several: bool) -> Table:
    table = Table(Column("model", overflow="fold"), box=None)
    for name in (*(("provider",) if several else ()), "context", "$ in", "$ out", "since", "used", "state"):
        table.add_column(name, justify="right" if name in {"context", "$ in", "$ out"} else "left", no_wrap=True)
    for row in rows:
        info = row.info
        cells = [info.id, *((row.provider,) if several else ())]
        cells += ["" if info.context_length is None else f"{info.context_length:,}"]
        cells += [_price(info.prompt_price), _price(info.completion_price)]
        cells += [_day(info.created), _day(row.used_at), state_of(row)]
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    return table


def state_of(row: ModelRow) -> str:
    """Whether the model works, in a word or two."""
    known, info = row.known, row.info
    parts = ["disabled"] if known.disabled else []
    if known.check is not None:
        parts.append(_SIGNS[Standing(known.check.standing)])
    elif known.verified:
        parts.append("worked")
    if info.expires:
        parts.append(f"until {info.expires}")
    return ", ".join(part for part in parts if part)


def _price(price: float | None) -> str:
    return "" if price is None else f"{price:g}"


def _day(at: float | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"

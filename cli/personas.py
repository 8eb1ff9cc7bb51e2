"""`handai personas`: which named instructions there are; and the flag that chooses one for a run."""

from typing import Annotated

import orjson
import typer
from rich.table import Table

from cli.options import text_of
from cli.progress import write_line
from cli.records import output
from services import personas
from services.personas import Persona

PersonaName = Annotated[
    str | None,
    typer.Option("--persona", help="Named instructions that go before -i; `handai personas` lists them."),
]


def list_personas(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print this one's instructions.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them all as JSON on standard output.")] = False,
) -> None:
    """List the named instructions that a run can begin with, or print one."""
    if name is not None:
        write_line(personas.get(name).instructions)
        return
    found = personas.all_personas()
    if as_json:
        rows = [
            {"name": item.name, "built_in": item.built_in, "changed": item.changed, "instructions": item.instructions}
            for item in found
        ]
        write_line(orjson.dumps(rows).decode())
        return
    table = Table("persona", "", "begins", box=None)
    for item in found:
        table.add_row(item.name, _kind(item), item.instructions.partition("\n")[0])
    output.print(table)


def told(persona: str | None, instructions: str | None) -> tuple[str, Persona | None]:
    """The instructions of a run as its spec holds them, and the persona that they begin with."""
    task = text_of(instructions)
    if persona is None:
        return task, None
    chosen = personas.get(persona)
    return chosen.with_task(task), chosen


def name_of(run_name: str | None, persona: Persona | None, about: str) -> str | None:
    """The run's name: the one given, else one that tells the persona."""
    return run_name or (persona.run_name(about) if persona else None)


def _kind(persona: Persona) -> str:
    if not persona.built_in:
        return "own"
    return "changed" if persona.changed else "built in"

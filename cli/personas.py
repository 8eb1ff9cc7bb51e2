"""`handai personas`: which named instructions there are; and the flag that chooses one for a run."""

from typing import Annotated

import orjson
import typer

from cli.messages import errors
from cli.options import text_of
from cli.progress import write_line
from services.forms import personas
from services.forms.personas import Persona

PersonaName = Annotated[
    str | None,
    typer.Option("--persona", help="Named instructions that go before -i; `handai personas` lists them."),
]


def list_personas(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print this one's instructions.")] = None,
    save: Annotated[str | None, typer.Option(help="Keep this text under NAME; @FILE reads it.")] = None,
    rename: Annotated[str | None, typer.Option(help="Give NAME this other name.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Forget NAME; a built-in one can be reset.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Bring a built-in one back to what it was.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print them all as JSON on standard output.")] = False,
) -> None:
    """List the named instructions that a run can begin with; print or change one."""
    changes = [save is not None, rename is not None, delete, reset]
    if sum(changes) > 1 or (any(changes) and name is None):
        raise typer.BadParameter("Say one NAME and one of --save, --rename, --delete, --reset.")
    if name is None:
        _list(as_json=as_json)
    elif save is not None:
        _tell("Kept", personas.save(name, text_of(save)).name)
    elif rename is not None:
        _tell("Renamed", personas.rename(name, rename).name)
    elif delete:
        personas.delete(name)
        _tell("Deleted", name)
    elif reset:
        _tell("As it was", personas.reset(name).name)
    else:
        write_line(personas.get(name).instructions)


def _tell(what: str, name: str) -> None:
    errors.print(f"{what}: {name}")


def _list(*, as_json: bool) -> None:
    found = personas.all_personas()
    if as_json:
        rows = [
            {"name": item.name, "built_in": item.built_in, "changed": item.changed, "instructions": item.instructions}
            for item in found
        ]
        write_line(orjson.dumps(rows).decode())
        return
    from rich.table import Table  # every run over a table imports this module, few lists

    from cli.records import output

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

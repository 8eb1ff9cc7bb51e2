"""The flags of `handai generate`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

_FROM = "Where the schema comes from: one of these"
_FILE = "The file that is written"


class Variation(StrEnum):
    """How much the model's texts are made to differ."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    MAXIMUM = "maximum"


SchemaArgument = Annotated[Path | None, typer.Argument(metavar="SCHEMA", help="A schema file, YAML or JSON.")]
TableOut = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        "--output",
        help="Where the table is written; without it the schema is only printed.",
        rich_help_panel=_FILE,
    ),
]
SchemaFile = Annotated[Path | None, typer.Option("--schema", help="The same as SCHEMA.", rich_help_panel=_FROM)]
TemplateName = Annotated[
    str | None,
    typer.Option("--template", help="A schema that Handai brings; a wrong name lists them.", rich_help_panel=_FROM),
]
Describe = Annotated[
    str | None,
    typer.Option(
        "--describe", help="What the table is about, in words: the model proposes a schema.", rich_help_panel=_FROM
    ),
]
Learn = Annotated[
    Path | None,
    typer.Option("--learn", help="A table whose columns are imitated, not copied.", rich_help_panel=_FROM),
]
FreeForm = Annotated[
    bool, typer.Option("--free-form", help="With --describe: the model makes up whole rows.", rich_help_panel=_FROM)
]
FreeColumn = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help="A column of such rows, NAME or NAME:TYPE; else each is a text.", rich_help_panel=_FROM
    ),
]
Rows = Annotated[int | None, typer.Option("--rows", min=1, max=10_000_000, help="How many rows; else the schema's.")]
Seed = Annotated[int | None, typer.Option("--seed", help="The same seed draws the same values; else the schema's.")]
VariationDial = Annotated[
    Variation | None,
    typer.Option("--variation", help="How much the model's texts are made to differ; else the schema's."),
]
RowsPerCall = Annotated[
    int | None,
    typer.Option("--rows-per-call", min=1, max=50, help="Ask for several rows at once, where that is cheaper."),
]
Preview = Annotated[bool, typer.Option("--preview", help="Only the first rows, shown here.")]
Yes = Annotated[bool, typer.Option("--yes", help="Use a proposed schema without looking at it first.")]

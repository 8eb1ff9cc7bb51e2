"""The commands that hand a run on and take one in: bundle and open."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from cli.messages import errors
from cli.options import AsJson, Overwrite, Run, Session
from cli.progress import write_line
from services.running import runs
from services.running.views import view_of


def bundle(
    run: Run,
    out: Annotated[Path, typer.Option("-o", "--out", "--output", help="Where the zip file is written.")],
    overwrite: Overwrite = False,
) -> None:
    """Write everything of a run to one zip file: table, answers, settings, log and a methods text."""
    from services.bundles.bundle import bundle as write_bundle  # its parts take a moment to load

    record = runs.find(run)
    made = write_bundle(record, out, overwrite=overwrite)
    errors.print(f"Written: {record.id} with {made.files} files, {made.bytes:,} bytes, to {out}")


def open_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="A bundle that Handai wrote, here or elsewhere.")],
    session: Session = None,
    as_json: AsJson = False,
) -> None:
    """Open a bundle as a run of the history; it is checked whole first, and the same one is not opened twice."""
    from services.bundles.bundle_open import open_bundle  # its parts take a moment to load

    found = open_bundle(file, session=session)
    if as_json:
        write_line(orjson.dumps({**view_of(found.record).figures(), "known": found.known}).decode())
        return
    said = "It is in the history already" if found.known else "Opened"
    errors.print(f"{said}: {found.record.id} ({found.record.name})")

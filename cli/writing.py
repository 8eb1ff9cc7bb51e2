"""The commands that write a file from a run that is there: export and report."""

from pathlib import Path
from typing import Annotated

import typer

from cli.messages import errors
from cli.options import Diagnostics, Lossless, Overwrite, Run
from handai_db import RunRecord
from services.results import chat_export, exporting
from services.results.chat_export import ChatFormat
from services.results.exporting import Wanted
from services.running import runs


def export(
    run: Run,
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", "--output", help="Where it is written; the ending is the format, .yaml writes the spec."
        ),
    ],
    chat: Annotated[
        ChatFormat | None, typer.Option(help="Write conversations for fine-tuning instead, one a line (.jsonl).")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="ROLE=COLUMN",
            help="Which column a role speaks: user, assistant, system; input for alpaca.",
        ),
    ] = None,
    diagnostics: Diagnostics = False,
    lossless_csv: Lossless = False,
    overwrite: Overwrite = False,
) -> None:
    """Write a run's table, finished or not; or its conversations for fine-tuning; or its spec."""
    record = runs.find(run)
    if chat is not None or mapping:
        if chat is None or not mapping:
            raise typer.BadParameter("--chat and --map go together: --chat messages --map user=A --map assistant=B")
        _export_chat(record, out, chat, mapping, overwrite=overwrite)
        return
    if out.suffix.lower() in {".yaml", ".yml"}:
        exporting.check_place(out, overwrite=overwrite)
        out.write_text(record.spec.to_yaml(), encoding="utf-8")
        errors.print(f"Written: the spec to {out}")
        return
    exporting.check_target(out, overwrite=overwrite)
    info = exporting.export(record, out, Wanted(diagnostics, lossless_csv))
    for notice in info.notices:
        errors.print(notice)
    errors.print(f"Written: {info.rows:,} rows to {out}")


def _export_chat(record: RunRecord, out: Path, form: ChatFormat, mapping: list[str], *, overwrite: bool) -> None:
    pairs = [_pair(item) for item in mapping]
    exporting.check_place(out, overwrite=overwrite)
    info = chat_export.export_chat(record, out, form, pairs)
    if info.left_out:
        errors.print(f"Left out: {info.left_out:,} rows that are not finished or have an empty cell.")
    errors.print(f"Written: {info.rows:,} conversations to {out}")


def _pair(text: str) -> tuple[str, str]:
    role, equals, column = text.partition("=")
    if not equals or not column:
        raise typer.BadParameter(f"--map {text} has no column: say for example --map user=question.")
    return role, column


def report(
    run: Run,
    out: Annotated[Path, typer.Option("-o", "--out", "--output", help="Where the report is written, as HTML.")],
    overwrite: Overwrite = False,
) -> None:
    """Write a run's quality report: what was asked for against what came, as one HTML file."""
    from services.results.quality import report_file  # its figures take a moment to load

    record = runs.find(run)
    exporting.check_place(out, overwrite=overwrite)
    out.write_bytes(report_file(record.id))
    errors.print(f"Written: {out}")

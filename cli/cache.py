"""`handai cache`: how many answers are kept for whoever asks the same again, and how they go."""

from typing import Annotated

import typer

from cli.progress import write_line
from services import answer_cache


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Delete every kept answer; runs and their rows stay.")] = False,
) -> None:
    """Say how many answers are kept, so that an equal request is not paid twice; --clear deletes them."""
    found = answer_cache.clear() if clear else answer_cache.use()
    kept = f"{found.answers:,} answers, {found.bytes / 1e6:.1f} MB"
    write_line(f"Deleted: {kept}." if clear else f"Kept: {kept}. Delete them with: handai cache --clear")

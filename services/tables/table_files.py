"""Which file a person means by what they wrote, and whether it can be read at all."""

import os
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from engine.tables import format_of
from handai_errors import TableError


def path_of(text: str) -> Path:
    """The table file that a person means: a whole path, `~` or a file:// address, in quotes or not."""
    named = text.strip().strip("\"'").strip()
    if named.startswith("file://"):
        named = unquote(urlsplit(named).path)
    try:
        path = Path(named).expanduser()
    except RuntimeError:  # ~somebody who isn't there
        path = Path(named)
    if not path.is_absolute():
        what = f"'{named}' is not a whole path." if named else "No path was given."
        raise TableError(what, "Write it from the beginning: ~/tables/reviews.csv, where ~ is your own folder.")
    check_readable(path)
    return path


def check_readable(path: Path) -> None:
    """Raise TableError in plain words unless `path` is a file of a known format that may be read."""
    try:
        mode = path.stat().st_mode
    except PermissionError as error:
        raise _forbidden(path) from error
    except (OSError, ValueError) as error:  # missing, a name too long, a loop of links, a NUL
        folder = path.parent
        where = "" if _is_there(folder) else f", and no folder {folder}"
        raise TableError(f"There is no file {path}{where}.", "Check the path and the spelling.") from error
    if stat.S_ISDIR(mode):
        raise TableError(f"{path} is a folder.", "Name the file inside it.")
    format_of(path.name)
    if not stat.S_ISREG(mode):
        raise TableError(f"{path} is not a file with a table in it.", "Save the table as a file first.")
    if not os.access(path, os.R_OK):
        raise _forbidden(path)


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except (OSError, ValueError):
        return False


def _forbidden(path: Path) -> TableError:
    return TableError(f"Handai may not read {path}.", "Give your user the right to read it, or copy it to your folder.")

"""Sessions as projects: named, noted, pinned; the last one is offered when a person comes back, never imposed."""

import secrets
import time
from dataclasses import dataclass

from handai_db import RunFilter, RunRecord, SessionRecord
from handai_errors import NotFoundError, SpecError
from services.home import open_catalogue
from services.running.runs import SESSION_HOURS

LONGEST_NAME, LONGEST_NOTE = 200, 2_000


@dataclass(frozen=True, slots=True)
class Offer:
    """The session that was used last, and its newest run; `is_open` if the next run goes into it anyway."""

    session: SessionRecord
    newest: RunRecord | None
    is_open: bool


def last_session() -> Offer | None:
    """What a person who comes back can go on with; None where nothing was done yet."""
    with open_catalogue() as catalogue:
        latest = max(catalogue.sessions.all(), key=lambda item: item.used_at, default=None)
        if latest is None or not latest.used_at:
            return None
        newest = catalogue.runs.list(RunFilter(session_id=latest.id), limit=1)
    return Offer(latest, next(iter(newest), None), time.time() - latest.used_at < SESSION_HOURS * 3600)


def go_on_with(session_id: str) -> None:
    """Have the next runs go into this session."""
    with open_catalogue() as catalogue:
        if not catalogue.sessions.touch(session_id):
            raise NotFoundError("This session is no longer there.", "The history lists all sessions.")


def begin(name: str) -> SessionRecord:
    """A new session, which the next runs go into."""
    with open_catalogue() as catalogue:
        return catalogue.sessions.add(secrets.token_hex(5), checked_name(name))


def describe(session_id: str, name: str, note: str) -> None:
    """Give a session another name and note."""
    with open_catalogue() as catalogue:
        catalogue.sessions.describe(session_id, checked_name(name), note.strip()[:LONGEST_NOTE])


def pin(session_id: str, *, pinned: bool) -> None:
    """Keep a session before all others, or no longer."""
    with open_catalogue() as catalogue:
        catalogue.sessions.pin(session_id, pinned=pinned)


def checked_name(name: str) -> str:
    """A name as it is kept; raises SpecError for none."""
    if not name.strip():
        raise SpecError("The name is empty.", "Write a name.")
    return name.strip()[:LONGEST_NAME]

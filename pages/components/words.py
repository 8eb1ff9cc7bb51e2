"""How a run is told in plain words: its status, its figures, its errors. Pure, so that every page says the same."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.results import PauseReason, RunStatus
from handai_db import RunRecord
from handai_errors import KIND_FACTS, ErrorKind, HandaiError
from providers.base import Message
from providers.specs import NO_PROVIDER, PROVIDERS
from services.running.views import RunView

Tone = Literal["info", "success", "warning", "error"]
UNKNOWN = "unknown"

STATUS_LABELS: dict[RunStatus, str] = {
    RunStatus.QUEUED: "Starting",
    RunStatus.RUNNING: "Running",
    RunStatus.PAUSING: "Pausing",
    RunStatus.PAUSED: "Paused",
    RunStatus.STOPPING: "Stopping",
    RunStatus.STOPPED: "Stopped",
    RunStatus.INTERRUPTED: "Interrupted",
    RunStatus.COMPLETED: "Done",
    RunStatus.PARTIAL: "Done with gaps",
    RunStatus.FAILED: "Failed",
}
SAFE = "Every finished row is safe."
_LONGEST = 600
# What Markdown reads as more than a letter; addresses stay whole, so that they remain links.
_MARKDOWN = re.compile(r"[\\`*\[\]<|~$]|\b_|_\b|:(?=[a-zA-Z])|^[#>+=-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")


@dataclass(frozen=True, slots=True)
class StatusLine:
    """The headline of a run, what is safe and what to do, and how it is coloured."""

    title: str
    body: str
    tone: Tone


_FIXED = {
    RunStatus.QUEUED: StatusLine("Starting", "The run's own process gets ready. You may close this page.", "info"),
    RunStatus.RUNNING: StatusLine(
        "Running", "The run goes on when you close this page; find it again in History.", "info"
    ),
    RunStatus.PAUSING: StatusLine("Pausing: requests in flight finish", SAFE, "warning"),
}
_UNFINISHED = frozenset({RunStatus.STOPPING, RunStatus.PAUSED, RunStatus.STOPPED, RunStatus.INTERRUPTED})


def status_line(view: RunView) -> StatusLine:
    """Where the run stands, said honestly."""
    if view.damage:
        return StatusLine("This run's file can't be read", plain(view.damage), "error")
    fixed = _FIXED.get(view.status)
    return fixed or (_unfinished(view) if view.status in _UNFINISHED else _ended(view))


def _unfinished(view: RunView) -> StatusLine:
    record = view.record
    if record.status is RunStatus.STOPPING:
        how = "are broken off" if record.request == "cancel" else "finish"
        return StatusLine(f"Stopping: requests in flight {how}", SAFE, "warning")
    if record.status is RunStatus.PAUSED:
        return StatusLine(f"Paused: {_pause_words(record)}", _why(record), "warning")
    left = f"{rows_words(view.pending)} not run yet."
    if record.status is RunStatus.STOPPED:
        return StatusLine("Stopped", f"{left} {SAFE} Resume at any time.", "info")
    return StatusLine(f"Interrupted: the process ended. {SAFE}", f"{left} Resume to go on.", "warning")


def _ended(view: RunView) -> StatusLine:
    if view.status is RunStatus.COMPLETED:
        took = f" It took {duration(view.duration_s)}." if view.duration_s is not None else ""
        there = "has an answer" if view.steps else "is there"
        return StatusLine(
            f"Done: every row {there}", f"{rows_words(view.done)} done.{took}{_left_out(view)}", "success"
        )
    if view.status is RunStatus.PARTIAL:
        title = f"Done with gaps: {view.failed:,} of {view.record.total:,} rows failed"
        return StatusLine(title, "The other rows are safe. Look at the reasons, then retry the failed ones.", "warning")
    return StatusLine("Failed: no row has an answer", "Look at the reasons, mend them, then retry.", "error")


def _left_out(view: RunView) -> str:
    dropped = view.progress.dropped if view.progress else 0
    return (
        f" {rows_words(dropped)} did not pass a check and {'is' if dropped == 1 else 'are'} left out."
        if dropped
        else ""
    )


def _pause_words(record: RunRecord) -> str:
    name = plain(provider_name(record.provider))
    cap = record.spec.limits.max_cost_usd
    words = {
        PauseReason.USER: "you asked for it",
        PauseReason.BUDGET: f"the spending cap{f' of {cost(cap)}' if cap else ''} is reached",
        PauseReason.CREDITS: f"no credit left at {name}",
        PauseReason.AUTH: f"{name} refused the key",
        PauseReason.DAILY_QUOTA: f"the daily quota at {name} is used up",
        PauseReason.CIRCUIT_BREAKER: "too many rows failed in the same way",
        PauseReason.DISK_FULL: "no space left on the disk",
        PauseReason.DB_LOCKED: "another program holds Handai's files",
    }
    return next((text for reason, text in words.items() if reason == record.reason), "something needs your attention")


def _why(record: RunRecord) -> str:
    if record.reason == PauseReason.BUDGET:
        return f"{SAFE} Resume with a higher cap to go on."
    said = " ".join(plain(part) for part in (record.cause, record.remedy) if part)
    return f"{said} {SAFE} Then resume.".strip()


def provider_name(provider_id: str) -> str:
    """The provider as people call it; an id of a provider that is gone stays as it is."""
    return next((spec.name for spec in (*PROVIDERS, NO_PROVIDER) if spec.id == provider_id), provider_id)


def kind_title(kind: str | None) -> str:
    """What went wrong, in plain words."""
    return KIND_FACTS[ErrorKind(kind)].title if kind in set(ErrorKind) else "Something else went wrong"


def error_words(error: HandaiError) -> str:
    """A failure as a page says it."""
    return " ".join(plain(part) for part in (error.cause, error.remedy) if part)


def plain(text: str) -> str:
    """Text of others as it may stand in Markdown: no links, images, formulas or colours hidden in it, one line."""
    line = " ".join(text.split())
    line = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
    return _MARKDOWN.sub(lambda found: f"\\{found[0]}", line)


_ROLES = {"system": "Instructions", "user": "Example", "assistant": "Its right answer"}


def message_titles(messages: Sequence[Message], row: str) -> list[str]:
    """What each message of a request is; the last is about the row, which is called `row`."""
    return [*(_ROLES.get(message.role, message.role) for message in messages[:-1]), *([row] if messages else [])]


def message_help(message: Message) -> str:
    """As what a message is sent."""
    return f"Sent as the message of the role “{message.role}”."


def rows_words(count: int) -> str:
    """1 row, 2 rows."""
    return f"{count:,} row" + ("" if count == 1 else "s")


def duration(seconds: float | None) -> str:
    """250 ms, 4.5 s, 45 s, 3 min 20 s, 2 h 5 min."""
    if seconds is None:
        return UNKNOWN
    if seconds < 10:
        return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, smaller, rest in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller} {rest}"
    return f"{whole} s"


def about_duration(seconds: float) -> str:
    """A guess at a time as a person would say it: in steps, so that it does not flicker."""
    if seconds < 15:
        return "a few seconds"
    if seconds < 90:
        return f"about {math.ceil(seconds / 10) * 10} s"
    if seconds < 5_400:
        return f"about {round(seconds / 60)} min"
    tens = round(seconds / 600)
    if tens < 144:
        return f"about {tens // 6} h" + (f" {tens % 6 * 10} min" if tens % 6 else "")
    return f"about {duration(seconds)}"


def pace(rows_per_s: float) -> str:
    """3.1 a second, 12 a minute."""
    if rows_per_s >= 1:
        return f"{rows_per_s:,.1f} a second" if rows_per_s < 100 else f"{rows_per_s:,.0f} a second"
    a_minute = rows_per_s * 60
    return f"{a_minute:,.0f} a minute" if a_minute >= 2 else f"{a_minute:,.1f} a minute"


def cost(usd: float | None, *, complete: bool = True) -> str:
    """US dollars; unknown stays unknown, and a sum with unknown parts says so."""
    if usd is None:
        return UNKNOWN
    digits = 2 if usd == 0 or usd >= 1 else 3 if usd >= 0.1 else 4
    return ("" if complete else "at least ") + f"${usd:,.{digits}f}"


def count(number: float | None) -> str:
    """12,345 whole up to a hundred thousand, then 123k and 1.2M."""
    if number is None:
        return UNKNOWN
    if number < 100_000:
        return f"{number:,.0f}"
    return f"{number / 1e3:,.0f}k" if number < 1e6 else f"{number / 1e6:,.1f}M"


def disk(size: int) -> str:
    """Bytes as people read them."""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def file_stem(name: str) -> str:
    """A run's name as a file may be called."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.")
    return stem[:80] or "handai"

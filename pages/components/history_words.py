"""How the history tells times, sessions and runs. Pure, so that it can be tested without a page."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from engine.spec import GenerateInput
from handai_db import RunRecord, SessionRecord
from pages.components import words

_LONGEST_ASKED, _MOST_NAMED = 110, 5
_STEPS = ((60, 60, "minute"), (3_600, 24, "hour"), (86_400, 14, "day"))


def ago(then: float, now: float) -> str:
    """Just now, 5 minutes ago, 3 hours ago, 2 days ago; a date once that is long past."""
    passed = max(0.0, now - then)
    if passed < 60:
        return "just now"
    for size, most, unit in _STEPS:
        count = int(passed // size)
        if count < most:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return f"on {day_words(datetime.fromtimestamp(then).astimezone().date(), None)}"


def day_words(day: date, today: date | None) -> str:
    """Today, Yesterday, 19 October 2026."""
    if today is not None and 0 <= (today - day).days <= 1:
        return "Today" if today == day else "Yesterday"
    return f"{day.day} {day:%B %Y}"


def runs_words(count: int) -> str:
    """No runs, 1 run, 2 runs."""
    return "no runs yet" if not count else f"{count:,} run{'' if count == 1 else 's'}"


def session_facts(session: SessionRecord, now: float) -> str:
    """What a session comes to, in one line."""
    known = session.cost_usd if session.cost_usd or session.cost_unknown < session.runs else None
    cost = words.cost(known, complete=not session.cost_unknown)
    facts = [runs_words(session.runs), *([f"cost {cost}"] if session.runs else [])]
    used = [f"last used {ago(session.used_at, now)}"] if session.used_at else []
    return " · ".join((*facts, *used))


def run_facts(record: RunRecord, figures: dict[str, Any], size: int) -> list[str]:
    """What a run comes to: rows, model, cost, time, bytes."""
    rows = figures["rows"]
    failed = f", {rows['failed']:,} failed" if rows["failed"] else ""
    facts = [f"{rows['done']:,} of {words.rows_words(rows['total'])} done{failed}"]
    if figures["damage"]:
        facts = ["its file can't be read"]
    if record.provider != "demo":
        facts.append(f"{words.provider_name(record.provider)} {record.model}")
    facts.append("cost " + words.cost(figures["cost_usd"], complete=figures["cost_complete"]))
    if figures["duration_s"] is not None:
        facts.append(f"took {words.duration(figures['duration_s'])}")
    return [*facts, f"{words.disk(size)} on disk"]


def asked_words(record: RunRecord) -> str:
    """What was asked, as far as a line takes it, and which columns it filled: tells runs over one table apart."""
    source, prompt = record.spec.input, record.spec.prompt
    if isinstance(source, GenerateInput):
        return f"a new table: {_listed([column.name for column in source.columns if column.export])}"
    asked = " ".join((prompt.instructions or prompt.template or "").split())
    asked = asked if len(asked) <= _LONGEST_ASKED else f"{asked[: _LONGEST_ASKED - 1]}…"
    return f"“{asked}” → {_listed([output.name for output in record.spec.outputs])}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (f" and {len(names) - _MOST_NAMED} more" if names[_MOST_NAMED:] else "")


def started(record: RunRecord) -> datetime:
    """When a run was started, in this computer's time."""
    return datetime.fromtimestamp(record.created_at).astimezone()

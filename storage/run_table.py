"""Runs and leases in the catalogue."""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from engine.results import RunStatus
from engine.spec import RunSpec
from storage.catalogue import Database
from storage.records import Lease, RunRecord


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to list; None does not filter. `since` and `until` are Unix seconds of creation."""

    text: str | None = None
    session_id: str | None = None
    status: str | None = None
    provider: str | None = None
    model: str | None = None
    since: float | None = None
    until: float | None = None
    previews: bool = False


class Runs:
    """Every run that there is."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, record: RunRecord) -> None:
        """A new run."""
        self._db.change(
            """INSERT INTO runs (id, session_id, name, kind, status, spec, provider, model, dataset_id, total, preview,
                reuse_from, export, created_at, started_at, finished_at, origin, reason, cause, remedy,
                figures, commits)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                record.id,
                record.session_id,
                record.name,
                record.kind,
                record.status,
                record.spec.model_dump_json(),
                record.provider,
                record.model,
                record.dataset_id,
                record.total,
                int(record.preview),
                json.dumps(record.reuse_from),
                json.dumps(record.export),
                record.created_at,
                record.started_at,
                record.finished_at,
                json.dumps(record.origin) if record.origin is not None else None,
                record.reason,
                record.cause,
                record.remedy,
                orjson.dumps(record.figures).decode(),
                record.commits,
            ),
        )

    def get(self, run_id: str) -> RunRecord | None:
        """The run with this id."""
        found = self._db.rows("SELECT * FROM runs WHERE id = ?", (run_id,))
        return _run(found[0]) if found else None

    def opened_from(self, run_id: str, created_at: float) -> RunRecord | None:
        """The run that was opened from a bundle of that run, under whatever id."""
        found = self._db.rows(
            "SELECT * FROM runs WHERE created_at = ? AND origin ->> 'run_id' = ?", (created_at, run_id)
        )
        return _run(found[0]) if found else None

    def matching(self, reference: str) -> tuple[RunRecord, ...]:
        """Runs that a person may mean: the id, an id's beginning, an exact name, or "last"; newest first."""
        if reference == "last":
            rows = self._db.rows("SELECT * FROM runs WHERE NOT preview ORDER BY created_at DESC, rowid DESC LIMIT 1")
        else:
            rows = self._db.rows(
                """SELECT * FROM runs WHERE id = ?1 OR name = ?1 OR (?1 <> '' AND substr(id, 1, length(?1)) = ?1)
                ORDER BY id = ?1 DESC, created_at DESC""",
                (reference,),
            )
        return tuple(_run(row) for row in rows)

    def list(self, wanted: RunFilter, limit: int = 500, offset: int = 0) -> tuple[RunRecord, ...]:
        """Runs that pass the filter, newest first."""
        rows = self._db.rows(
            """SELECT runs.* FROM runs JOIN sessions ON sessions.id = runs.session_id
            WHERE (?1 IS NULL OR instr(fold(runs.name || ' ' || sessions.name || ' ' || runs.model), fold(?1))
                OR instr(fold(runs.spec), fold(?11)))
            AND (?2 IS NULL OR session_id = ?2) AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR provider = ?4)
            AND (?5 IS NULL OR model = ?5) AND (?6 IS NULL OR runs.created_at >= ?6)
            AND (?7 IS NULL OR runs.created_at < ?7) AND (?8 OR NOT preview)
            ORDER BY runs.created_at DESC, runs.rowid DESC LIMIT ?9 OFFSET ?10""",
            (
                wanted.text or None,
                wanted.session_id,
                wanted.status,
                wanted.provider,
                wanted.model,
                wanted.since,
                wanted.until,
                int(wanted.previews),
                limit,
                offset,
                json.dumps(wanted.text or "", ensure_ascii=False)[1:-1],  # as it stands inside the spec
            ),
        )
        return tuple(_run(row) for row in rows)

    def over(self, dataset_id: str, limit: int = 50) -> tuple[RunRecord, ...]:
        """The runs over a table, previews too, newest first."""
        rows = self._db.rows(
            "SELECT * FROM runs WHERE dataset_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ?", (dataset_id, limit)
        )
        return tuple(_run(row) for row in rows)

    def live(self) -> tuple[RunRecord, ...]:
        """Runs that say a process executes them."""
        rows = self._db.rows("SELECT * FROM runs WHERE status IN ('queued', 'running', 'pausing', 'stopping')")
        return tuple(_run(row) for row in rows)

    def set_status(
        self,
        run_id: str,
        status: RunStatus,
        *,
        reason: str | None = None,
        cause: str | None = None,
        remedy: str | None = None,
        figures: dict[str, Any] | None = None,
    ) -> None:
        """Move a run to `status`; starting clears the last reason, ending stores the figures."""
        now = time.time()
        self._db.change(
            """UPDATE runs SET status = ?2, reason = ?3, cause = ?4, remedy = ?5, figures = coalesce(?6, figures),
                started_at = CASE WHEN ?2 = 'running' THEN coalesce(started_at, ?7) ELSE started_at END,
                finished_at = CASE WHEN ?8 THEN ?7 ELSE NULL END WHERE id = ?1""",
            (
                run_id,
                status,
                reason,
                cause,
                remedy,
                orjson.dumps(figures).decode() if figures is not None else None,
                now,
                int(not status.is_live),
            ),
        )

    def note_commits(self, run_id: str, commits: int) -> None:
        """Note how many commits a run's file has seen: it must never have fewer."""
        self._db.change("UPDATE runs SET commits = max(commits, ?2) WHERE id = ?1", (run_id, commits))

    def note_draining(self, run_id: str, status: RunStatus) -> None:
        """Note that a running run sends nothing more; one that has ended meanwhile is left alone."""
        self._db.change("UPDATE runs SET status = ?2 WHERE id = ?1 AND status = 'running'", (run_id, status))

    def interrupt(self, run_id: str) -> None:
        """Note that a live run's process is gone."""
        self._db.change(
            """UPDATE runs SET status = 'interrupted', finished_at = ?2, request = NULL
            WHERE id = ?1 AND status IN ('queued', 'running', 'pausing', 'stopping')""",
            (run_id, time.time()),
        )

    def ask(self, run_id: str, request: str | None) -> None:
        """Ask the run's process to stop (`stop`) or to break off (`cancel`); None takes it back."""
        self._db.change("UPDATE runs SET request = ?2 WHERE id = ?1", (run_id, request))

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        self._db.change("UPDATE runs SET name = ? WHERE id = ?", (name, run_id))

    def move(self, run_id: str, session_id: str) -> None:
        """Put a run into another session."""
        self._db.change("UPDATE runs SET session_id = ? WHERE id = ?", (session_id, run_id))

    def set_spec(self, run_id: str, spec: RunSpec) -> None:
        """Replace a run's spec, as when a cap is raised for a resume."""
        self._db.change("UPDATE runs SET spec = ? WHERE id = ?", (spec.model_dump_json(), run_id))

    def set_export(self, run_id: str, export: dict[str, Any]) -> None:
        """Remember where a run's table is written."""
        self._db.change("UPDATE runs SET export = ? WHERE id = ?", (json.dumps(export), run_id))

    def delete(self, run_id: str) -> None:
        """Forget a run."""
        self._db.change("DELETE FROM runs WHERE id = ?", (run_id,))


class Leases:
    """Which process executes which run."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def take(self, lease: Lease, is_alive: Callable[[Lease], bool]) -> Lease | None:
        """Take the lease; returns the living owner's instead if there is one."""
        with self._db.transaction():
            current = self.get(lease.run_id)
            if current and current != lease and is_alive(current):
                return current
            self._db.change(
                "INSERT OR REPLACE INTO leases (run_id, pid, pid_started, at) VALUES (?, ?, ?, ?)",
                (lease.run_id, lease.pid, lease.pid_started, time.time()),
            )
        return None

    def get(self, run_id: str) -> Lease | None:
        """The lease on a run."""
        found = self._db.rows("SELECT run_id, pid, pid_started FROM leases WHERE run_id = ?", (run_id,))
        return Lease(*found[0]) if found else None

    def give_back(self, run_id: str, pid: int) -> None:
        """End this process's lease."""
        self._db.change("DELETE FROM leases WHERE run_id = ? AND pid = ?", (run_id, pid))


def _run(row: sqlite3.Row) -> RunRecord:
    values = {name: row[name] for name in RunRecord.__slots__}
    values |= {
        "status": RunStatus(row["status"]),
        "spec": RunSpec.model_validate_json(row["spec"]),
        "preview": bool(row["preview"]),
        "reuse_from": tuple(json.loads(row["reuse_from"])),
        "export": json.loads(row["export"]),
        "figures": json.loads(row["figures"]),
        "origin": json.loads(row["origin"]) if row["origin"] is not None else None,
    }
    return RunRecord(**values)

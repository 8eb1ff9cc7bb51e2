"""What the runs of one account tell each other while they execute: who is there, how fast it goes, until when to wait.

An account is known by a salted hash; neither its key nor its address is here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from storage.catalogue import Database

OTHERS_SQL = """SELECT run_id, seen_at, pace, held_at, held_until, reason FROM account_runs
    WHERE account = ? AND run_id <> ?"""
_FORGET_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class AccountRun:
    """One run as the others of its account see it; times are Unix times, `pace` is what all of them may do together."""

    run_id: str
    seen_at: float
    pace: float | None = None
    held_at: float | None = None
    held_until: float | None = None
    reason: str | None = None


def account_runs(rows: Iterable[Sequence[Any]]) -> list[AccountRun]:
    """What OTHERS_SQL found."""
    return [AccountRun(*row) for row in rows]


class AccountRuns:
    """The table of live runs by account."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def salt(self) -> bytes:
        """What an account's hash is made with in this catalogue."""
        return bytes(self._db.rows("SELECT salt FROM account_salt")[0]["salt"])

    def tell(self, account: str, run: AccountRun) -> list[AccountRun]:
        """Note how a run stands; returns the others of its account."""
        with self._db.transaction():
            self._db.change(
                "DELETE FROM account_runs WHERE max(seen_at, ifnull(held_until, 0)) < ?", (run.seen_at - _FORGET_S,)
            )
            self._db.change(
                "INSERT OR REPLACE INTO account_runs (account, run_id, seen_at, pace, held_at, held_until, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (account, run.run_id, run.seen_at, run.pace, run.held_at, run.held_until, run.reason),
            )
            return account_runs(tuple(row) for row in self._db.rows(OTHERS_SQL, (account, run.run_id)))

    def leave(self, run_id: str) -> None:
        """Note that a run sends nothing more; what it was told to wait for holds until its time."""
        self._db.change("UPDATE account_runs SET seen_at = 0 WHERE run_id = ? AND held_until IS NOT NULL", (run_id,))
        self._db.change("DELETE FROM account_runs WHERE run_id = ? AND held_until IS NULL", (run_id,))

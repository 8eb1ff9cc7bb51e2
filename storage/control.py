"""The run process's ear to the catalogue: what a person asked for, read without blocking the event loop."""

from pathlib import Path

import aiosqlite

from storage.accounts import OTHERS_SQL, AccountRun, account_runs
from storage.connect import translated


class RunControl:
    """An open read-only view of one run's request; use as an async context manager."""

    def __init__(self, path: Path, run_id: str) -> None:
        self._path = path
        self._run_id = run_id
        self._connection: aiosqlite.Connection | None = None

    async def __aenter__(self) -> "RunControl":
        with translated(self._path):
            self._connection = await aiosqlite.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def request(self) -> str | None:
        """`stop`, `cancel` or None; raises StorageError when the catalogue can't be read now."""
        if self._connection is None:
            return None
        with translated(self._path):
            async with self._connection.execute("SELECT request FROM runs WHERE id = ?", (self._run_id,)) as cursor:
                row = await cursor.fetchone()
        return row[0] if row else "cancel"  # a deleted run has nothing left to do

    async def others_at(self, account: str) -> list[AccountRun]:
        """What the other runs of an account last told; raises StorageError when the catalogue can't be read now."""
        if self._connection is None:
            return []
        with translated(self._path):
            async with self._connection.execute(OTHERS_SQL, (account, self._run_id)) as cursor:
                return account_runs(await cursor.fetchall())

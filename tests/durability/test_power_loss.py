"""What a power cut leaves of a run's file and of the catalogue: the real statements on a disk that forgets."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.results import LiveState
from handai_db import Catalogue, RunWriter, begin_execution, create_run_file, end_execution
from tests.durability.power_loss import Cut, Event, is_acknowledged, recorded, replay
from tests.storage.stored import done, ended, failed, reserved

pytestmark = pytest.mark.anyio
CUTS = 300
GROUPS = 120


async def a_run_s_statements(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What an execution of 480 rows runs on its file, from making it to its manifest."""
    path = folder / "run.db"
    monkeypatch.setattr("storage.run_writer.FLUSH_INTERVAL_S", 0.0)
    with recorded(monkeypatch) as events:
        create_run_file(path, {"id": "r", "steps": "1"}, [("output", "output")])
        begin_execution(path, 1)
        writer = RunWriter(path)
        for group in range(GROUPS):
            rows = range(4 * group, 4 * group + 4)
            await writer.reserve([reserved(row, usd=0.25) for row in rows])
            for row in rows:
                writer.attempt_ended(ended(row))
                writer.put(failed(row) if row % 9 == 0 else done(row, f"text {row} " * 60))
            writer.live(LiveState(4, 4))
            await writer.flush()
        await writer.close()
        end_execution(path, "completed", "Ended: completed")
    return events


def states_of(events: list[Event], tables: str, folder: Path) -> list[str]:
    """The tables after each commit, in order; the first is before any."""
    with closing(sqlite3.connect(folder / "expected.db", isolation_level=None)) as connection:
        states = [dump(connection, tables)]
        for what, _, sql in events:
            if what == "run":
                before = connection.total_changes
                connection.execute(sql).fetchall()
                if is_acknowledged(sql, connection.in_transaction, connection.total_changes - before):
                    states.append(dump(connection, tables))
    return states


def dump(connection: sqlite3.Connection, tables: str) -> str:
    found = []
    for table in tables.split():
        try:
            rows = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 ours
            found.append(str([[round(x, 3) if isinstance(x, float) else x for x in row] for row in rows]))
        except sqlite3.OperationalError:  # not made yet
            found.append("")
    return "\n".join(found)


def state_after(cut: Cut, tables: str, folder: Path) -> str:
    """The tables that a cut leaves, read as a start after it would; a damaged file raises."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in cut.files.items():
        (folder / name).write_bytes(content)
    with closing(sqlite3.connect(folder / "run.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return dump(connection, tables)


def losses(cuts: list[Cut], states: list[str], tables: str, folder: Path) -> list[int]:
    """For each cut, how many acknowledged transactions are gone; what is left must be a state that there was."""
    folder.mkdir(exist_ok=True)
    lost = []
    for cut in cuts:
        found = state_after(cut, tables, folder)
        places = [place for place, state in enumerate(states) if state == found]
        assert places, "the file is in a state in which it never was"
        lost.append(max(0, cut.acknowledged - places[-1]))
    return lost


RUN_TABLES = "results attempts progress events outputs meta"


async def test_no_power_cut_loses_what_was_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = await a_run_s_statements(tmp_path, monkeypatch)
    states = states_of(events, RUN_TABLES, tmp_path)
    assert "PRAGMA synchronous=FULL" in {sql for _, _, sql in events}

    found = losses(replay(events, CUTS), states, RUN_TABLES, tmp_path / "cut")

    sys.stderr.write(f"\n{CUTS} power cuts over {len(states) - 1} commits: {sum(map(bool, found))} lost rows\n")
    assert (len(found), max(found)) == (CUTS, 0)


async def test_the_same_cuts_lose_rows_where_less_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would prove nothing."""
    events = await a_run_s_statements(tmp_path, monkeypatch)
    states = states_of(events, RUN_TABLES, tmp_path)

    found = losses(replay(events, CUTS, synchronous="NORMAL"), states, RUN_TABLES, tmp_path / "cut")

    sys.stderr.write(f"\nwith NORMAL {sum(map(bool, found))} of {CUTS} lost rows, up to {max(found)} commits\n")
    assert sum(map(bool, found)) > CUTS / 4


def test_no_power_cut_loses_a_change_of_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = "sessions settings"
    with recorded(monkeypatch) as events, Catalogue(tmp_path / "handai.db") as catalogue:
        for number in range(40):
            session = catalogue.sessions.add(f"s{number}", f"Session {number} " * 20)
            catalogue.settings.put({"theme": number, "more": "x" * 3000})
            with catalogue.database.transaction():
                catalogue.sessions.rename(session.id, f"Renamed {number}")
                catalogue.sessions.delete(f"s{number - 3}")
    assert "PRAGMA journal_mode=DELETE" in {sql for _, _, sql in events}
    states = states_of(events, tables, tmp_path)

    found = losses(replay(events, CUTS), states, tables, tmp_path / "cut")

    assert (len(found), max(found)) == (CUTS, 0)

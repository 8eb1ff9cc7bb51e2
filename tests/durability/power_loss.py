"""Power cuts without a power switch: real statements replayed on a disk that forgets what was not synced.

`record` notes every statement that our own code runs on SQLite, in order. `replay` runs them again on a disk in memory
whose unsynced writes are lost in part at each cut: any half of their sectors may have reached the platter.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import pytest

SECTOR = 512
_OPEN, _CLOSE = "open", "close"

Event = tuple[str, int, str]  # what, which connection, the statement


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Event]]:
    """Every statement on every database that is opened meanwhile, pragmas and commits included."""
    events: list[Event] = []
    connect = sqlite3.connect
    opened = iter(range(1_000_000))

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 as sqlite3.connect
        number = next(opened)

        class Traced(sqlite3.Connection):
            def close(self) -> None:
                events.append((_CLOSE, number, ""))
                super().close()

        connection = connect(*arguments, **named, factory=Traced)
        events.append((_OPEN, number, ""))
        connection.set_trace_callback(lambda sql: events.append(("run", number, sql)))
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", traced)
        yield events


@dataclass(slots=True)
class Disk:
    """Files whose writes are pending until they are synced; `tick` is called before each operation that changes one."""

    tick: Callable[[], None]
    files: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """What the disk holds if the power goes now."""
        found = {name: bytearray(content) for name, content in self.files.items()}
        for name, writes in self.pending.items():
            for offset, data in writes:
                for start in range(0, len(data), SECTOR):
                    if chance.random() < 0.5:
                        _put(found[name], offset + start, data[start : start + SECTOR])
        return {name: bytes(content) for name, content in found.items()}


class DiskFile:
    """An open file of a disk, as SQLite sees it: what was written can be read, synced or not."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk, self._name = disk, name
        disk.files.setdefault(name, bytearray())
        disk.pending.setdefault(name, [])

    def _seen(self) -> bytearray:
        pending = self._disk.pending[self._name]
        if not pending:
            return self._disk.files[self._name]
        content = bytearray(self._disk.files[self._name])
        for offset, data in pending:
            _put(content, offset, data)
        return content

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 apsw's names
        return bytes(self._seen()[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.tick()
        self._disk.pending[self._name].append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.tick()
        self._settle()
        del self._disk.files[self._name][size:]

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.tick()
        self._settle()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._seen())

    def xClose(self) -> None:  # noqa: N802 closing syncs nothing
        return

    def xLock(self, level: int) -> None:  # noqa: N802
        return

    def xUnlock(self, level: int) -> None:  # noqa: N802
        return

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, operation: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802 what SQLite takes for granted on Linux and macOS
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def _settle(self) -> None:
        self._disk.files[self._name] = self._seen()
        self._disk.pending[self._name] = []


class DiskVFS(apsw.VFS):
    """The way from SQLite to a disk."""

    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, "")
        self._disk = disk

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> Any:  # noqa: ANN401, N802 apsw takes any object with these methods
        told = name.filename() if isinstance(name, apsw.URIFilename) else name or f"temporary-{len(self._disk.files)}"
        return DiskFile(self._disk, Path(told).name)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return Path(pathname).name in self._disk.files

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._disk.tick()
        self._disk.files.pop(Path(filename).name, None)
        self._disk.pending.pop(Path(filename).name, None)

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


@dataclass(frozen=True, slots=True)
class Cut:
    """The disk after a power cut, and how many transactions had been acknowledged by then."""

    acknowledged: int
    files: dict[str, bytes]


def replay(events: list[Event], cuts: int, *, seed: int = 0, synchronous: str = "FULL") -> list[Cut]:
    """Run recorded statements again, with `cuts` power cuts at random moments; a commit that returned is acknowledged.

    Each connection has the file to itself, so that SQLite keeps its log's index in memory: the disk has none.
    """
    operations = _operations(events, synchronous, lambda: None)
    chance = random.Random(seed)
    moments = iter(sorted(chance.randrange(operations) for _ in range(cuts)))
    upcoming, done, acknowledged, found = next(moments, None), 0, 0, list[Cut]()

    def tick() -> None:
        nonlocal upcoming, done
        while upcoming == done:
            found.append(Cut(acknowledged, disk.after_cut(chance)))
            upcoming = next(moments, None)
        done += 1

    def committed() -> None:
        nonlocal acknowledged
        acknowledged += 1

    disk = Disk(tick)
    _run(events, disk, synchronous, committed)
    return found


def is_acknowledged(sql: str, in_transaction: bool, changes: int) -> bool:
    """Whether a statement that returned has promised something: it ended a transaction, or changed rows on its own."""
    return sql == "COMMIT" or (changes > 0 and not in_transaction)


def _operations(events: list[Event], synchronous: str, committed: Callable[[], None]) -> int:
    counted = 0

    def tick() -> None:
        nonlocal counted
        counted += 1

    _run(events, Disk(tick), synchronous, committed)
    return counted


def _run(events: list[Event], disk: Disk, synchronous: str, committed: Callable[[], None]) -> None:
    name = f"disk-{id(disk)}"
    vfs = DiskVFS(name, disk)
    connections: dict[int, apsw.Connection] = {}
    for what, number, sql in events:
        if what == _OPEN:
            connections[number] = apsw.Connection("run.db", vfs=name)
            connections[number].execute("PRAGMA locking_mode=EXCLUSIVE")
        elif what == _CLOSE:
            if number in connections:
                connections.pop(number).close()
        else:
            connection = connections[number]
            before = connection.total_changes()
            connection.execute(sql.replace("synchronous=FULL", f"synchronous={synchronous}")).fetchall()
            if is_acknowledged(sql, connection.in_transaction, connection.total_changes() - before):
                committed()
    for connection in connections.values():
        connection.close()
    vfs.unregister()


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data

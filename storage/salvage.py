"""What can still be read of a damaged run file: every result that is as it was written, put into a whole file."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import orjson

from engine.gate import Place, Verdict
from engine.numbering import Numbering
from engine.results import AttemptState
from providers.base import AnswerForm
from storage import manifest
from storage.connect import open_run_writer, translated
from storage.marks import MarkState, mark_digest
from storage.run_batch import NOTE_LATE
from storage.run_file import create_run_file
from storage.run_reader import RunReader
from storage.run_rows import HASHED, HASHED_FIGURES
from storage.run_values import is_whole, thousandths

_BLOCK = 64
_RESULT = (*HASHED[:-1], "sha256", "committed_at", "similar_to", "similarity")
_ATTEMPT = (
    "row",
    "step",
    "number",
    "state",
    "started_at",
    "latency_s",
    "kind",
    "cause",
    "status",
    "model",
    "upstream",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "reserved_usd",
    "generation",
    "fallback",
)
_MARK = ("row", "key", "state", "value", "was", "at", "sha256")
_COUNT_ATTEMPTS = """
UPDATE progress SET (attempts, first_attempts, rate_limited, invalid, unknown, answers, prompt_tokens,
    completion_tokens, tokens_unknown, cost_usd, cost_unknown) = (SELECT count(*), count(*) FILTER (WHERE number = 1),
    count(*) FILTER (WHERE kind IN ('rate_limit', 'in_flight_budget')), count(*) FILTER (WHERE kind = 'invalid_output'),
    count(*) FILTER (WHERE state = 'unknown'), count(*) FILTER (WHERE state = 'done' OR status = 200),
    coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0),
    count(*) FILTER (WHERE (state IN ('done', 'unknown') OR status = 200)
        AND (prompt_tokens IS NULL OR completion_tokens IS NULL)), coalesce(sum(cost_usd), 0),
    count(*) FILTER (WHERE (state IN ('done', 'unknown') OR status = 200) AND cost_usd IS NULL)
    FROM attempts WHERE state <> 'reserved')"""
_COUNT_ROWS = """
UPDATE progress SET done = ?, failed = ?, commits = ?,
    (cached, repaired) = (SELECT coalesce(sum(cached), 0), coalesce(sum(repaired), 0) FROM results),
    (refused, marked, dropped) = (SELECT count(*) FILTER (WHERE verdict = 'refused'),
    count(*) FILTER (WHERE verdict = 'marked'), count(*) FILTER (WHERE verdict = 'dropped') FROM verdicts)"""


def salvage(
    source: Path,
    target: Path,
    meta: Mapping[str, str],
    outputs: Sequence[tuple[str, str]],
    *,
    rows: int,
    commits: int = 0,
) -> int:
    """Write a whole run file with what is intact in `source`; returns how many rows have an end.

    `meta` and `outputs` are those of a new run over `rows` rows; `commits` is how many it had at least.
    """
    numbering = Numbering(int(meta.get("steps", "1")))
    with closing(open_damaged(source)) as damaged:
        found = {**_remembered(damaged), **meta}
        create_run_file(target, found, (*outputs, *_more_outputs(damaged, outputs)))
        with translated(target), closing(open_run_writer(target)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            _put(connection, "results", _RESULT, intact_results(damaged, rows, numbering))
            _put(connection, "attempts", _ATTEMPT, _attempts(damaged, rows))
            _put(connection, "verdicts", ("row", "draw", "verdict", "cause"), _verdicts(damaged, rows, numbering))
            _put(connection, "marks", _MARK, _marks(damaged, rows))
            _put(connection, "held_out", ("row", "at"), _set_aside(damaged, rows))
            connection.execute(_COUNT_ATTEMPTS)
            connection.execute("COMMIT")
    with RunReader(target) as reader:
        done, failed = reader.count_ends()
        lost = [row for row, ended in enumerate(reader.finished_rows(rows)) if not ended]
    least = max(commits, manifest.counted_commits(source), sealed.commits if (sealed := manifest.beside(source)) else 0)
    with translated(target), closing(open_run_writer(target)) as connection:
        connection.execute(_COUNT_ROWS, (done, failed, least + 1))
        connection.execute(NOTE_LATE, (orjson.dumps(lost).decode(),))
    return done + failed


def put_in_place(mended: Path, run_file: Path) -> None:
    """Put a mended file, closed, into a damaged one's place; the damaged one and its log stay beside it."""
    found = manifest.manifest_in(mended)
    kept = damaged_paths(run_file)
    for source, target in zip((run_file, log_of(run_file)), kept, strict=True):
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
    log_of(run_file).unlink(missing_ok=True)  # SQLite would take it for the new file's
    run_file.with_name(f"{run_file.name}-shm").unlink(missing_ok=True)
    mended.replace(run_file)
    manifest.put_beside(run_file, found, at_rest=True)


def damaged_paths(run_file: Path) -> tuple[Path, Path]:
    """Where a damaged file and its log are kept once another is in their place."""
    kept = run_file.with_suffix(".damaged.db")
    return kept, log_of(kept)


def log_of(run_file: Path) -> Path:
    """SQLite's log beside a run file."""
    return run_file.with_name(f"{run_file.name}-wal")


def intact_results(damaged: sqlite3.Connection, rows: int, numbering: Numbering) -> Iterator[tuple[object, ...]]:
    """Every stored result that can be read and is as it was written."""
    most = _first(damaged, "SELECT max(id) FROM results")
    if not isinstance(most, int) or not 0 <= most <= 2**40:
        most = rows * max(1, numbering.width) * 4
    for found in _in_blocks(damaged, "SELECT * FROM results WHERE id >= ? AND id < ?", most + 1):
        figures = (thousandths(found.get(name)) for name in HASHED_FIGURES)
        told = (*(_cell(found.get(name)) for name in HASHED), *figures)
        if 0 <= _whole(found.get("row")) < rows and is_whole(str(found.get("sha256")), told):
            yield tuple(found.get(name) for name in _RESULT)


def _attempts(damaged: sqlite3.Connection, rows: int) -> Iterator[tuple[object, ...]]:
    for found in _in_blocks(damaged, "SELECT * FROM attempts WHERE row >= ? AND row < ?", rows):
        if found["state"] in set(AttemptState):
            yield tuple(found.get(name) for name in _ATTEMPT)


def _verdicts(damaged: sqlite3.Connection, rows: int, numbering: Numbering) -> Iterator[tuple[object, ...]]:
    """The verdicts on draws whose last answer is intact; the others are judged again."""
    sql = f"""SELECT v.*, (SELECT count(*) FROM results r WHERE r.row = v.row
        AND r.step = v.draw * {numbering.width} + {numbering.width - 1}) AS answered
        FROM verdicts v WHERE row >= ? AND row < ?"""  # noqa: S608 numbers of ours
    for found in _in_blocks(damaged, sql, rows):
        if found["verdict"] in set(Verdict) and found["answered"]:
            yield found["row"], found["draw"], found["verdict"], found["cause"]


def _marks(damaged: sqlite3.Connection, rows: int) -> Iterator[tuple[object, ...]]:
    """What a person said of cells, as far as it is as it was written."""
    for found in _read(damaged, "SELECT * FROM marks ORDER BY id") or ():
        told = tuple(_cell(found[name]) for name in _MARK[:-2])
        at = found["at"]
        is_whole_mark = isinstance(at, float) and mark_digest(*told, at=at) == found["sha256"]
        if is_whole_mark and 0 <= _whole(found["row"]) < rows and found["state"] in set(MarkState):
            yield tuple(found[name] for name in _MARK)


def _set_aside(damaged: sqlite3.Connection, rows: int) -> Iterator[tuple[object, ...]]:
    for found in _read(damaged, "SELECT row, at FROM held_out") or ():
        if 0 <= _whole(found["row"]) < rows and isinstance(found["at"], float):
            yield found["row"], found["at"]


def open_damaged(source: Path) -> sqlite3.Connection:
    """A read-only connection that takes any text as it comes."""
    connection = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda text: text.decode(errors="replace")
    return connection


def _in_blocks(damaged: sqlite3.Connection, sql: str, stop: int) -> Iterator[dict[str, object]]:
    """The rows of a query over a range, in small parts: where a part can't be read, one by one."""
    for start in range(0, stop, _BLOCK):
        end = min(start + _BLOCK, stop)
        found = _read(damaged, sql, (start, end))
        if found is not None:
            yield from found
            continue
        for one in range(start, end):
            yield from _read(damaged, sql, (one, one + 1)) or ()


def _read(damaged: sqlite3.Connection, sql: str, values: tuple[object, ...] = ()) -> list[dict[str, object]] | None:
    try:
        return [dict(row) for row in damaged.execute(sql, values).fetchall()]
    except (sqlite3.Error, OverflowError):
        return None


def _first(damaged: sqlite3.Connection, sql: str) -> object:
    found = _read(damaged, sql)
    return next(iter(found[0].values())) if found else None


def _cell(value: object) -> str | int | None:
    return value if isinstance(value, str | int) else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1


def _remembered(damaged: sqlite3.Connection) -> dict[str, str]:
    """What the run's process has learnt, as far as it can be right."""
    found = {str(item["key"]): str(item["value"]) for item in _read(damaged, "SELECT key, value FROM meta") or ()}
    kept = {}
    if found.get("answer_form") in set(AnswerForm):
        kept["answer_form"] = found["answer_form"]
    try:
        kept["judged"] = str(Place.read(found["judged"]))
    except (KeyError, ValueError):
        kept.pop("judged", None)
    return kept


def _more_outputs(damaged: sqlite3.Connection, known: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Columns that the answers brought beside those that were planned."""
    keys, names = {key for key, _ in known}, {name for _, name in known}
    more = []
    for item in _read(damaged, "SELECT key, name FROM outputs ORDER BY ordinal") or ():
        key, name = str(item["key"]), str(item["name"])
        if key not in keys and name not in names:
            keys.add(key)
            names.add(name)
            more.append((key, name))
    return more


def _put(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterator[tuple[object, ...]]
) -> None:
    places = ", ".join("?" * len(columns))
    sql = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 names are ours
    for row in rows:
        try:
            connection.execute(sql, row)
        except sqlite3.IntegrityError:  # a value that no table of ours takes
            continue

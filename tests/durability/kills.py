"""A run whose process is killed at random points, again and again, until it is done; what each kill cost.

python -m tests.durability.kills --kills 500        # the long version: 20 runs of 1,000 rows, 25 kills each
"""

import argparse
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from handai_db import RunReader
from services.home import run_path
from services.running import runs
from tests.command_line import (
    ProviderProcess,
    begin,
    done_rows,
    finish,
    handai,
    made_table,
    provider_process,
    records_in,
    transform_arguments,
    wait_until,
)

ROWS = 1000
IN_FLIGHT = 16
KILLS = 25
LATENCY_S = 0.05
FLUSH_S = 0.1  # the longest that an answer should wait to be durable
JITTER_S = 0.08  # so that kills fall into commits as well as between them
_PATIENCE_S = 120.0

BOUND = IN_FLIGHT + int(IN_FLIGHT * FLUSH_S / LATENCY_S)


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: the rows seen as durable before it that were gone afterwards, and those that must be asked again."""

    at: int
    lost: int
    again: int
    integrity: str
    damage: str | None


@dataclass(slots=True)
class Outcome:
    """A run that was killed many times and finished: its kills, and the seconds from each start to its first request.

    `duplicates` are results beyond one a row; `wrong` are rows of the table that are not what was asked for;
    `requests` are those that the provider counted.
    """

    kills: list[Kill] = field(default_factory=list)
    starts_s: list[float] = field(default_factory=list)
    duplicates: int = 0
    wrong: int = 0
    requests: int = 0
    written_down: int = 0

    def __str__(self) -> str:
        return (
            f"{len(self.kills)} kills: {sum(kill.lost for kill in self.kills)} rows lost, "
            f"{self.duplicates} results twice, {sum(kill.integrity != 'ok' for kill in self.kills)} files broken, "
            f"{sum(kill.damage is not None for kill in self.kills)} taken for damaged; asked again per kill "
            f"{statistics.mean(kill.again for kill in self.kills):.1f} on average, "
            f"{max(kill.again for kill in self.kills)} at most (bound {BOUND}); from start to first request "
            f"{statistics.median(self.starts_s):.2f} s, {max(self.starts_s):.2f} s at most"
        )


def killed_run(
    folder: Path, provider: ProviderProcess, kills: int = KILLS, chance: random.Random | None = None
) -> Outcome:
    """Begin a run over a table, kill it at random points, resume it each time, and let the last one finish."""
    chance = chance or random.Random()
    out, outcome = folder / "out.csv", Outcome()
    points = sorted(chance.sample(range(5, ROWS - 4 * IN_FLIGHT), kills))
    arguments = transform_arguments(
        made_table(folder / "in.csv", ROWS),
        out,
        provider.url,
        "--concurrency",
        str(IN_FLIGHT),
        "--no-cache",  # the run's file alone has to remember what was answered
        "--run-name",
        folder.name,
    )
    asked = requested(provider)
    first = sum(asked.values())
    run_id = ""
    for point in points:
        process = started(arguments, provider, outcome)
        run_id = run_id or runs.find(folder.name).id
        arguments = ["resume", run_id]
        outcome.kills.append(killed_at(process, run_id, point, asked, provider, chance))
        asked = requested(provider)
    ended = finish(started(["resume", run_id], provider, outcome), _PATIENCE_S)
    assert ended.code == 0, ended.err
    expected = [(str(n), f"ROW{n}", f"echo: ROW{n}") for n in range(ROWS)]
    found = [(row["id"], row["text"], row["output"]) for row in records_in(out)]
    outcome.wrong = sum(one != other for one, other in zip(expected, found, strict=True))
    outcome.duplicates = results_of(run_id) - ROWS
    outcome.requests = sum(requested(provider).values()) - first
    outcome.written_down = handai("show", run_id, "--json").figures()["attempts"]
    return outcome


def started(arguments: list[str], provider: ProviderProcess, outcome: Outcome) -> "subprocess.Popen[str]":
    """Start a command and wait until its first request is there."""
    before, began = provider.stats()["total"], time.monotonic()
    process = begin(*arguments)
    wait_until(lambda: provider.stats()["total"] > before or process.poll() is not None, _PATIENCE_S)
    outcome.starts_s.append(time.monotonic() - began)
    return process


def killed_at(
    process: "subprocess.Popen[str]",
    run_id: str,
    point: int,
    asked_before: dict[str, int],
    provider: ProviderProcess,
    chance: random.Random,
) -> Kill:
    """Kill the process a moment after `point` rows are durable, and look at what is there."""
    wait_until(lambda: done_rows(run_id) >= point or process.poll() is not None, _PATIENCE_S)
    time.sleep(chance.uniform(0, JITTER_S))
    seen = acknowledged(run_id)
    assert process.poll() is None, finish(process)
    process.kill()
    finish(process)
    kept = acknowledged(run_id)
    asked = requested(provider)
    open_rows = [row for row, count in asked.items() if count > asked_before.get(row, 0) and int(row[3:]) not in kept]
    return Kill(point, len(seen.items() - kept.items()), len(open_rows), integrity(run_id), runs.view(run_id).damage)


def acknowledged(run_id: str) -> dict[int, str]:
    """Every row that a reader has seen as done, with its answer."""
    with RunReader(run_path(run_id)) as reader:
        return {found.row: str(found.values) for found in reader.iter_results()}


def requested(provider: ProviderProcess) -> dict[str, int]:
    """How often the provider was asked for each row."""
    return dict(provider.stats()["rows"])


def integrity(run_id: str) -> str:
    """What SQLite says of a run's file."""
    with closing(sqlite3.connect(f"file:{run_path(run_id)}?mode=ro", uri=True)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def results_of(run_id: str) -> int:
    """How many results a run's file has."""
    with closing(sqlite3.connect(f"file:{run_path(run_id)}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM results").fetchone()[0])


def main() -> None:
    """Print what each run of 25 kills cost, and all together."""
    parser = argparse.ArgumentParser(description="Kill runs at random points and tell what it cost.")
    parser.add_argument("--kills", type=int, default=500)
    wanted = parser.parse_args().kills
    together = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HANDAI_HOME"] = str(Path(folder) / "home")
        while len(together.kills) < wanted:
            place = Path(folder) / f"run-{len(together.kills)}"
            place.mkdir()
            with provider_process(LATENCY_S) as provider:
                found = killed_run(place, provider, min(KILLS, wanted - len(together.kills)))
            together.kills += found.kills
            together.starts_s += found.starts_s
            together.duplicates += found.duplicates
            together.wrong += found.wrong
            sys.stdout.write(f"{found}\n")
            sys.stdout.flush()
    sys.stdout.write(f"together {together}; {together.wrong} rows of the tables wrong\n")


if __name__ == "__main__":
    main()

"""`python -m bench.watched`: what a run loses while many tabs watch it, and whether an app in long use stays small.

beside: the same run alone and with tabs on it, in turn, so that both meet the same machine.
soak: runs that go on, tabs that come, tick and leave; the server's memory minute by minute, its log at the end.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.app_runs import live_runs
from bench.app_server import Server, serving
from bench.app_visits import Visit, quantile
from services.running import runs

_WARM_UP_S = 6.0
_LOOKS = ("run", "run", "run", "run", "history", "transform", "providers", "compare")
_STAYS_S = (3.0, 25.0)


@dataclass(slots=True)
class _Minute:
    """What happened since the last figures."""

    ticks: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def main() -> None:
    """Measure, print, write JSON."""
    parser = argparse.ArgumentParser(description="Measures runs and the app beside each other.")
    parser.add_argument("--parts", nargs="+", choices=("beside", "soak"), default=("beside", "soak"))
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=3, help="how often alone and beside the tabs")
    parser.add_argument("--seconds", type=float, default=25.0, help="of each measured run")
    parser.add_argument("--in-flight", type=int, nargs="+", default=(50, 256), help="requests at once, 200 ms each")
    parser.add_argument("--runs", type=int, default=5, help="live runs of the soak")
    parser.add_argument("--minutes", type=int, default=10, help="of the soak")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    chosen = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        os.environ["HANDAI_HOME"] = folder
        with serving(Path(folder)) as server:
            if "beside" in chosen.parts:
                figures["beside"] = [_beside(server, chosen, together) for together in chosen.in_flight]
            if "soak" in chosen.parts:
                figures["soak"] = _soak(server, chosen)
        log = (Path(folder) / "server.log").read_text("utf-8", "replace")
    figures["errors_in_log"] = [line for line in log.splitlines() if "Traceback" in line or "Error" in line]
    _say(f"errors in the server's log: {len(figures['errors_in_log'])}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2))


def _beside(server: Server, chosen: argparse.Namespace, together: int) -> dict[str, Any]:
    pairs = []
    for _ in range(chosen.pairs):
        alone = asyncio.run(_rate(server, 0, together, chosen.seconds))
        watched = asyncio.run(_rate(server, chosen.tabs, together, chosen.seconds))
        pairs.append((alone, watched))
        _say(f"{together} in flight: {alone:.0f} rows/s alone, {watched:.0f} beside {chosen.tabs} tabs ({_load()})")
    loss = lost(pairs)
    _say(f"{together} in flight: {loss:.1%} lost, the median of {len(pairs)} pairs")
    return {"in_flight": together, "pairs": pairs, "lost": loss}


def lost(pairs: Sequence[tuple[float, float]]) -> float:
    """The share of a run's pace that is lost beside tabs: the median of the pairs."""
    return statistics.median(1 - watched / alone for alone, watched in pairs)


async def _rate(server: Server, tabs: int, together: int, seconds: float) -> float:
    """Rows a second of one run with so many tabs on it."""
    with live_runs(1, latency_s=0.2, rows=together * 5 * int(seconds + 40), together=together) as (name,):
        async with _tabs(server, name, tabs) as visits, asyncio.TaskGroup() as tasks:
            for visit in visits:
                tasks.create_task(visit.follow(_WARM_UP_S + seconds))
            await asyncio.sleep(_WARM_UP_S)
            done, began = runs.view(name).done, time.perf_counter()
            await asyncio.sleep(seconds)
            return (runs.view(name).done - done) / (time.perf_counter() - began)


@asynccontextmanager
async def _tabs(server: Server, name: str, count: int) -> AsyncIterator[list[Visit]]:
    """So many tabs on a run, one opened after another."""
    visits = [Visit(server.url, "run", f"run={name}") for _ in range(count)]
    try:
        for visit in visits:
            await visit.open()
        yield visits
    finally:
        for visit in visits:
            await visit.close()


def _soak(server: Server, chosen: argparse.Namespace) -> dict[str, Any]:
    with live_runs(chosen.runs) as names:
        found = asyncio.run(_use(server, names, chosen))
    return {"tabs": chosen.tabs, "live_runs": chosen.runs, "minutes": found}


async def _use(server: Server, names: list[str], chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Tabs that come and go until the time is over; the figures of each minute."""
    seen, end, found = _Minute(), time.monotonic() + 60 * chosen.minutes, []
    async with asyncio.TaskGroup() as tabs:
        for number in range(chosen.tabs):
            tabs.create_task(_come_and_go(server, names, random.Random(number), end, seen))
        cpu = server.cpu_s
        for minute in range(1, chosen.minutes + 1):
            await asyncio.sleep(max(0.0, end - 60 * (chosen.minutes - minute) - time.monotonic()))
            now, used = seen, server.cpu_s - cpu
            told = {
                "minute": minute,
                "rss_mb": round(server.rss_mb),
                "cpu_share": round(used / 60, 2),
                "opened": len(now.first),
                "ticks": len(now.ticks),
                "tick_p95_ms": round(1000 * quantile(now.ticks, 0.95)),
                "first_p50_ms": round(1000 * quantile(now.first, 0.5)),
                "failed": list(now.failed),
                "load": round(os.getloadavg()[0], 1),
            }
            found.append(told)
            _say(json.dumps(told))
            cpu = server.cpu_s
            for values in (seen.ticks, seen.first, seen.failed):
                values.clear()
    return found


async def _come_and_go(server: Server, names: list[str], chance: random.Random, end: float, seen: _Minute) -> None:
    while time.monotonic() < end - _STAYS_S[0]:
        page, name = chance.choice(_LOOKS), chance.choice(names)
        query = {"run": f"run={name}", "compare": f"runs={names[0]},{names[-1]}"}.get(page, "")
        visit = Visit(server.url, page, query)
        try:
            seen.first.append(await visit.open())
            left = end - time.monotonic()
            seen.ticks.extend(await visit.follow(min(chance.uniform(*_STAYS_S), left)))
            if page != "run":
                await asyncio.sleep(min(chance.uniform(*_STAYS_S), max(0.0, end - time.monotonic())))
        except (OSError, TimeoutError, TypeError) as error:  # TypeError: the socket was closed
            seen.failed.append(f"{page}: {error!r}")
        finally:
            await visit.close()


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

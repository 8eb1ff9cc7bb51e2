"""`python -m bench.tabs`: the real app with many tabs open on live runs, over its websocket, as browsers ask it."""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.app_runs import live_runs, many_ended_runs, one_big_run
from bench.app_server import Server, serving
from bench.app_visits import Visit, quantile

_PAGES = ("run", "transform", "history", "generate", "providers", "compare")
_TIMES = 9


def main() -> None:
    """Measure ticks, reruns and memory; print them, write JSON."""
    parser = argparse.ArgumentParser(description="Measures the app with many tabs open.")
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5, help="live runs that the tabs share")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the tabs follow them")
    parser.add_argument("--ended", type=int, default=50, help="ended runs that a tab opens one after another")
    parser.add_argument("--rows", type=int, default=100_000, help="of the run with which each page is drawn again")
    parser.add_argument(
        "--parts", nargs="+", choices=("ticks", "memory", "pages"), default=("ticks", "memory", "pages")
    )
    parser.add_argument("--json", type=Path, help="where the figures are written")
    chosen = parser.parse_args()
    figures: dict[str, Any] = {"load_before": os.getloadavg()}
    with _home() as home, serving(home) as server:
        for part in chosen.parts:
            figures[part] = _PARTS[part](server, chosen)
            sys.stdout.write(f"{part}: {json.dumps(figures[part])}\n")
            sys.stdout.flush()
    figures["load_after"] = os.getloadavg()
    sys.stdout.write(f"load: {figures['load_before'][0]:.1f} before, {figures['load_after'][0]:.1f} after\n")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2))


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        os.environ["HANDAI_HOME"] = folder
        yield Path(folder)


def _ticks(server: Server, chosen: argparse.Namespace) -> dict[str, Any]:
    """Tabs that follow live runs at the pace that the app tells them."""
    with live_runs(chosen.runs) as names:
        return asyncio.run(_follow(server, names, chosen.tabs, chosen.seconds))


async def _follow(server: Server, names: list[str], tabs: int, seconds: float) -> dict[str, Any]:
    memory = server.rss_mb
    visits = [Visit(server.url, "run", f"run={names[tab % len(names)]}") for tab in range(tabs)]
    try:
        first = [await visit.open() for visit in visits]
        cpu = server.cpu_s
        found = await asyncio.gather(*[visit.follow(seconds) for visit in visits])
        cpu = server.cpu_s - cpu
    finally:
        await asyncio.gather(*[visit.close() for visit in visits])
    ticks = [took for times in found for took in times]
    return {
        "tabs": len(visits),
        "live_runs": len(names),
        "ticks": len(ticks),
        "cpu_ms_a_tick": round(1000 * cpu / max(1, len(ticks)), 1),
        "cpu_share": round(cpu / seconds, 2),
        "tick_p50_ms": round(1000 * quantile(ticks, 0.5)),
        "tick_p95_ms": round(1000 * quantile(ticks, 0.95)),
        "first_p50_ms": round(1000 * statistics.median(first)),
        "rss_mb": [round(memory), round(server.rss_mb)],
    }


def _memory(server: Server, chosen: argparse.Namespace) -> dict[str, Any]:
    """One visitor after another opens many ended runs; what the server keeps of them."""
    names = many_ended_runs(chosen.ended)
    return asyncio.run(_look_back(server, names))


async def _look_back(server: Server, names: list[str]) -> dict[str, Any]:
    memory = [server.rss_mb]
    for start in range(0, len(names), 10):
        for name in names[start : start + 10]:
            visit = Visit(server.url, "run", f"run={name}")
            await visit.open()
            await visit.close()
        memory.append(server.rss_mb)
    return {"runs": len(names), "rss_mb_each_10": [round(found) for found in memory]}


def _pages(server: Server, chosen: argparse.Namespace) -> dict[str, Any]:
    """Each page drawn again with a large run open."""
    name = one_big_run(chosen.rows)
    queries = {"run": f"run={name}", "transform": f"from={name}", "compare": f"runs={name}"}
    found = {page: asyncio.run(_again(server, page, queries.get(page, ""))) for page in _PAGES}
    return {"rows": chosen.rows, **found}


async def _again(server: Server, page: str, query: str) -> dict[str, Any]:
    visit = Visit(server.url, page, query)
    first = await visit.open()
    await visit.again()
    cpu, times = server.cpu_s, [await visit.again() for _ in range(_TIMES)]
    cpu = server.cpu_s - cpu
    await visit.close()
    return {
        "first_ms": round(1000 * first),
        "again_p50_ms": round(1000 * statistics.median(times)),
        "again_cpu_ms": round(1000 * cpu / _TIMES),
        "sent_kb": round(visit.received / 1000),
    }


_PARTS = {"ticks": _ticks, "memory": _memory, "pages": _pages}

if __name__ == "__main__":
    main()

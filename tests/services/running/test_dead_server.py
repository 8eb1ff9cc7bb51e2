"""A server that nobody can reach pauses even the smallest run, and costs no row."""

import asyncio
import socket

from engine.results import RunStatus
from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from services.running import runs
from services.running.execution import execute
from services.tables import datasets


def test_a_dead_server_pauses_a_small_run_and_its_rows_stay_pending() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers there
        table = datasets.store_file(datasets.samples()[0].path, sample=True)
        spec = RunSpec(
            input=TransformInput(dataset=table.id, limit=3),
            prompt=Prompt(instructions="Say hello."),
            model=ModelSettings(provider="ollama", model="m", base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1"),
            limits=Limits(max_attempts=2),
        )
        record = runs.create(runs.NewRun(spec, table.id))
        status = asyncio.run(execute(record.id, None))
    view = runs.view(record.id)
    assert (status, view.record.reason) == (RunStatus.PAUSED, "circuit_breaker")
    assert (view.pending, view.failed) == (3, 0)
    assert "ollama serve" in (view.record.remedy or "")

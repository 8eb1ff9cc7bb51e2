"""Real runs for tests of pages: a small table, executed in this process against the demo or the fake provider."""

import asyncio
import io

from engine.columns import Output
from engine.results import RunStatus
from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from engine.tables import ParseOptions
from handai_db import RunRecord
from services.running import runs
from services.running.execution import execute
from services.tables.datasets import store_upload


def made_run(  # the knobs of a run, by name
    rows: int = 6,
    *,
    provider: str = "demo",
    base_url: str | None = None,
    name: str | None = None,
    session: str | None = None,
    preview: bool = False,
    limits: Limits | None = None,
    fallbacks: tuple[str, ...] = (),
    asked: int | None = None,
) -> RunRecord:
    """A queued run over a table with the columns `id` and `text`, or its first rows; a base URL is a custom one's."""
    lines = "".join(f"{number},ROW{number} says <b>hello</b>\n" for number in range(rows))
    table = store_upload(io.BytesIO(f"id,text\n{lines}".encode()), "reviews.csv", ParseOptions())
    model = (
        ModelSettings(provider="custom", model="fake-1", base_url=base_url, fallbacks=fallbacks)
        if base_url
        else ModelSettings(provider=provider, model=provider)
    )
    spec = RunSpec(
        input=TransformInput(dataset=table.id, file="reviews.csv", columns=("text",), limit=asked),
        prompt=Prompt(instructions="Say what this is."),
        outputs=(Output(name="answer"),),
        model=model,
        limits=limits or Limits(max_attempts=1),
    )
    return runs.create(runs.NewRun(spec, table.id, name=name, session=session, preview=preview))


def executed(record: RunRecord) -> RunRecord:
    """The same run after it was executed to its end."""
    status = asyncio.run(execute(record.id, None))
    assert status is not RunStatus.INTERRUPTED
    return runs.get(record.id)

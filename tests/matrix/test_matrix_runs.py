"""Every fault shape at every provider through a real small run: calls counted, and nothing wrong stored as a result."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.budget import Budget
from engine.flow import Collaborators, RunEnd
from engine.limiter import Limiter
from engine.outputs import OutputColumns
from engine.plan import RunPlan
from engine.runner import Runner
from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, CompletionClient, CompletionRequest, StreamPiece
from providers.specs import get_provider
from storage import run_writer
from storage.run_file import create_run_file
from storage.run_writer import RunWriter
from tests.engine.scripted import numbered
from tests.fake_provider import FakeProvider
from tests.matrix.dialects import PARTIAL
from tests.matrix.matrix import SHAPES, cells_of
from tests.matrix.serving import misbehave
from tests.matrix.shape import Cell, Shape
from tests.providers.clients import client_of

pytestmark = pytest.mark.anyio

ROWS, MAX_ATTEMPTS, REFUSALS = 2, 3, 2
STOPS_RUN = {
    ErrorKind.AUTH,
    ErrorKind.PERMISSION,
    ErrorKind.SPEND_CAP,
    ErrorKind.CREDITS,
    ErrorKind.DAILY_QUOTA,
    ErrorKind.MODEL_NOT_FOUND,
    ErrorKind.WRONG_ENDPOINT,
}
STOPS_ROW = {
    ErrorKind.MODERATION,
    ErrorKind.REQUEST_TOO_LARGE,
    ErrorKind.CONTEXT_LENGTH,
    ErrorKind.CONTENT_FILTER,
    ErrorKind.REFUSAL,
    ErrorKind.LENGTH,
    ErrorKind.UNSUPPORTED,
    ErrorKind.INVALID_REQUEST,
}
WAITS = {ErrorKind.RATE_LIMIT, ErrorKind.IN_FLIGHT_BUDGET}
ONCE_AGAIN = {ErrorKind.TIMEOUT, ErrorKind.CONNECTION, ErrorKind.MALFORMED_RESPONSE}  # perhaps billed
RETRIED = {ErrorKind.OVERLOADED, ErrorKind.UPSTREAM, ErrorKind.INVALID_OUTPUT}
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])


class Impatient:
    """The real client, whose provider never wants to be waited for: the wish itself is tested with the kinds."""

    def __init__(self, client: CompletionClient) -> None:
        self._client = client

    async def complete(self, request: CompletionRequest) -> Completion:
        try:
            return await self._client.complete(request)
        except ProviderError as error:
            error.retry_after_s = 0.0 if error.kind in WAITS else None
            raise

    def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        return self._client.stream(request)

    async def aclose(self) -> None:
        await self._client.aclose()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "FLUSH_INTERVAL_S", 0.0)
    monkeypatch.setattr("storage.ballast.BALLAST_BYTES", 16)


def test_every_kind_is_expected_to_do_one_thing() -> None:
    groups = [STOPS_RUN, STOPS_ROW, WAITS, ONCE_AGAIN, RETRIED]
    assert sum(len(group) for group in groups) == len(set().union(*groups))
    assert set().union(*groups) == {*ErrorKind} - {ErrorKind.INTERNAL}


@every_shape
async def test_a_run_asks_no_more_than_the_kind_allows_and_stores_no_fault(
    server: FakeProvider, tmp_path: Path, shape: Shape
) -> None:
    wrong = {}
    path = tmp_path / "runs.db"
    create_run_file(path, {}, ())
    writer = RunWriter(path, max_undurable=64)
    try:
        for place, cell in enumerate(cells_of(shape)):  # each run has rows of its own in the one file
            before = server.stats()["total"]
            misbehave(server, cell, times=REFUSALS if shape.kind in WAITS else None)
            end = await _run(server, cell, writer, place * ROWS)
            found = _checks(shape, end, _Stored(path, place * ROWS), server.stats()["total"] - before)
            if problems := [said for said, holds in found if not holds]:
                wrong[cell.provider] = problems
    finally:
        await writer.close()
    assert wrong == {}


async def _run(server: FakeProvider, cell: Cell, writer: RunWriter, start: int) -> RunEnd:
    spec = RunSpec(
        input=TransformInput(),
        prompt=Prompt(template="{{ n }}"),
        model=ModelSettings(provider=cell.provider, model="asked-model"),
        limits=Limits(max_attempts=MAX_ATTEMPTS, timeout_s=0.05 if cell.shape.fault in {"hang", "drip"} else 10.0),
    )
    async with client_of(server.url, provider=cell.provider, key="k" * 24) as client:
        collaborators = Collaborators(
            client=Impatient(client),
            sink=writer,
            limiter=Limiter(ceiling=1),
            budget=Budget(None, None),
            outputs=OutputColumns(["n"]),
            local=get_provider(cell.provider).local,
            uniform=lambda _low, _high: 0.0,
        )
        return await Runner(RunPlan(spec, ("n",), {}), collaborators).run(numbered(start + ROWS, start))


class _Stored:
    """What one run left in the file."""

    def __init__(self, path: Path, start: int) -> None:
        of_run = f"WHERE row BETWEEN {start} AND {start + ROWS - 1}"
        with closing(sqlite3.connect(path)) as connection:
            results = connection.execute(f"SELECT status, kind, data FROM results {of_run}").fetchall()  # noqa: S608 ints
            attempts = connection.execute(f"SELECT state FROM attempts {of_run}").fetchall()  # noqa: S608 ints
        self.attempts = [state for (state,) in attempts]
        self.done = [data for status, _, data in results if status == "done"]
        self.failed = [(kind, data) for status, kind, data in results if status != "done"]


def _checks(shape: Shape, end: RunEnd, stored: _Stored, calls: int) -> list[tuple[str, bool]]:
    expected = _expected_calls(shape)
    good = ROWS if shape.kind in WAITS else 0
    bad = 0 if shape.kind in STOPS_RUN | WAITS else ROWS
    return [
        (f"{calls} calls, not {expected}", calls == expected),
        (f"attempts {stored.attempts}", len(stored.attempts) == calls and "reserved" not in stored.attempts),
        (f"{len(stored.done)} rows done, not {good}", len(stored.done) == good),
        (f"{len(stored.failed)} rows failed, not {bad}", len(stored.failed) == bad),
        (f"failed with {stored.failed}", all(kind == shape.kind and data is None for kind, data in stored.failed)),
        ("a part of an answer is stored as a result", not any(PARTIAL in data for data in stored.done)),
        ("the run's pause", (end.pause is not None) == (shape.kind in STOPS_RUN)),
        (f"the reason {end.why!r}", end.why is None or getattr(end.why, "kind", None) is shape.kind),
    ]


def _expected_calls(shape: Shape) -> int:
    if shape.kind in STOPS_RUN:
        return 1
    if shape.kind in STOPS_ROW:
        learns = shape.parameter not in {None, "response_format"}
        return ROWS + learns  # asked once more without the setting, once a run
    if shape.kind in WAITS:
        return ROWS + REFUSALS
    return ROWS * (2 if shape.kind in ONCE_AGAIN else MAX_ATTEMPTS)

"""Generate runs over real run files with a scripted model, broken off and gone on with, for the tests of steps."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.answer_form import Forms
from engine.budget import Budget
from engine.flow import Collaborators, RunEnd
from engine.gate import Judged, Place
from engine.judging import judged_so_far
from engine.limiter import Limiter
from engine.outputs import OutputColumns, planned_columns
from engine.plan import RunPlan
from engine.results import RowStatus
from engine.runner import Runner
from engine.spec import GenerateInput, Limits, ModelSettings, RunSpec
from engine.tables.model import Row
from providers.base import AnswerForm, Completion, CompletionRequest, StreamPiece, Usage
from storage.records import StoredResult
from storage.run_file import create_run_file
from storage.run_reader import RunReader
from storage.run_writer import RunWriter

PATIENCE_S = 20.0

Reply = Callable[[CompletionRequest], str | BaseException]


def user_text(request: CompletionRequest) -> str:
    """What the request asks, without the system message."""
    return next(message.content for message in request.messages if message.role == "user")


@dataclass
class Model:
    """Answers with what `reply` says; keeps every request."""

    reply: Reply
    requests: list[CompletionRequest] = field(default_factory=list)

    async def complete(self, request: CompletionRequest) -> Completion:
        self.requests.append(request)
        await asyncio.sleep(0)
        said = self.reply(request)
        if isinstance(said, BaseException):
            raise said
        return Completion(said, model="m", finish_reason="stop", usage=Usage(1, 1))

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        yield StreamPiece(completion=await self.complete(request))

    async def aclose(self) -> None:
        return

    @property
    def asked(self) -> list[str]:
        """What was asked, in order."""
        return [user_text(request) for request in self.requests]


class Generation:
    """A generate run whose sampled columns are `{"n": row}`, or what `drawn` gives for (row, draw)."""

    def __init__(
        self, path: Path, schema: dict[str, Any], drawn: Callable[[int, int], Row] | None = None, slots: int = 4
    ) -> None:
        self.path = path
        self.slots = slots
        self._drawn = drawn or (lambda row, draw: {"n": row if not draw else row + 1000 * draw})
        self.source = GenerateInput.model_validate(schema)
        self.spec = RunSpec(
            input=self.source, model=ModelSettings(provider="custom", model="m"), limits=Limits(max_attempts=3)
        )
        self.plan = RunPlan(self.spec, ("n",))
        outputs = planned_columns(self.spec, ("n",)).pairs
        create_run_file(path, {"steps": str(len(self.plan.steps))}, outputs)

    async def execute(self, model: Model, form: AnswerForm = AnswerForm.JSON_SCHEMA) -> RunEnd:
        """One execution from where the file stands."""
        writer = RunWriter(self.path)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.run(model, writer, form)
        finally:
            await writer.close()

    async def run(self, model: Model, writer: RunWriter, form: AnswerForm = AnswerForm.JSON_SCHEMA) -> RunEnd:
        """The same with a writer of the caller's."""
        runner = self.runner(model, writer, form)
        return await runner.run(self._rows)

    def runner(self, model: Model, writer: RunWriter, form: AnswerForm = AnswerForm.JSON_SCHEMA) -> Runner:
        """A runner that knows what was done before."""
        with RunReader(self.path) as reader:
            finished = reader.finished_rows(self.source.rows)
            plan = RunPlan(
                self.spec,
                ("n",),
                reader.attempts_of_unfinished(),
                begun=reader.begun_rows(finished),
                redrawn=self._drawn,
            )
            outputs, judged = OutputColumns(["n"], reader.outputs()), self._judged(reader)
        self._rows = [(row, self._drawn(row, 0)) for row in range(self.source.rows) if not finished[row]]
        return Runner(
            plan,
            Collaborators(
                client=model,
                sink=writer,
                limiter=Limiter(ceiling=self.slots),
                budget=Budget(None, None),
                outputs=outputs,
                forms=Forms(form),
                judged=judged,
                uniform=lambda _low, _high: 0.0,
            ),
        )

    def results(self) -> dict[int, StoredResult]:
        """Every row's result."""
        with RunReader(self.path) as reader:
            return {found.row: found for found in reader.iter_results()}

    def values(self) -> dict[int, Row]:
        """What the model wrote for each row that is done."""
        return {row: found.values or {} for row, found in self.results().items() if found.status == RowStatus.DONE}

    def _judged(self, reader: RunReader) -> Judged:
        at = Place.read(reader.meta().get("judged"))
        return judged_so_far(self.source, at, reader.refused_draws(), self._ended(reader), reader.late_rows())

    def _ended(self, reader: RunReader) -> Iterator[tuple[int, int, Row | None]]:
        for found in reader.iter_results():
            if found.status == RowStatus.DONE:
                yield found.row, found.draw, {**self._drawn(found.row, found.draw), **(found.values or {})}
            elif found.status == RowStatus.FAILED:
                yield found.row, found.draw, None

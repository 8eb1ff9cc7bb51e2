"""Answers that earlier runs already have: the same request is not paid for twice."""

from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

from engine.job import Job
from engine.results import RowResult, RowStatus
from engine.spec import GenerateInput
from handai_db import RunReader, RunRecord, StoredAnswer
from handai_errors import StorageError
from services.home import run_path


class EarlierAnswers:
    """The good answers of the runs that a run takes over from; one that can't be opened has none to give."""

    def __init__(self, record: RunRecord) -> None:
        # Rows of a generated table may well ask the same, and are to be told different things.
        self._by_row = isinstance(record.spec.input, GenerateInput)
        self._open = ExitStack()
        self._readers: list[RunReader] = []
        # The run whose answers stay for all rows but some, whatever it asked for them.
        self._kept: RunReader | None = None
        self._asked = frozenset(record.export.get("asked_rows", ()))
        for run_id in record.reuse_from:
            with suppress(StorageError):
                self._readers.append(self._open.enter_context(RunReader(run_path(run_id))))
                if run_id == record.export.get("kept_from"):
                    self._kept = self._readers[-1]

    def find(self, job: Job) -> RowResult | None:
        """The answer to the same request as a result of this row; a damaged one raises, and the row is asked anew."""
        for reader in self._readers:
            found = reader.find_done(job.request_hash, job.row if self._by_row else None)
            if found is not None:
                return self._result(job, found)
        return self._kept_answer(job) if self._kept is not None and job.row not in self._asked else None

    def close(self) -> None:
        """Close the earlier runs' files."""
        self._open.close()

    def _kept_answer(self, job: Job) -> RowResult | None:
        """The answer of the same row to an older question; without the hash of a request, so that it stays known."""
        for step in self._kept.steps(job.row) if self._kept is not None else ():
            names = {output.name for output in job.step.outputs}
            if step.step == job.stored_step and step.status == RowStatus.DONE and names <= {*(step.values or {})}:
                answer = StoredAnswer(step.values, step.raw, None, step.repaired)
                return replace(self._result(job, answer), request_hash=b"")
        return None

    def _result(self, job: Job, found: StoredAnswer) -> RowResult:
        return RowResult(
            job.row,
            job.stored_step,
            0,
            RowStatus.DONE,
            values=_renamed(job, found.values),
            raw=found.raw,
            finish_reason=found.finish_reason,
            repaired=found.repaired,
            cached=True,
            request_hash=job.request_hash,
        )


def _renamed(job: Job, values: dict[str, Any] | None) -> dict[str, Any] | None:
    """The answer's own values; a text answer under the name that its column has in this run."""
    if not values or not job.step.outputs:
        return values
    if not job.step.json:
        return {job.step.outputs[0].name: next(iter(values.values()))}
    return {output.name: values.get(output.name) for output in job.step.outputs}

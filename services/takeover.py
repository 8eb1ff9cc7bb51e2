"""Answers that earlier runs already have: the same request is not paid for twice."""

from contextlib import ExitStack, suppress
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
        for run_id in record.reuse_from:
            with suppress(StorageError):
                self._readers.append(self._open.enter_context(RunReader(run_path(run_id))))

    def find(self, job: Job) -> RowResult | None:
        """The answer to the same request as a result of this row; a damaged one raises, and the row is asked anew."""
        for reader in self._readers:
            found = reader.find_done(job.request_hash, job.row if self._by_row else None)
            if found is not None:
                return self._result(job, found)
        return None

    def close(self) -> None:
        """Close the earlier runs' files."""
        self._open.close()

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

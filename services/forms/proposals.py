"""Schemas and columns that a model proposes: asked for by hidden runs of one row, read when those have ended."""

from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from engine.columns import Output
from engine.schema.columns import Schema
from engine.schema.propose import (
    DESCRIPTION,
    INSTRUCTIONS,
    ROWS,
    SCHEMA_KEY,
    proposal_spec,
    said_in,
    suggestion_spec,
)
from engine.schema.propose_offline import offline_outputs, offline_proposal
from engine.schema.propose_read import Proposal, outputs_from_answer, proposal_from_answer
from engine.spec import NO_MODEL, ModelSettings
from handai_db import RunReader, RunRecord
from handai_errors import ConflictError, HandaiError, SpecError
from services.home import run_path
from services.running import runs
from services.running.runs import NewRun
from services.tables.datasets import rows_of

_DEMO = "demo"
_SAMPLE_ROWS = 5


def proposal_run(description: str, model: ModelSettings, rows: int = 100) -> NewRun:
    """The run that asks a model for a schema; raises SpecError when nothing is described or no model is chosen."""
    if not description.strip():
        raise SpecError("Nothing is described.", "Say in a sentence or two what the table should be about.")
    _must_have_model(model)
    return NewRun(proposal_spec(description.strip(), model, rows), name="A schema from words", preview=True)


def propose_schema(description: str, model: ModelSettings, rows: int = 100, typed_key: SecretStr | None = None) -> str:
    """Start the run that asks a model for a schema; returns its id at once."""
    return runs.start(proposal_run(description, model, rows), typed_key).id


def proposed_schema(run_id: str) -> Schema:
    """The schema that a model proposed; raises ConflictError while it is still at it, HandaiError in plain words."""
    return proposal(run_id).schema


def proposal(run_id: str) -> Proposal:
    """The same with what was left out of the answer. The offline demo's is the nearest template, and says so."""
    record = runs.get(run_id)
    description, rows = said_in(record.spec, DESCRIPTION), int(said_in(record.spec, ROWS) or 100)
    answer = _answer(record)
    if record.provider == _DEMO:
        nearest = offline_proposal(description)
        return Proposal(nearest.model_copy(update={"rows": rows}), (nearest.describe,))
    found = proposal_from_answer(answer)
    return Proposal(found.schema.model_copy(update={"rows": rows, "describe": description}), found.notes)


def suggestion_run(
    instructions: str, dataset_id: str, model: ModelSettings, columns: Sequence[str] | None = None
) -> NewRun:
    """The run that asks a model for columns; it is shown a few rows, of `columns` only where they are chosen."""
    if not instructions.strip():
        raise SpecError("There are no instructions.", "Write what the model should do with each row first.")
    _must_have_model(model)
    sample = rows_of(dataset_id, 0, _SAMPLE_ROWS)
    shown = [{name: row[name] for name in columns or row if name in row} for row in sample]
    return NewRun(suggestion_spec(instructions.strip(), shown, model), name="Suggested columns", preview=True)


def suggest_outputs(
    instructions: str,
    dataset_id: str,
    model: ModelSettings,
    columns: Sequence[str] | None = None,
    typed_key: SecretStr | None = None,
) -> str:
    """Start the run that asks a model for columns; returns its id at once."""
    return runs.start(suggestion_run(instructions, dataset_id, model, columns), typed_key).id


def suggested_outputs(run_id: str) -> tuple[Output, ...]:
    """The columns that a model suggests; raises ConflictError while it is still at it, HandaiError in plain words.

    The offline demo's follow the keywords in the instructions.
    """
    record = runs.get(run_id)
    answer = _answer(record)
    if record.provider == _DEMO:
        return offline_outputs(said_in(record.spec, INSTRUCTIONS))
    return outputs_from_answer(answer)


def is_ready(run_id: str) -> bool:
    """Whether the run that asks has ended, well or not."""
    return not runs.get(run_id).status.is_live


def _must_have_model(model: ModelSettings) -> None:
    if model.provider == NO_MODEL.provider:
        raise SpecError("No model is chosen.", "Choose a provider and a model first.")


def _answer(record: RunRecord) -> Any:  # noqa: ANN401 any JSON
    """What the model answered; raises ConflictError while it is at it, HandaiError with the cause if it failed."""
    if record.status.is_live:
        raise ConflictError("The model is still at it.", "Wait a moment.")
    with RunReader(run_path(record.id)) as reader:
        result = reader.result(0)
    if result is not None and result.values and result.status == "done":
        return result.values.get(SCHEMA_KEY)
    if record.provider == _DEMO and result is not None:
        return None  # its answer is not read
    cause = (result.cause if result else None) or record.cause or "The model gave no proposal."
    raise HandaiError(cause, (result.remedy if result else None) or record.remedy or "Try again.")

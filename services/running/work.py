"""What is left to do of a run: its unfinished rows, and how far each had come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.answer_form import best_form, first_form
from engine.gate import Judged, Place
from engine.job import Member
from engine.judging import judged_so_far
from engine.left_out import LeftOut
from engine.outputs import OutputColumns, declared_outputs
from engine.plan import RunPlan
from engine.prompts import columns_sent
from engine.results import RowResult, RowStatus
from engine.similar import SimilarAnswers, similar_answers
from engine.spec import GenerateInput, TransformInput
from engine.tables import Row
from handai_db import RunReader, RunRecord, replaced_rows
from providers.base import AnswerForm
from services.home import run_path
from services.models.habits import Known, known_of
from services.tables.chosen_rows import asked_rows, read_asked, span_of
from services.tables.run_tables import RunTable, sampler_of, table_of


@dataclass(frozen=True, slots=True)
class Work:
    """The rows without an end, in order, and all that the runner has to know of what was done before."""

    rows: Iterator[tuple[int, Row]]
    plan: RunPlan
    outputs: OutputColumns
    in_doubt_usd: float
    spent_usd: float
    form: AnswerForm
    left_out: LeftOut
    judged: Judged
    known: Known
    similar: SimilarAnswers | None = None
    stretch: float = 1.0


def work_of(record: RunRecord) -> Work:
    """What is left to do of a run whose table is there."""
    table = table_of(record)
    source = record.spec.input
    shown = source.columns if isinstance(source, TransformInput) and source.columns is not None else table.names
    known = known_of(record)
    asked = asked_rows(record)
    with RunReader(run_path(record.id)) as reader:
        finished = reader.finished_rows(span_of(asked))
        plan = RunPlan(
            record.spec,
            tuple(shown),
            reader.attempts_of_unfinished(),
            table.names,
            reader.begun_rows(finished),
            sampler_of(source).row if isinstance(source, GenerateInput) else None,
            unknown_so_far=reader.unknown_of_unfinished(),
            anew=replaced_rows(run_path(record.id)),
        )
        return Work(
            _pending(record, table, plan, asked, finished),
            plan,
            OutputColumns(table.names, reader.outputs()),
            reader.reserved_usd(),
            reader.progress().cost_usd,
            form_of(record, reader.meta().get("answer_form"), known),
            LeftOut(reader.meta().get("left_out"), known.settings),
            _judged(source, reader, table) if isinstance(source, GenerateInput) else Judged(),
            known,
            _similar(record, plan, reader, table),
            reader.stretch() if record.spec.limits.max_cost_usd is not None else 1.0,
        )


def _pending(
    record: RunRecord, table: RunTable, plan: RunPlan, asked: Sequence[int], finished: bytearray
) -> Iterator[tuple[int, Row]]:
    made = {output.name for step in plan.steps for output in step.outputs}
    named = {name for step in plan.steps for name in columns_sent(step.prompt, plan.columns)} - (made - {*table.names})
    if isinstance(record.spec.input, GenerateInput):
        named = {*table.names}  # expressions and checks may read any
    needed = [name for name in table.names if name in named]
    return ((index, row) for index, row in read_asked(table, asked, needed) if not finished[index])


def _similar(record: RunRecord, plan: RunPlan, reader: RunReader, table: RunTable) -> SimilarAnswers | None:
    """The answers that this run's rows may share, with those it has already."""
    similar = similar_answers(plan)
    if similar is None or not reader.progress().done:
        return similar
    rows = read_asked(table, asked_rows(record))
    for found in reader.iter_results():
        cells = next(cells for index, cells in rows if index == found.row)
        if found.status == RowStatus.DONE and found.similar_to is None:
            result = RowResult(
                found.row,
                found.step,
                found.attempt,
                RowStatus.DONE,
                values=found.values,
                raw=found.raw,
                finish_reason=found.finish_reason,
                repaired=found.repaired,
            )
            similar.add(plan.job([Member(found.row, cells)]), result)
    return similar


def form_of(record: RunRecord, remembered: str | None, known: Known | None = None) -> AnswerForm:
    """The form in which a run asks for JSON: the one that its file remembers, else the first its model may take."""
    if remembered:
        return AnswerForm(remembered)
    typed = isinstance(record.spec.input, GenerateInput) or bool(declared_outputs(record.spec))
    return best_form(first_form(record.provider, typed=typed), (known or known_of(record)).forms)


def _judged(schema: GenerateInput, reader: RunReader, table: RunTable) -> Judged:
    at = Place.read(reader.meta().get("judged"))
    return judged_so_far(schema, at, reader.refused_draws(), _ended(schema, reader, table), reader.late_rows())


def _ended(schema: GenerateInput, reader: RunReader, table: RunTable) -> Iterator[tuple[int, int, Row | None]]:
    """The rows that ended, with all their values if they are done."""
    rows = enumerate(table.read(0, schema.rows))
    for found in reader.iter_results():
        cells = next((cells for index, cells in rows if index == found.row), {})
        if found.status == RowStatus.DONE:
            yield found.row, found.draw, {**cells, **(found.redrawn or {}), **(found.values or {})}
        elif found.status == RowStatus.FAILED:
            yield found.row, found.draw, None

"""What a run would take before it is started: judged by the previews that asked the same, less the answers kept."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.answer_key import AnswerKeys
from engine.job import Member
from engine.limiter import AUTO_CEILING, AUTO_LOCAL_START, AUTO_START
from engine.plan import RunPlan
from engine.results import RowStatus
from engine.spec import RunSpec, TransformInput
from engine.steps import steps_of
from handai_db import AnswerCache, DatasetRecord, RunReader, RunRecord, StoredAttempt
from handai_errors import HandaiError, NotFoundError
from providers.base import Message
from providers.specs import get_provider
from services import answer_cache
from services.forms.estimates import Outlook, Pacing, RowTook, Span, about_tokens, guessed, judged_by
from services.home import run_path
from services.running import runs
from services.running.checks import Plan
from services.running.fallback import price_of_asked
from services.tables import datasets
from services.tables.chosen_rows import asked_rows

_LOOKED_AT = 400  # rows whose kept answers are looked for; of longer tables some, spread over it
_BLOCKS = 16  # a look at a row reads its whole group of rows
_PROMPTS = 20


@dataclass(frozen=True, slots=True)
class _Preview:
    """A preview that asked what the run would ask; `same` requests are not sent again."""

    run_id: str
    status: str
    same: bool


def outlook(plan: Plan, previews: Sequence[str], table: DatasetRecord | None = None) -> Outlook | None:
    """What `plan` would take, judged by those of `previews` that asked the same; None where no model is asked."""
    if not plan.steps:
        return None
    alike = tuple(found for name in previews if (found := _alike(name, plan.spec)) is not None)
    return _outlook(plan.spec.model_dump_json(), plan.rows, plan.steps, alike, table.id if table else None)


def _alike(run_id: str, spec: RunSpec) -> _Preview | None:
    try:
        record = runs.get(run_id)
    except NotFoundError:
        return None
    if record.status.is_live or _asked(record.spec) != _asked(spec):
        return None
    return _Preview(run_id, str(record.status), record.spec.model == spec.model)


def _asked(spec: RunSpec) -> object:
    """What decides how much a row takes; a limit on the answers' length, which a cap needs, changes little."""
    source = spec.input
    columns = source.columns if isinstance(source, TransformInput) else source.model_copy(update={"rows": 1})
    model = spec.model.model_copy(update={"max_tokens": None})
    return (columns, spec.prompt, spec.outputs, spec.examples, model)


@lru_cache(maxsize=64)
def _outlook(  # asked at every press of a key: kept by all that it depends on
    spec_json: str, rows: int, steps: int, previews: tuple[_Preview, ...], dataset_id: str | None
) -> Outlook:
    spec = RunSpec.model_validate_json(spec_json)
    table = datasets.dataset(dataset_id) if dataset_id else None
    took, answered = _previewed(previews)
    kept = min(rows, max(len(answered), _kept(spec, table, rows, steps) if took else 0))
    left = rows - kept
    if took:
        return judged_by(took, left, kept, _pacing(spec, steps))
    guess = guessed(_prompts(spec, table), left * steps, kept, price_of_asked(spec.model), spec.model.max_tokens)
    return replace(guess, rows=left)


def _previewed(previews: Sequence[_Preview]) -> tuple[list[RowTook], set[int]]:
    """What each row of the previews took, and which rows have an answer that is taken over."""
    took: dict[int, RowTook] = {}
    answered: set[int] = set()
    for preview in previews:
        try:
            found, done = _rows_of(runs.get(preview.run_id))
        except HandaiError:  # a preview that can't be read tells nothing
            continue
        took, answered = {**took, **found}, answered | (done if preview.same else set())
    return list(took.values()), answered


def _rows_of(record: RunRecord) -> tuple[dict[int, RowTook], set[int]]:
    with RunReader(run_path(record.id)) as reader:
        rows = list(asked_rows(record))
        attempts = {row: reader.attempts(row) for row in rows}
        results = reader.between(rows[0], rows[-1] + 1) if rows else {}
    done = {row for row, found in results.items() if found.status == RowStatus.DONE}
    return {row: _took(found) for row, found in attempts.items() if row in results and found}, done


def _took(attempts: Sequence[StoredAttempt]) -> RowTook:
    def total(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) if known and len(known) == len(values) else None

    answers = [found for found in attempts if found.state == "done"]
    prompt, completion = total([a.prompt_tokens for a in answers]), total([a.completion_tokens for a in answers])
    return RowTook(
        None if prompt is None else round(prompt),
        None if completion is None else round(completion),
        total([found.cost_usd for found in answers]),
        total([found.latency_s or 0.0 for found in attempts]),
    )


def _kept(spec: RunSpec, table: DatasetRecord | None, rows: int, steps: int) -> int:
    """How many of the rows have a kept answer, judged by some of them."""
    path = answer_cache.path()
    keeps = spec.limits.cache and spec.model.base_url is not None and path.exists()
    if table is None or not keeps or steps != 1 or not isinstance(spec.input, TransformInput):
        return 0
    if spec.input.leaves_out:
        return 0  # which rows are asked is found out as they are read
    plan, model = _plan(spec, table), spec.model
    answers = AnswerKeys(plan)
    looked = found = 0
    with closing(AnswerCache(path, "")) as cache:
        for start, count in _blocks(rows):
            for place, cells in enumerate(datasets.rows_of(table.id, start, count), start=start):
                key = answers.key(plan.job([Member(place, cells)]), model)
                looked += 1
                found += key is not None and cache.find(key) is not None
    return round(rows * found / looked) if looked else 0


def _blocks(rows: int) -> list[tuple[int, int]]:
    """(start, count) of the rows that are looked at: all of a short table, spread over a long one."""
    if rows <= _LOOKED_AT:
        return [(0, rows)]
    return [(rows * block // _BLOCKS, _LOOKED_AT // _BLOCKS) for block in range(_BLOCKS)]


def _prompts(spec: RunSpec, table: DatasetRecord | None) -> list[int]:
    """The tokens of a few prompts; of a generated table's, whose rows are not drawn, the text alone."""
    if table is None or not isinstance(spec.input, TransformInput):
        texts = [f"{step.prompt.instructions}{step.prompt.template or ''}" for step in steps_of(spec)]
        return [about_tokens([Message("user", text)]) for text in texts]
    plan = _plan(spec, table)
    cells = datasets.rows_of(table.id, 0, _PROMPTS)
    try:
        return [about_tokens(plan.job([Member(place, row)]).messages) for place, row in enumerate(cells)]
    except HandaiError:  # the page says what is wrong with them
        return []


def _plan(spec: RunSpec, table: DatasetRecord) -> RunPlan:
    names = tuple(column.name for column in table.info.columns)
    shown = spec.input.columns if isinstance(spec.input, TransformInput) and spec.input.columns is not None else names
    return RunPlan(spec, tuple(shown), table=names)


def _pacing(spec: RunSpec, steps: int) -> Pacing:
    limits = spec.limits
    apart = max(60 / limits.rpm if limits.rpm else 0.0, limits.spacing_s or 0.0) * steps
    if limits.concurrency != "auto":
        return Pacing(Span(limits.concurrency, limits.concurrency), apart)
    local = get_provider(spec.model.provider).local
    return Pacing(Span(1, AUTO_LOCAL_START) if local else Span(AUTO_START / 2, AUTO_CEILING), apart)

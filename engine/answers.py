"""From a completion to what each row of its job gets: values, or the failure that its part of the answer is."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from engine.budget import plausible
from engine.job import Job, Member
from engine.parsing import Parsed, parse_completion, parse_rows
from engine.schema.expressions import Expression, ExpressionError
from engine.steps import Step
from engine.tables.model import Cell
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, Usage
from providers.redact import redact

# What one row, or the length of many, can do to an answer about several.
ANSWERS_FAULT = frozenset(
    {ErrorKind.INVALID_OUTPUT, ErrorKind.LENGTH, ErrorKind.CONTEXT_LENGTH, ErrorKind.REFUSAL, ErrorKind.CONTENT_FILTER}
)

Found = list[tuple[Member, Parsed | ProviderError]]


def assess(job: Job, completion: Completion, cost: Callable[[Usage], Usage]) -> tuple[Usage, Found]:
    """What an answer cost, and each row with its values or its failure; never raises."""
    usage = Usage()
    try:
        usage = plausible(completion.usage)
        if (priced := cost(usage)) is not usage:
            usage = plausible(priced)
        return usage, judge_answer(job, completion)
    except ProviderError as error:
        return usage, [(member, error) for member in job.members]
    except Exception as error:  # noqa: BLE001 our own fault over one answer is one row's failure too
        return usage, [(member, stumbled(error, completion.text)) for member in job.members]


def stumbled(error: BaseException, raw: str | None = None) -> ProviderError:
    """A fault of Handai's as the failure of one call."""
    return ProviderError(ErrorKind.INTERNAL, f"Handai stumbled: {type(error).__name__}: {redact(str(error))}", raw=raw)


def judge_answer(job: Job, completion: Completion) -> Found:
    """Each row of the job with its values or its failure; raises ProviderError when the answer as a whole is one."""
    if job.is_single:
        parsed = parse_completion(completion, job.step.outputs, json_mode=job.step.json)
        return [(job.members[0], _with_computed(job, job.members[0], parsed))]
    found = parse_rows(completion, job.step.outputs, len(job.members))
    return [
        (member, item if isinstance(item, ProviderError) else _with_computed(job, member, item))
        for member, item in zip(job.members, found, strict=True)
    ]


def _with_computed(job: Job, member: Member, parsed: Parsed) -> Parsed:
    if not job.step.computed:
        return parsed
    return Parsed(with_computed(job.step, member, parsed.values), parsed.repaired)


def with_computed(step: Step, member: Member, values: Mapping[str, Cell]) -> dict[str, Cell]:
    """A step's values with those of the expressions that have waited for them."""
    grown = dict(values)
    for column in step.computed:
        grown[column.name] = _computed(column.expression, {**member.values, **grown})
    return grown


def _computed(expression: str, row: Mapping[str, Cell]) -> Cell:
    try:
        return _parsed(expression).value(row)
    except ExpressionError:  # such as a missing number: the cell is as empty as what it is made of
        return None


@lru_cache(maxsize=256)
def _parsed(expression: str) -> Expression:
    return Expression(expression)

"""From a completion to what each row of its job gets: values, or the failure that its part of the answer is."""

from collections.abc import Mapping
from functools import lru_cache

from engine.job import Job, Member
from engine.parsing import Parsed, parse_completion, parse_rows
from engine.schema.expressions import Expression, ExpressionError
from engine.tables.model import Cell
from handai_errors import ProviderError
from providers.base import Completion

Found = list[tuple[Member, Parsed | ProviderError]]


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
    """The values with those of the expressions that have waited for them."""
    if not job.step.computed:
        return parsed
    values: dict[str, Cell] = dict(parsed.values)
    for column in job.step.computed:
        values[column.name] = _computed(column.expression, {**member.values, **values})
    return Parsed(values, parsed.repaired)


def _computed(expression: str, row: Mapping[str, Cell]) -> Cell:
    try:
        return _parsed(expression).value(row)
    except ExpressionError:  # such as a missing number: the cell is as empty as what it is made of
        return None


@lru_cache(maxsize=256)
def _parsed(expression: str) -> Expression:
    return Expression(expression)

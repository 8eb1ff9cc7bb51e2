"""A row's model calls: columns that can share one do, and a column waits for those that its prompt names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.columns import ColumnType, Output
from engine.outputs import declared_outputs
from engine.placeholders import placeholders
from engine.schema.columns import ExpressionColumn, JudgeColumn, ModelColumn
from engine.schema.graph import late_columns, model_columns, reads
from engine.spec import GenerateInput, Prompt, RunSpec
from engine.typed import needs_json
from handai_errors import SpecError

JUDGE_INSTRUCTIONS = (
    "You judge one row of a table against a rubric. Judge only what is there. Give the score first, then the reason "
    "in one or two sentences."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One model call of a row: its place, what it fills, what it is told, and what can be computed after it."""

    index: int
    outputs: tuple[Output, ...]
    prompt: Prompt
    json: bool
    computed: tuple[ExpressionColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class _Need:
    """Outputs that are asked for together, and the columns that their prompt names."""

    outputs: tuple[Output, ...]
    prompt: Prompt
    reads: frozenset[str]


@dataclass(slots=True)
class _Group:
    level: int
    prompt: Prompt
    outputs: list[Output] = field(default_factory=list)


def steps_of(spec: RunSpec, columns: Iterable[str] = ()) -> tuple[Step, ...]:
    """The steps of every row of a run, in order; `columns` are those of its table. Raises SpecError on a cycle."""
    source = spec.input
    if isinstance(source, GenerateInput):
        needs = _needs_of_schema(source)
    else:
        needs = _needs_of_outputs(spec, frozenset(columns))
    groups = _grouped(needs)
    steps = tuple(
        Step(place, tuple(group.outputs), group.prompt, needs_json(group.outputs, json_mode=spec.model.json_mode))
        for place, group in enumerate(groups)
    )
    return _with_computed(steps, source) if isinstance(source, GenerateInput) else steps


def _needs_of_outputs(spec: RunSpec, columns: frozenset[str]) -> list[_Need]:
    outputs = declared_outputs(spec)
    if not outputs:  # JSON mode: the answer's keys decide
        return [_Need((), spec.prompt, frozenset())]
    needs = []
    for output in outputs:
        own = output.prompt is not None and output.prompt.strip()
        prompt = spec.prompt.model_copy(update={"template": output.prompt}) if own else spec.prompt
        named = placeholders(prompt.instructions) + placeholders(prompt.template or "")
        needs.append(_Need((output,), prompt, frozenset(named) - columns))
    return needs


def _needs_of_schema(schema: GenerateInput) -> list[_Need]:
    needs = []
    behind = behind_expressions(schema)
    for column in model_columns(schema):
        named = frozenset().union(*(behind.get(name, {name}) for name in reads(column, schema)))
        if isinstance(column, JudgeColumn):
            needs.append(_judge(column, schema, named))
        elif isinstance(column, ModelColumn):
            prompt = Prompt(instructions=column.instructions or schema.instructions, template=column.prompt)
            needs.append(_Need((column,), prompt, named))
    return needs


def behind_expressions(schema: GenerateInput) -> dict[str, frozenset[str]]:
    """What each late expression is computed from, no expression among it: a prompt that names it waits for that."""
    behind: dict[str, frozenset[str]] = {}
    for column in late_columns(schema):
        behind[column.name] = frozenset().union(*(behind.get(name, {name}) for name in reads(column, schema)))
    return behind


def _judge(column: JudgeColumn, schema: GenerateInput, named: frozenset[str]) -> _Need:
    rubric = column.judge
    judged = rubric.columns or tuple(other.name for other in schema.columns if isinstance(other, ModelColumn))
    score = Output(
        name=column.name,
        type=ColumnType.INTEGER,
        minimum=rubric.minimum,
        maximum=rubric.maximum,
        description=f"the score from {rubric.minimum} (worst) to {rubric.maximum} (best)",
    )
    reason = Output(name=f"{column.name}_reason", type=ColumnType.TEXT, description="why, in one or two sentences")
    shown = "\n".join(f"{name}: {{{{ {name} }}}}" for name in judged)
    prompt = Prompt(instructions=JUDGE_INSTRUCTIONS, template=f"Rubric:\n{rubric.criteria}\n\nThe row:\n{shown}")
    return _Need((score, reason), prompt, named)


def _grouped(needs: Sequence[_Need]) -> list[_Group]:
    maker = {output.name: place for place, need in enumerate(needs) for output in need.outputs}
    levels: dict[int, int] = {}
    for place in range(len(needs)):
        _level(place, needs, maker, levels, ())
    groups: dict[tuple[int, str, str | None], _Group] = {}
    for place, need in enumerate(needs):
        key = (levels[place], need.prompt.instructions, need.prompt.template)
        groups.setdefault(key, _Group(levels[place], need.prompt)).outputs.extend(need.outputs)
    return sorted(groups.values(), key=lambda group: group.level)


def _level(
    place: int, needs: Sequence[_Need], maker: Mapping[str, int], levels: dict[int, int], path: tuple[str, ...]
) -> int:
    name = needs[place].outputs[0].name if needs[place].outputs else ""
    if name in path:
        circle = " → ".join((*path[path.index(name) :], name))
        raise SpecError(f"These columns wait for each other: {circle}.", "Take one of them out of the other's prompt.")
    if place not in levels:
        waits_for = sorted({maker[read] for read in needs[place].reads if read in maker})
        before = [_level(other, needs, maker, levels, (*path, name)) for other in waits_for]
        levels[place] = 1 + max(before, default=-1)
    return levels[place]


def _with_computed(steps: tuple[Step, ...], schema: GenerateInput) -> tuple[Step, ...]:
    """Each late expression with the first step after which all that it reads is there."""
    made_at = {output.name: step.index for step in steps for output in step.outputs}
    computed: list[list[ExpressionColumn]] = [[] for _ in steps]
    for column in late_columns(schema):
        if isinstance(column, ExpressionColumn):
            made_at[column.name] = max((made_at.get(name, 0) for name in reads(column, schema)), default=0)
            computed[made_at[column.name]].append(column)
    return tuple(
        Step(step.index, step.outputs, step.prompt, step.json, tuple(found))
        for step, found in zip(steps, computed, strict=True)
    )

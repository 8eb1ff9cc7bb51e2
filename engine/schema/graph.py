"""Which column reads which: the names a column makes, and the one order in which all can be filled."""

import heapq
from collections.abc import Mapping

from engine.nearest import nearest
from engine.placeholders import placeholders
from engine.schema.columns import (
    ExpressionColumn,
    JudgeColumn,
    ModelColumn,
    PersonColumn,
    Schema,
    SchemaColumn,
    SubcategoryColumn,
)
from engine.schema.expressions import names_in
from handai_errors import SpecError


class OrderError(SpecError):
    """The columns can't be put in order because of the one at `place`."""

    def __init__(self, place: int, cause: str, remedy: str = "") -> None:
        super().__init__(cause, remedy)
        self.place = place


def column_names(column: SchemaColumn) -> tuple[str, ...]:
    """The names of the columns that it makes in the table."""
    if isinstance(column, PersonColumn):
        return tuple(f"{column.name}_{field}" for field in column.fields)
    if isinstance(column, JudgeColumn):
        return (column.name, f"{column.name}_reason")
    return (column.name,)


def depends_on(column: SchemaColumn) -> tuple[str, ...]:
    """The names that a column reads, each once; a judge without columns reads every model column besides."""
    if isinstance(column, ExpressionColumn):
        return tuple(sorted(names_in(column.expression)))
    if isinstance(column, ModelColumn):
        return tuple(dict.fromkeys(placeholders(column.instructions) + placeholders(column.prompt)))
    if isinstance(column, JudgeColumn):
        return tuple(dict.fromkeys((*column.judge.columns, *placeholders(column.judge.criteria))))
    named = [column.of] if isinstance(column, SubcategoryColumn) else []
    for case in column.when:
        named += sorted(names_in(case.condition))
    return tuple(dict.fromkeys(named))


def reads(column: SchemaColumn, schema: Schema) -> tuple[str, ...]:
    """What a column reads within its schema: `depends_on` and what the schema adds to it."""
    named = depends_on(column)
    if isinstance(column, ModelColumn) and not column.instructions:
        named += placeholders(schema.instructions)
    if isinstance(column, JudgeColumn) and not column.judge.columns:
        named += tuple(other.name for other in schema.columns if isinstance(other, ModelColumn))
    return tuple(dict.fromkeys(named))


def ordered(schema: Schema) -> tuple[SchemaColumn, ...]:
    """The columns, each after those it reads and else as declared; raises SpecError where that can't be."""
    needs = _needs(schema)
    needed_by: dict[int, list[int]] = {place: [] for place in needs}
    waiting = {place: len(others) for place, others in needs.items()}
    for place, others in needs.items():
        for other in others:
            needed_by[other].append(place)
    ready = [place for place, count in waiting.items() if not count]
    order: list[int] = []
    while ready:
        place = heapq.heappop(ready)
        order.append(place)
        for other in needed_by[place]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, other)
    if len(order) < len(needs):
        raise _cycle(schema, needs, set(needs) - set(order))
    columns = tuple(schema.columns[place] for place in order)
    _refuse_late_samplers(columns, schema)
    return columns


def _needs(schema: Schema) -> dict[int, set[int]]:
    maker = {name: place for place, column in enumerate(schema.columns) for name in column_names(column)}
    needs: dict[int, set[int]] = {}
    for place, column in enumerate(schema.columns):
        named = reads(column, schema)
        for name in named:
            if name not in maker:
                raise OrderError(
                    place, f"The column `{column.name}` reads `{name}`, which isn't there.", nearest(name, maker)
                )
        needs[place] = {maker[name] for name in named}
    return needs


def _cycle(schema: Schema, needs: Mapping[int, set[int]], stuck: set[int]) -> OrderError:
    path = [min(stuck)]
    while path[-1] not in path[:-1]:
        path.append(min(needs[path[-1]] & stuck))
    circle = path[path.index(path[-1]) :]
    names = " → ".join(schema.columns[place].name for place in circle)
    if len(circle) == 2:
        name = schema.columns[circle[0]].name
        return OrderError(circle[0], f"The column `{name}` reads itself.", "Take its own name out of it.")
    return OrderError(
        circle[0],
        f"These columns wait for each other: {names}.",
        "Let one of them do without the column after its arrow.",
    )


def _refuse_late_samplers(columns: tuple[SchemaColumn, ...], schema: Schema) -> None:
    late = _late_names(columns, schema)
    for column in columns:
        if not isinstance(column, ExpressionColumn | ModelColumn | JudgeColumn):
            for name in reads(column, schema):
                if name in late:
                    raise OrderError(
                        schema.columns.index(column),
                        f"The column `{column.name}` is drawn before a model is asked, but reads `{name}`, which "
                        "comes from a model.",
                        "Use an expression column for what depends on a model's answer.",
                    )


def _late_names(columns: tuple[SchemaColumn, ...], schema: Schema) -> set[str]:
    """The names that are only known once a model has answered."""
    late: set[str] = set()
    for column in columns:
        if isinstance(column, ModelColumn | JudgeColumn) or late.intersection(reads(column, schema)):
            late.update(column_names(column))
    return late


def base_columns(schema: Schema) -> tuple[SchemaColumn, ...]:
    """The columns that need no model, in order: sampled ones, and expressions over them."""
    columns = ordered(schema)
    late = _late_names(columns, schema)
    return tuple(column for column in columns if late.isdisjoint(column_names(column)))


def model_columns(schema: Schema) -> tuple[SchemaColumn, ...]:
    """The columns that a model writes or judges, in order."""
    return tuple(column for column in ordered(schema) if isinstance(column, ModelColumn | JudgeColumn))


def late_columns(schema: Schema) -> tuple[SchemaColumn, ...]:
    """The expressions that need a model's answer, in order."""
    columns = ordered(schema)
    late = _late_names(columns, schema)
    return tuple(column for column in columns if isinstance(column, ExpressionColumn) and column.name in late)


def exported_names(schema: Schema) -> tuple[str, ...]:
    """The names of the finished table's columns, as declared."""
    return tuple(name for column in schema.columns if column.export for name in column_names(column))

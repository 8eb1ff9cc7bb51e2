"""Everything that would make a schema fail later, told before a run starts."""

from collections.abc import Iterator, Sequence

from engine.nearest import nearest
from engine.placeholders import placeholders
from engine.schema.check_columns import column_problems
from engine.schema.check_values import bounds_problems, expression_problems
from engine.schema.columns import Check, JudgeColumn, ModelColumn, PersonColumn, Schema, SchemaColumn
from engine.schema.expressions import ExpressionError, names_in
from engine.schema.graph import OrderError, column_names, exported_names, ordered, reads
from engine.schema.problems import Place, Problem, as_error


def check_schema(schema: Schema) -> None:
    """Raise SpecError if the schema can't make a table, with every problem in a sentence of its own."""
    problems = problems_of(schema)
    if problems:
        raise as_error(problems)


def problems_of(schema: Schema) -> tuple[Problem, ...]:
    """What is wrong with a schema, each with its place."""
    if not schema.columns:
        return (Problem(("columns",), "The schema has no columns.", "Add at least one."),)
    own = [
        problem
        for place, column in enumerate(schema.columns)
        for problem in column_problems(("columns", place), column, schema)
    ]
    names = [*_name_problems(schema)]
    references = [*_reference_problems(schema)]
    found = [*own, *names, *references, *_check_problems(schema), *_table_problems(schema)]
    if not found:
        found += _order_problems(schema)
    return tuple(found)


def _made(schema: Schema) -> list[str]:
    return [name for column in schema.columns for name in column_names(column)]


def _name_problems(schema: Schema) -> Iterator[Problem]:
    seen: dict[str, tuple[str, SchemaColumn]] = {}
    for place, column in enumerate(schema.columns):
        here: Place = ("columns", place, "name")
        if column.name != column.name.strip() or not column.name.isprintable() or "{{" in column.name:
            yield Problem(
                here,
                f"The name {column.name!r} can't be used.",
                "A name has no space at its ends, no line break and no {{.",
            )
        for name in column_names(column):
            if name.casefold() in seen:
                yield _twice(here, name, column, *seen[name.casefold()])
            seen.setdefault(name.casefold(), (name, column))


def _twice(place: Place, name: str, column: SchemaColumn, other: str, first: SchemaColumn) -> Problem:
    if name == column.name and other == first.name:
        same = "" if name == other else f" (`{other}` differs only in capitals)"
        return Problem(place, f"Two columns are named `{name}`{same}.", "Give one of them another name.")
    maker = column if isinstance(column, PersonColumn | JudgeColumn) and name != column.name else first
    return Problem(
        place, f"Two columns are named `{name}`: the column `{maker.name}` makes one of them.", "Rename one of them."
    )


def _reference_problems(schema: Schema) -> Iterator[Problem]:
    made = _made(schema)
    known = frozenset(made)
    shared = placeholders(schema.instructions)
    for name in shared:
        if name not in made:
            yield _unknown(("instructions",), "The schema's instructions read", name, made)
    for place, column in enumerate(schema.columns):
        try:
            named = reads(column, schema)
        except ExpressionError:  # told with the column's own problems
            continue
        own = column_names(column)
        for name in named:
            if name not in known and name not in shared:
                others = [other for other in made if other not in own]
                yield _unknown(("columns", place), f"The column `{column.name}` reads", name, others)
    if schema.duplicates:
        for name in schema.duplicates.columns:
            if name not in made:
                yield _unknown(("duplicates", "columns"), "`duplicates` compares", name, made)


def _unknown(place: Place, who: str, name: str, made: Sequence[str]) -> Problem:
    return Problem(place, f"{who} `{name}`, which isn't there.", nearest(name, made))


def _check_problems(schema: Schema) -> Iterator[Problem]:
    made = _made(schema)
    for number, check in enumerate(schema.checks):
        here: Place = ("checks", number)
        who = f"Check {number + 1}"
        yield from _target_problems(here, who, check, made)
        yield from bounds_problems(here, who, check)
        if check.rule is not None:
            yield from _rule_problems(here, who, check.rule, made)


def _target_problems(here: Place, who: str, check: Check, made: Sequence[str]) -> Iterator[Problem]:
    holds = check.model_dump(exclude_defaults=True).keys() - {"column", "rule", "on_fail"}
    if check.rule is None and not holds:
        yield Problem(here, f"{who} has nothing to check.", "Give it a rule, minimum, maximum, pattern or values.")
    elif check.column is None and holds:
        yield Problem(here, f"{who} doesn't say which column it is for.", "Add `column`.")
    if check.column is not None and check.column not in made:
        yield _unknown((*here, "column"), f"{who} is for", check.column, made)


def _rule_problems(here: Place, who: str, rule: str, made: Sequence[str]) -> Iterator[Problem]:
    place = (*here, "rule")
    wrong = [*expression_problems(place, who, rule)]
    yield from wrong
    if not wrong:
        for name in sorted(names_in(rule).difference(made)):
            yield _unknown(place, f"{who} reads", name, made)


def _table_problems(schema: Schema) -> Iterator[Problem]:
    if not exported_names(schema):
        yield Problem(
            ("columns",), "Every column is a helper (`export: false`), so the table would be empty.", "Export one."
        )
    models = any(isinstance(column, ModelColumn) for column in schema.columns)
    for place, column in enumerate(schema.columns):
        if isinstance(column, JudgeColumn) and not column.judge.columns and not models:
            yield Problem(
                ("columns", place, "judge"),
                f"The judge `{column.name}` has nothing to judge: no column is written by a model.",
                "Name the columns it should judge in `columns`.",
            )


def _order_problems(schema: Schema) -> Iterator[Problem]:
    try:
        ordered(schema)
    except OrderError as error:
        yield Problem(("columns", error.place), error.cause, error.remedy)

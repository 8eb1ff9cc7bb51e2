"""How a column is told in plain words: its kind and, in one line, what is in it. Pure, so that all editors agree."""

from collections.abc import Sequence

from engine.columns import ColumnType, Output
from engine.schema import columns as c
from engine.schema.graph import column_names
from services.tables.column_kinds import cell_as_text, kind_of

TYPE_LABELS: dict[ColumnType, str] = {
    ColumnType.TEXT: "Text",
    ColumnType.CATEGORY: "Category: one of a few values",
    ColumnType.INTEGER: "Whole number",
    ColumnType.NUMBER: "Number",
    ColumnType.BOOLEAN: "Yes or no",
    ColumnType.DATE: "Date",
    ColumnType.LIST: "List",
    ColumnType.OBJECT: "Object: several named parts",
}
KIND_LABELS = {
    "category": "One of several values",
    "subcategory": "A value that depends on another column",
    "uniform": "A number in a range",
    "normal": "A number around a mean",
    "poisson": "A count",
    "bernoulli": "True or false",
    "date": "A date",
    "sequence": "A running number",
    "id": "An id with a pattern",
    "uuid": "A random id (UUID)",
    "faker": "An invented detail: name, city, company …",
    "person": "An invented person, in several columns",
    "table": "Values from an uploaded table",
    "constant": "The same value in every row",
    "expression": "Computed from other columns",
    "prompt": "Written by the model",
    "judge": "Judged by the model",
}
SHORT_KINDS = {
    "category": "category",
    "subcategory": "depends",
    "uniform": "number",
    "normal": "number",
    "poisson": "count",
    "bernoulli": "true or false",
    "date": "date",
    "sequence": "running number",
    "id": "id",
    "uuid": "id",
    "faker": "invented",
    "person": "person",
    "table": "from a table",
    "constant": "constant",
    "expression": "computed",
    "prompt": "model",
    "judge": "judge",
}
_COLOURS = {"expression": "blue", "prompt": "green", "judge": "violet"}
_SHOWN = 6
_LONGEST = 120


def badge(column: c.SchemaColumn) -> str:
    """The column's kind as a coloured badge, and whether it is a helper."""
    kind = kind_of(column)
    said = SHORT_KINDS[kind]
    if isinstance(column, c.ModelColumn) and column.type not in {None, ColumnType.TEXT}:
        said = f"model: {_type_word(column.type)}"
    helper = "" if column.export else " :gray-badge[not in the table]"
    return f":{_COLOURS.get(kind, 'gray')}-badge[{said}]{helper}"


def type_badge(output: Output) -> str:
    """A typed column's type as a badge."""
    optional = "" if output.required else " :gray-badge[may be empty]"
    return f":green-badge[{_type_word(output.type)}]{optional}"


def _type_word(kind: ColumnType | None) -> str:
    return "as it comes" if kind is None else TYPE_LABELS[kind].partition(":")[0].lower()


def output_summary(output: Output) -> str:
    """What a typed column may hold, and what it is for."""
    parts = []
    if output.values:
        parts.append(_listed(output.values))
    if output.items is not None:
        parts.append(f"each one: {_type_word(output.items)}")
    if bounds := _range(output.minimum, output.maximum):
        parts.append(bounds)
    if bounds := _range(output.min_length, output.max_length):
        parts.append(f"length {bounds}")
    if output.pattern:
        parts.append(f"pattern {output.pattern}")
    if output.description:
        parts.append(output.description)
    return _cut(" · ".join(parts))


def summary(column: c.SchemaColumn) -> str:
    """One line on what a column of a schema holds."""
    said = _summary(column)
    when = getattr(column, "when", ())
    return _cut(said + (f" · {len(when)} condition{'' if len(when) == 1 else 's'}" if when else ""))


def _summary(column: c.SchemaColumn) -> str:
    for told in (_chosen, _counted, _named, _written):
        said = told(column)
        if said is not None:
            return said
    return ""


def _chosen(column: c.SchemaColumn) -> str | None:
    match column:
        case c.CategoryColumn():
            return choices_words(column.values)
        case c.SubcategoryColumn():
            return f"by {column.of}: " + "; ".join(f"{key}: {_listed(list(of))}" for key, of in column.values.items())
        case c.BernoulliColumn():
            return f"true in {column.p:.0%} of the rows"
        case c.ConstantColumn():
            return cell_as_text(column.value)
    return None


def _counted(column: c.SchemaColumn) -> str | None:
    match column:
        case c.UniformColumn():
            return f"{column.low:g} to {column.high:g}" + _decimals(column.decimals)
        case c.NormalColumn():
            bounds = _range(column.minimum, column.maximum)
            return f"around {column.mean:g}, spread {column.sd:g}" + (f", {bounds}" if bounds else "")
        case c.PoissonColumn():
            return f"{column.mean:g} on average"
        case c.DateColumn():
            return f"{column.start.isoformat()} to {column.end.isoformat()}"
        case c.SequenceColumn():
            return f"{column.start}, {column.start + column.step}, {column.start + 2 * column.step} …"
    return None


def _named(column: c.SchemaColumn) -> str | None:
    match column:
        case c.FakerColumn():
            return f"{column.kind.replace('_', ' ')} ({column.locale})"
        case c.PersonColumn():
            return ", ".join(column_names(column)) + f" ({column.locale})"
        case c.IdColumn():
            return column.pattern
        case c.TableColumn():
            how = "row by row" if column.order == "sequence" else "by chance"
            return f"{column.column or 'no column chosen yet'}, {how}"
    return None


def _written(column: c.SchemaColumn) -> str | None:
    match column:
        case c.ExpressionColumn():
            return f"= {column.expression}"
        case c.ModelColumn():
            return f"{column.prompt} · {output_summary(column)}".rstrip(" ·")
        case c.JudgeColumn():
            return f"{column.judge.minimum} to {column.judge.maximum}: {column.judge.criteria}"
    return None


def choices_words(values: c.Choices) -> str:
    """Values with their shares; equal ones without."""
    if not isinstance(values, dict):
        return _listed(values)
    total = sum(values.values())
    return _listed([f"{value} {weight / total:.0%}" if total else value for value, weight in values.items()])


def check_summary(check: c.Check) -> str:
    """What a check holds a row against."""
    if check.rule is not None:
        return check.rule
    parts = [_range(check.minimum, check.maximum)]
    parts.append(f"length {_range(check.min_length, check.max_length)}" if _has_length(check) else "")
    parts.append(f"pattern {check.pattern}" if check.pattern else "")
    parts.append(f"one of {_listed(check.values)}" if check.values else "")
    parts.append("a JSON Schema" if check.json_schema else "")
    return ", ".join(part for part in parts if part) or "nothing yet"


def _has_length(check: c.Check) -> bool:
    return check.min_length is not None or check.max_length is not None


def _decimals(decimals: int | None) -> str:
    if decimals is None:
        return ""
    return ", whole numbers" if decimals == 0 else f", {decimals} decimals"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {low:g}"
    return f"at most {high:g}" if low is None else f"{low:g} to {high:g}"


def _listed(values: Sequence[str]) -> str:
    shown = ", ".join(values[:_SHOWN])
    return shown + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"

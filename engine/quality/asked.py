"""What a schema or a list of outputs promises of each column, in the words that the report compares with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.columns import ColumnType, Output
from engine.quality.cells import day_of
from engine.quality.expected import Below, normal_below, poisson_below, uniform_below
from engine.quality.report import Kind
from engine.quality.words import number, span
from engine.schema.columns import (
    BernoulliColumn,
    CategoryColumn,
    Choices,
    ConstantColumn,
    DateColumn,
    ExpressionColumn,
    FakerColumn,
    IdColumn,
    JudgeColumn,
    ModelColumn,
    NormalColumn,
    PersonColumn,
    PoissonColumn,
    Schema,
    SchemaColumn,
    SequenceColumn,
    SubcategoryColumn,
    UniformColumn,
    UuidColumn,
)
from engine.schema.graph import column_names

_WRITTEN = "written by the model"


@dataclass(frozen=True, slots=True)
class Asked:
    """One column as it was asked for; kind None is found out from the values. `written` texts are compared.

    `shares` are the allowed categories with their shares (None: any). `below` is the asked-for distribution: the
    chance of a number less than the given one. `first` and `last` are ISO dates.
    """

    name: str
    source: str
    words: str = ""
    kind: Kind | None = None
    shares: Mapping[str, float | None] | None = None
    below: Below | None = None
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    sd: float | None = None
    first: str | None = None
    last: str | None = None
    conditional: bool = False
    written: bool = False


def asked_of(columns: Schema | Sequence[Output]) -> tuple[Asked, ...]:
    """The exported columns of a schema, or a transform's outputs."""
    if not isinstance(columns, Schema):
        return tuple(_output(output) for output in columns)
    shares = _Shares(columns)
    return tuple(asked for column in columns.columns if column.export for asked in _column(column, shares))


class _Shares:
    """The shares that categories and subcategories should have over the whole table."""

    def __init__(self, schema: Schema) -> None:
        self._columns = {column.name: column for column in schema.columns}

    def of(self, name: str, above: frozenset[str] = frozenset()) -> dict[str, float] | None:
        column = self._columns.get(name)
        if name in above:
            return None  # a cycle, which is refused elsewhere
        if isinstance(column, CategoryColumn):
            return normal_shares(column.values)
        if not isinstance(column, SubcategoryColumn):
            return None
        parent = self._columns.get(column.of)
        outer = self.of(column.of, above | {name})
        if outer is None or (isinstance(parent, CategoryColumn | SubcategoryColumn) and parent.when):
            return None
        shares: dict[str, float] = {}
        for value, chance in outer.items():
            for inner, share in normal_shares(column.values.get(value, ())).items():
                shares[inner] = shares.get(inner, 0.0) + chance * share
        return shares


def normal_shares(values: Choices) -> dict[str, float]:
    """Weights as shares that sum to 1; a list is of equal chances, and a value named twice counts twice."""
    weights: dict[str, float] = {}
    pairs = values.items() if isinstance(values, Mapping) else ((value, 1.0) for value in values)
    for value, weight in pairs:
        weights[value] = weights.get(value, 0.0) + weight
    total = sum(weights.values())
    return {value: weight / total for value, weight in weights.items()} if total else {}


def _column(column: SchemaColumn, shares: _Shares) -> tuple[Asked, ...]:
    if isinstance(column, ModelColumn):
        return (_output(column),)
    if isinstance(column, JudgeColumn):
        score, reason = column_names(column)
        low, high = column.judge.minimum, column.judge.maximum
        words = span(low, high)
        scored = Asked(score, "scored by the model", words, Kind.NUMBER, low=low, high=high)
        return (scored, Asked(reason, _WRITTEN, kind=Kind.TEXT))
    if isinstance(column, ExpressionColumn):
        return (Asked(column.name, "computed", column.expression),)
    if isinstance(column, PersonColumn):
        asked = tuple(_person(name, column) for name in column_names(column))
    elif isinstance(column, CategoryColumn | SubcategoryColumn):
        wanted = shares.of(column.name)
        asked = (Asked(column.name, f"drawn: {column.sampler}", kind=Kind.CATEGORY, shares=wanted),)
    else:
        asked = (_sampled(column),)
    return tuple(replace(one, conditional=bool(column.when)) for one in asked)


def _sampled(column: SchemaColumn) -> Asked:
    asked = Asked(column.name, f"drawn: {getattr(column, 'sampler', '')}")
    match column:
        case UniformColumn() | NormalColumn() | PoissonColumn():
            asked = _number(column, asked)
        case BernoulliColumn():
            asked = replace(asked, kind=Kind.CATEGORY, shares={"true": column.p, "false": 1 - column.p})
        case DateColumn():
            asked = _date(column, asked)
        case IdColumn():
            asked = replace(asked, kind=Kind.IDENTIFIER, words=column.pattern)
        case SequenceColumn() | UuidColumn():
            asked = replace(asked, kind=Kind.IDENTIFIER)
        case FakerColumn():
            asked = replace(asked, source=f"drawn: {column.kind} ({column.locale})")
        case ConstantColumn():
            asked = replace(asked, words=str(column.value))
    return asked


def _date(column: DateColumn, asked: Asked) -> Asked:
    first, last = column.start.isoformat(), column.end.isoformat()
    with_time = isinstance(column.start, datetime) or isinstance(column.end, datetime)
    below = uniform_below(day_of(first), day_of(last), None if with_time else 0)
    return replace(asked, kind=Kind.DATE, first=first, last=last, below=below, words=f"from {first} to {last}")


def _number(column: UniformColumn | NormalColumn | PoissonColumn, asked: Asked) -> Asked:
    asked = replace(asked, kind=Kind.NUMBER)
    if isinstance(column, UniformColumn):
        return replace(
            asked,
            words=span(column.low, column.high),
            low=column.low,
            high=column.high,
            mean=(column.low + column.high) / 2,
            sd=_spread(column),
            below=uniform_below(column.low, column.high, column.decimals),
        )
    if isinstance(column, NormalColumn):
        bounds = span(column.minimum, column.maximum)
        return replace(
            asked,
            words=f"around {number(column.mean)}, standard deviation {number(column.sd)}"
            + (f", {bounds}" if bounds else ""),
            low=column.minimum,
            high=column.maximum,
            mean=column.mean,
            sd=column.sd,
            below=normal_below(column.mean, column.sd, column.minimum, column.maximum, column.decimals),
        )
    spread = math.sqrt(column.mean)
    words, below = f"counts around {number(column.mean)}", poisson_below(column.mean)
    return replace(asked, words=words, low=0, mean=column.mean, sd=spread, below=below)


def _spread(column: UniformColumn) -> float:
    width = column.high - column.low
    if column.decimals is None:
        return width / math.sqrt(12)
    step: float = 10.0**-column.decimals  # whole steps, both ends included
    return math.sqrt(max(0.0, (width + step) ** 2 - step**2) / 12)


def _person(name: str, column: PersonColumn) -> Asked:
    asked = Asked(name, f"drawn: person ({column.locale})")
    if name.endswith("_age"):
        low, high = column.min_age, column.max_age
        return replace(asked, kind=Kind.NUMBER, low=low, high=high, words=span(low, high))
    return asked


_KINDS = {
    ColumnType.TEXT: Kind.TEXT,
    ColumnType.INTEGER: Kind.NUMBER,
    ColumnType.NUMBER: Kind.NUMBER,
    ColumnType.BOOLEAN: Kind.CATEGORY,
    ColumnType.CATEGORY: Kind.CATEGORY,
    ColumnType.DATE: Kind.DATE,
    ColumnType.LIST: Kind.OTHER,
    ColumnType.OBJECT: Kind.OTHER,
}


def _output(output: Output) -> Asked:
    asked = Asked(output.name, _WRITTEN, kind=_KINDS[output.type] if output.type else None, written=True)
    if asked.kind is Kind.NUMBER:
        low, high = output.minimum, output.maximum
        return replace(asked, low=low, high=high, words=span(low, high))
    return replace(asked, shares=dict.fromkeys(output.values)) if output.type is ColumnType.CATEGORY else asked

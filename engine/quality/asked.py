"""What a schema or a list of outputs promises of each column, in the words that the report compares with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.columns import ColumnType, Output
from engine.quality.report import Kind
from engine.schema.columns import (
    BernoulliColumn,
    CategoryColumn,
    Choices,
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
    """One column as it was asked for; kind None is found out from the values. `written` texts are compared."""

    name: str
    source: str
    kind: Kind | None = None
    shares: Mapping[str, float] | None = None
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
        if outer is None or getattr(parent, "when", ()):
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
        rubric = column.judge
        scored = Asked(score, "scored by the model", Kind.NUMBER, low=rubric.minimum, high=rubric.maximum)
        return (scored, Asked(reason, _WRITTEN, Kind.TEXT))
    if isinstance(column, ExpressionColumn):
        return (Asked(column.name, "computed"),)
    if isinstance(column, PersonColumn):
        asked = tuple(_person(name, column) for name in column_names(column))
    elif isinstance(column, CategoryColumn | SubcategoryColumn):
        source = f"drawn: {column.sampler}"
        asked = (Asked(column.name, source, Kind.CATEGORY, shares=shares.of(column.name)),)
    else:
        asked = (_sampled(column),)
    return tuple(replace(one, conditional=bool(column.when)) for one in asked)


def _sampled(column: SchemaColumn) -> Asked:
    asked = Asked(column.name, f"drawn: {getattr(column, 'sampler', '')}")
    match column:
        case UniformColumn():
            return replace(asked, kind=Kind.NUMBER, low=column.low, high=column.high, **_uniform(column))
        case NormalColumn():
            bounds = {"low": column.minimum, "high": column.maximum}
            return replace(asked, kind=Kind.NUMBER, mean=column.mean, sd=column.sd, **bounds)
        case PoissonColumn():
            return replace(asked, kind=Kind.NUMBER, low=0, mean=column.mean, sd=math.sqrt(column.mean))
        case BernoulliColumn():
            return replace(asked, kind=Kind.CATEGORY, shares={"true": column.p, "false": 1 - column.p})
        case DateColumn():
            return replace(asked, kind=Kind.DATE, first=column.start.isoformat(), last=column.end.isoformat())
        case SequenceColumn() | IdColumn() | UuidColumn():
            return replace(asked, kind=Kind.IDENTIFIER)
        case FakerColumn():
            return replace(asked, source=f"drawn: {column.kind}")
    return asked


def _uniform(column: UniformColumn) -> dict[str, float]:
    width = column.high - column.low
    if column.decimals is None:
        spread = width / math.sqrt(12)
    else:  # whole steps of 10^-decimals, both ends included
        step: float = 10.0**-column.decimals
        spread = math.sqrt(max(0.0, (width + step) ** 2 - step**2) / 12)
    return {"mean": (column.low + column.high) / 2, "sd": spread}


def _person(name: str, column: PersonColumn) -> Asked:
    asked = Asked(name, f"drawn: person ({column.locale})")
    if name.endswith("_age"):
        return replace(asked, kind=Kind.NUMBER, low=column.min_age, high=column.max_age)
    return asked


def _output(output: Output) -> Asked:
    asked = Asked(output.name, _WRITTEN, written=True)
    match output.type:
        case ColumnType.CATEGORY:
            return replace(asked, kind=Kind.CATEGORY, shares=dict.fromkeys(output.values))
        case ColumnType.BOOLEAN:
            return replace(asked, kind=Kind.CATEGORY)
        case ColumnType.INTEGER | ColumnType.NUMBER:
            return replace(asked, kind=Kind.NUMBER, low=output.minimum, high=output.maximum)
        case ColumnType.DATE:
            return replace(asked, kind=Kind.DATE)
        case ColumnType.LIST | ColumnType.OBJECT:
            return replace(asked, kind=Kind.OTHER)
        case ColumnType.TEXT:
            return replace(asked, kind=Kind.TEXT)
    return asked

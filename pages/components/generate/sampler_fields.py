"""The fields of columns that are drawn without a model: few for each kind, in plain words."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import streamlit as st

from engine.schema import columns as c
from engine.schema.check_columns import PERSON_FIELDS
from engine.schema.fakers import kinds, locales
from pages.components.fields import (
    choice_field,
    long_field,
    many_field,
    number_field,
    switch_field,
    text_field,
    whole_field,
)
from pages.components.generate.table_fields import draw_table_column
from pages.components.state import seed
from services.tables.column_kinds import cell_as_text, cell_from, choices_from, choices_text, names_of

Changes = dict[str, Any]

_FAVOURITES = (
    "name", "first_name", "last_name", "city", "country", "street_address", "company", "job", "email", "phone_number",
    "user_name", "url", "iban", "color_name", "sentence", "word",
)  # fmt: skip
_WEIGHTED_HELP = "On: write a weight after a colon, such as “free: 60”. Weights need not sum to 100."
_MOST_PARENTS = 40


def draw_sampler(prefix: str, column: c.SamplerColumn, schema: c.Schema) -> Changes:
    """What was set for a drawn column, its name and conditions left out."""
    if isinstance(column, c.SubcategoryColumn):
        return _subcategory(prefix, column, schema)
    return _FIELDS[type(column)](prefix, column)


def _category(prefix: str, column: c.CategoryColumn) -> Changes:
    weighted = switch_field(
        prefix,
        "weighted",
        "Some are more frequent",
        value=isinstance(column.values, dict),
        help_text=_WEIGHTED_HELP,
    )
    label = "Values, one a line" + (": weight after a colon" if weighted else "")
    return {"values": _choices(prefix, f"values_{weighted}", label, column.values, weighted=weighted)}


def _choices(prefix: str, name: str, label: str, values: c.Choices, *, weighted: bool) -> c.Choices:
    shown = choices_text(values, weighted=weighted)
    text = long_field(prefix, name, label, shown, height=130)
    as_it_was = text == shown and isinstance(values, dict) == weighted
    return values if as_it_was else choices_from(text, weighted=weighted)


def _subcategory(prefix: str, column: c.SubcategoryColumn, schema: c.Schema) -> Changes:
    names = list(names_of(schema, without=column))
    of = choice_field(prefix, "of", "It depends on", names, column.of)
    parent = next((other for other in schema.columns if other.name == of), None)
    known = _values_of(parent) or tuple(column.values)
    weighted = switch_field(
        prefix,
        "weighted",
        "Some are more frequent",
        value=any(isinstance(values, dict) for values in column.values.values()),
        help_text=_WEIGHTED_HELP,
    )
    if not known:
        st.caption("Choose a column with a fixed list of values.")
    chosen: dict[str, c.Choices] = {}
    for value in known[:_MOST_PARENTS]:
        label = f"Where {of} is “{value}”, one a line"
        of_value = column.values.get(value, ())
        chosen[value] = _choices(prefix, f"values_{weighted}_{value}", label, of_value, weighted=weighted)
    rest = {value: column.values[value] for value in known[_MOST_PARENTS:] if value in column.values}
    return {"of": of, "values": {**chosen, **rest}}


def _values_of(column: c.SchemaColumn | None) -> tuple[str, ...]:
    if isinstance(column, c.CategoryColumn):
        return tuple(column.values)
    if isinstance(column, c.SubcategoryColumn):
        return tuple(dict.fromkeys(value for choices in column.values.values() for value in choices))
    return ("true", "false") if isinstance(column, c.BernoulliColumn) else ()


def _uniform(prefix: str, column: c.UniformColumn) -> Changes:
    with st.grid(3, min_column_width=140):
        return {
            "low": number_field(prefix, "low", "Smallest", column.low),
            "high": number_field(prefix, "high", "Largest", column.high),
            "decimals": _decimals(prefix, column.decimals),
        }


def _normal(prefix: str, column: c.NormalColumn) -> Changes:
    with st.grid(3, min_column_width=140):
        return {
            "mean": number_field(prefix, "mean", "Mean", column.mean),
            "sd": number_field(
                prefix, "sd", "Spread", column.sd, min_value=0.0, help="The standard deviation: two thirds lie within."
            ),
            "decimals": _decimals(prefix, column.decimals),
            "minimum": number_field(prefix, "minimum", "Never below", column.minimum, placeholder="Any"),
            "maximum": number_field(prefix, "maximum", "Never above", column.maximum, placeholder="Any"),
        }


def _decimals(prefix: str, value: int | None) -> int | None:
    return whole_field(
        prefix, "decimals", "Decimals", value, min_value=0, max_value=12, placeholder="All", help="0: whole numbers."
    )


def _poisson(prefix: str, column: c.PoissonColumn) -> Changes:
    return {"mean": number_field(prefix, "mean", "On average", column.mean, min_value=0.001, max_value=1_000_000.0)}


def _bernoulli(prefix: str, column: c.BernoulliColumn) -> Changes:
    share = number_field(
        prefix, "p", "True in so many per cent of the rows", column.p * 100, min_value=0.0, max_value=100.0
    )
    return {"p": column.p if share is None or share == column.p * 100 else share / 100}


def _date(prefix: str, column: c.DateColumn) -> Changes:
    with_time = isinstance(column.start, datetime) and isinstance(column.end, datetime)
    pick = _pick_moment if with_time else _pick_day
    with st.grid(2, min_column_width=180):
        return {"start": pick(prefix, "start", "From", column.start), "end": pick(prefix, "end", "To", column.end)}


def _pick_day(prefix: str, name: str, label: str, value: date) -> date:
    key = f"{prefix}_field_{name}"
    found = st.date_input(label, seed(key, value), key=key, min_value=date(1800, 1, 1), max_value=date(2200, 12, 31))
    return found if isinstance(found, date) else value


def _pick_moment(prefix: str, name: str, label: str, value: date) -> date:
    text = text_field(prefix, name, f"{label} (2026-01-31T08:00)", value.isoformat())
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        st.error("Write it as 2026-01-31T08:00.")
        return value


def _sequence(prefix: str, column: c.SequenceColumn) -> Changes:
    with st.grid(2, min_column_width=140):
        start = whole_field(prefix, "start", "First number", column.start)
        step = whole_field(prefix, "step", "Then each time plus", column.step)
    return {"start": column.start if start is None else start, "step": column.step if step is None else step}


def _id(prefix: str, column: c.IdColumn) -> Changes:
    pattern = text_field(
        prefix, "pattern", "Pattern", column.pattern, help="{0001} counts the rows from 1 with four digits."
    )
    return {"pattern": pattern}


def _uuid(prefix: str, column: c.UuidColumn) -> Changes:
    del prefix, column
    return {}


def _faker(prefix: str, column: c.FakerColumn) -> Changes:
    known = locales()
    with st.grid(2, min_column_width=200):
        locale = choice_field(prefix, "locale", "Language and country", known, column.locale)
        possible = kinds(locale) if locale in known else ()
        first = [kind for kind in _FAVOURITES if kind in possible]
        kind = choice_field(
            prefix,
            "kind",
            "What",
            [*first, *(kind for kind in possible if kind not in _FAVOURITES)],
            column.kind,
            format_func=lambda kind: kind.replace("_", " "),
        )
    return {"kind": kind, "locale": locale}


def _person(prefix: str, column: c.PersonColumn) -> Changes:
    fields = many_field(
        prefix,
        "fields",
        "What is known of the person",
        PERSON_FIELDS,
        column.fields,
        format_func=lambda field: field.replace("_", " "),
    )
    with st.grid(3, min_column_width=160):
        locale = choice_field(prefix, "locale", "Language and country", locales(), column.locale)
        low = whole_field(prefix, "min_age", "Youngest", column.min_age, min_value=0, max_value=120)
        high = whole_field(prefix, "max_age", "Oldest", column.max_age, min_value=0, max_value=120)
    ages = {"min_age": low if low is not None else column.min_age, "max_age": high if high is not None else 85}
    return {"fields": fields, "locale": locale, **ages}


def _constant(prefix: str, column: c.ConstantColumn) -> Changes:
    return {"value": cell_from(text_field(prefix, "value", "Value", cell_as_text(column.value)), column.value)}


_FIELDS: dict[type, Callable[[str, Any], Changes]] = {
    c.CategoryColumn: _category,
    c.UniformColumn: _uniform,
    c.NormalColumn: _normal,
    c.PoissonColumn: _poisson,
    c.BernoulliColumn: _bernoulli,
    c.DateColumn: _date,
    c.SequenceColumn: _sequence,
    c.IdColumn: _id,
    c.UuidColumn: _uuid,
    c.FakerColumn: _faker,
    c.PersonColumn: _person,
    c.TableColumn: draw_table_column,
    c.ConstantColumn: _constant,
}

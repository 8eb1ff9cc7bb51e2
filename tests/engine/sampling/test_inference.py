"""The kind of an expression's column holds whatever the expression gives."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sampling.cells import fitted
from engine.sampling.inference import kind_of_expression
from engine.schema.expressions import Expression, ExpressionError
from engine.tables.model import Cell, ColumnKind

KNOWN = {
    "i": ColumnKind.INTEGER,
    "n": ColumnKind.NUMBER,
    "t": ColumnKind.TEXT,
    "b": ColumnKind.BOOLEAN,
    "d": ColumnKind.DATE,
    "j": ColumnKind.JSON,
}
ROWS: tuple[dict[str, Cell], ...] = (
    {"i": 3, "n": 2.5, "t": "abc", "b": True, "d": date(2024, 2, 29), "j": [1, "a"]},
    {"i": -7, "n": -0.0, "t": "2024-01-01", "b": False, "d": date(2000, 1, 1), "j": {"a": 1}},
    {"i": 0, "n": 4.0, "t": "12", "b": True, "d": None, "j": None},
)
LEAVES = st.sampled_from(["i", "n", "t", "b", "d", "j", "2", "0", "-1", "0.5", "'x'", "true", "null", "[1, 2]"])


def larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(part, part)
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", "in", "and", "or"])
    ones = st.sampled_from(
        [
            "abs",
            "int",
            "float",
            "str",
            "len",
            "lower",
            "upper",
            "strip",
            "year",
            "month",
            "day",
            "round",
            "min",
            "max",
            "coalesce",
        ]
    )
    pairs = st.sampled_from(["min", "max", "coalesce", "concat", "add_days", "days_between", "contains", "startswith"])
    return st.one_of(
        st.tuples(operators, two).map(lambda drawn: f"({drawn[1][0]} {drawn[0]} {drawn[1][1]})"),
        st.tuples(ones, part).map(lambda drawn: f"{drawn[0]}({drawn[1]})"),
        st.tuples(pairs, two).map(lambda drawn: f"{drawn[0]}({drawn[1][0]}, {drawn[1][1]})"),
        st.tuples(part, st.sampled_from(["0", "1", "2", "-1"])).map(lambda drawn: f"round({drawn[0]}, {drawn[1]})"),
        st.tuples(part, two).map(lambda drawn: f"if_({drawn[0]}, {drawn[1][0]}, {drawn[1][1]})"),
        st.tuples(part, two).map(lambda drawn: f"({drawn[1][0]} if {drawn[0]} else {drawn[1][1]})"),
        st.tuples(part, st.sampled_from(["0", "'a'"])).map(lambda drawn: f"({drawn[0]})[{drawn[1]}]"),
        part.map(lambda drawn: f"(-{drawn})"),
        part.map(lambda drawn: f"(not {drawn})"),
    )


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.recursive(LEAVES, larger, max_leaves=6))
def test_whatever_an_expression_gives_fits_its_kind(text: str) -> None:
    kind = kind_of_expression(text, KNOWN)
    for row in ROWS:
        try:
            value = Expression(text).value(row)
        except ExpressionError:
            continue
        fitted(value, kind)  # raises where it doesn't


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i * 12", ColumnKind.INTEGER),
        ("n * 12", ColumnKind.NUMBER),
        ("i / 2", ColumnKind.NUMBER),
        ("i ** 2", ColumnKind.INTEGER),
        ("i ** i", ColumnKind.NUMBER),
        ("round(n)", ColumnKind.INTEGER),
        ("round(n * 1.2, 2)", ColumnKind.NUMBER),
        ("b + b", ColumnKind.INTEGER),
        ("i > 2 and b", ColumnKind.BOOLEAN),
        ("not i", ColumnKind.BOOLEAN),
        ("concat(t, i)", ColumnKind.TEXT),
        ("t * 2", ColumnKind.TEXT),
        ("t[0]", ColumnKind.TEXT),
        ("if_(b, 'yes', 'no')", ColumnKind.TEXT),
        ("if_(b, i, n)", ColumnKind.NUMBER),
        ("if_(b, i, null)", ColumnKind.INTEGER),
        ("if_(b, i, t)", ColumnKind.JSON),
        ("add_days(d, 30)", ColumnKind.DATE),
        ("days_between(d, '2024-01-01')", ColumnKind.INTEGER),
        ("coalesce(i, 0)", ColumnKind.INTEGER),
        ("[i, t]", ColumnKind.JSON),
        ("null", ColumnKind.TEXT),
    ],
)
def test_kinds_are_as_narrow_as_people_expect(text: str, kind: ColumnKind) -> None:
    assert kind_of_expression(text, KNOWN) is kind

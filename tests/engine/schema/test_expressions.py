"""What an expression gives for a row."""

from datetime import date, datetime

import pytest

from engine.schema.expressions import Expression, ExpressionError
from engine.tables.model import Cell, Row

ROW: Row = {
    "plan": "free",
    "spend": 12.5,
    "count": 3,
    "empty": None,
    "blank": "",
    "paid": True,
    "tags": ["a", "b"],
    "address": {"city": "Ulm"},
    "day_text": "2026-01-31",
    "born": date(2000, 2, 29),
    "seen": datetime(2026, 1, 31, 8, 30),  # noqa: DTZ001 cells of uploaded tables have no zone either
    "two words": 7,
}


def value(text: str) -> Cell:
    return Expression(text).value(ROW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spend * 12", 150.0),
        ("count + 1 - 2 * 3 / 4", 2.5),
        ("count // 2", 1),
        ("count % 2", 1),
        ("count ** 2", 9),
        ("-count", -3),
        ("'a' + 'b'", "ab"),
        ("'ab' * 2", "abab"),
        ("tags + ['c']", ["a", "b", "c"]),
        ("plan == 'free'", True),
        ("plan != 'free'", False),
        ("1 < count <= 3", True),
        ("plan in ['free', 'pro']", True),
        ("'x' not in tags", True),
        ("'re' in plan", True),
        ("paid and not empty", True),
        ("'yes' if paid else 'no'", "yes"),
        ("true", True),
        ("false or null", None),
        ('col("two words") + 1', 8),
        ("tags[0]", "a"),
        ("address['city']", "Ulm"),
        ("empty == null", True),
        ("empty == 0", False),
        ("count == 3.0", True),
        ("day_text > '2025-12-31'", True),
        ("born < '2000-03-01'", True),
        ("seen > born", True),
    ],
)
def test_operators(text: str, expected: Cell) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min(3, 1, 2)", 1),
        ("max(tags)", "b"),
        ("round(2.567, 2)", 2.57),
        ("round(2.567)", 3),
        ("abs(-2)", 2),
        ("int('12')", 12),
        ("int(3.9)", 3),
        ("float('1.5')", 1.5),
        ("str(count)", "3"),
        ("str(paid)", "true"),
        ("str(empty)", ""),
        ("len(tags)", 2),
        ("lower('AB')", "ab"),
        ("upper('ab')", "AB"),
        ("strip('  a ')", "a"),
        ("contains(plan, 're')", True),
        ("contains(tags, 'b')", True),
        ("startswith(plan, 'f')", True),
        ("endswith(plan, 'f')", False),
        ("matches(plan, '^f[r-z]e+$')", True),
        ("concat(plan, '-', count)", "free-3"),
        ("coalesce(empty, blank, 'x')", "x"),
        ("coalesce(empty, 0)", 0),
        ("if_(count > 5, 'many', 'few')", "few"),
        ("year(born)", 2000),
        ("month(day_text)", 1),
        ("day(seen)", 31),
        ("days_between('2026-01-01', day_text)", 30),
        ("add_days(day_text, 1)", "2026-02-01"),
        ("add_days(born, -29)", date(2000, 1, 31)),
    ],
)
def test_functions(text: str, expected: Cell) -> None:
    assert value(text) == expected


def test_only_the_chosen_branch_of_if_is_computed() -> None:
    assert value("if_(count == 0, 1 / 0, 1)") == 1


def test_the_names_it_reads() -> None:
    assert Expression("if_(a > 1, col('b c'), len(d['key'])) + true").names == {"a", "b c", "d"}


def test_one_expression_serves_many_rows() -> None:
    twice = Expression("n * 2")
    assert [twice.value({"n": n}) for n in range(3)] == [0, 2, 4]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("spend + plan", r"gives no value: `\+` can't take a number and text"),
        ("empty + 1", r"can't take a missing value and a number. Put another value in its place: coalesce"),
        ("plan < 3", "`<` can't take text and a number"),
        ("plan == 3", "`==` can't take text and a number"),
        ("count / 0", "divides by zero"),
        ("tags[5]", "has no such item"),
        ("address['zip']", "has no such item"),
        ("count[0]", "has no such item"),
        ("other", "the row has no `other`"),
        ("year('soon')", "'soon' is no date"),
        ("int('five')", "'five' is no number"),
        ("float('nan')", "no finite number"),
        ("min([])", "empty list"),
        ("len(count)", "len can't take a number"),
        ("round(1.5, 13)", "0 to 12 decimals"),
    ],
)
def test_a_row_that_gives_no_value_is_told_in_plain_words(text: str, told: str) -> None:
    with pytest.raises(ExpressionError, match=told):
        value(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "An expression is empty"),
        ("1 +", "can't be read"),
        ("a = 1", "Compare with ==, not ="),
        ("lenn(a)", "there is no function `lenn`. Did you mean `len`"),
        ("len(a, b)", "len takes 1 value, not 2"),
        ("len(x=a)", "takes its values without names"),
        ("round()", "round takes 1 or 2 values, not 0"),
        ("a is 1", r"`is` \(write ==\)"),
        ("a & b", r"`&` \(write and\)"),
        ("col(a)", "col takes a column's name in quotes"),
        ("matches(a, b)", "the pattern of matches stands in quotes"),
        ("matches(a, '[')", r"The pattern `\[` can't be used"),
        ("b'x'", "a value that no cell can hold"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_cure(text: str, told: str) -> None:
    with pytest.raises(ExpressionError, match=told):
        Expression(text)


def test_a_fraction_keeps_the_digits_that_a_spreadsheet_shows() -> None:
    assert Expression("spend * 12").value({"spend": 173.55}) == 2082.6

"""Conditions on a row's cells: what each operator means, and how they are said."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from engine.conditions import Condition, Conditions
from engine.tables.model import Cell


def one(operator: str, value: object = None, *values: str) -> Condition:
    return Condition.model_validate({"column": "c", "operator": operator, "value": value, "values": values})


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        (one("is", "Yes"), ["yes", " YES "], ["no", "yes!", None]),
        (one("is", 3), [3, 3.0, "3"], [4, "3.0 pieces", True]),
        (one("is", "007"), ["007"], ["7"]),
        (one("is", "true"), [True, "True"], [False, 1]),
        (one("is", "2025-03-09"), [date(2025, 3, 9)], [date(2025, 3, 10)]),
        (one("is not", "yes"), ["no", None, ""], ["Yes"]),
        (one("contains", "Refund"), ["a refund, please", "REFUND"], ["fund", None]),
        (one("contains", "b"), [["a", "b"]], [["a"]]),
        (one("does not contain", "refund"), ["", None, "fund"], ["Refund"]),
        (one("is empty"), [None, "", "  "], [0, False, "x"]),
        (one("is not empty"), [0, "x"], [None, " "]),
        (one("is greater than", 3), [4, "3.5", 3.01], [3, "much", None, "", True, float("nan")]),
        (one("is less than", "3"), [2, "-1"], [3, "few", None]),
        (one("is one of", None, "a", "B"), ["A", "b "], ["c", None]),
    ],
)
def test_a_condition_holds_for_a_cell(condition: Condition, yes: list[Cell], no: list[Cell]) -> None:
    assert [cell for cell in yes if not condition.holds(cell)] == []
    assert [cell for cell in no if condition.holds(cell)] == []


@pytest.mark.parametrize(
    "wrong",
    [("is", None), ("is", " "), ("is greater than", "many"), ("is one of", None), ("like", "a")],
)
def test_a_condition_that_says_nothing_is_refused(wrong: tuple[str, Any]) -> None:
    with pytest.raises(ValidationError):
        one(*wrong)


def test_all_or_any_have_to_be_met() -> None:
    both = [{"column": "a", "operator": "is", "value": "1"}, {"column": "b", "operator": "is empty"}]
    every = Conditions.model_validate({"conditions": both})
    some = Conditions.model_validate({"conditions": both, "join": "any"})
    row: dict[str, Cell] = {"a": "1", "b": "x"}
    assert (every.hold(row), some.hold(row), every.hold({"a": "1"})) == (False, True, True)
    assert every.said() == "a is “1” and b is empty"
    assert some.said() == "a is “1” or b is empty"
    assert every.columns == ("a", "b")


def test_long_values_are_said_short() -> None:
    assert one("is one of", None, *"abcdefg").said() == "c is one of “a”, “b”, “c”, “d”, “e” and 2 more"
    assert len(one("contains", "x" * 500).said()) < 100
    assert one("is greater than", 3.5).said() == "c is greater than 3.5"

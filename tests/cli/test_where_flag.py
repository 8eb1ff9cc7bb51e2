"""--where as it is typed: conditions on columns, and what is told when one can't be read."""

import pytest

from cli.row_conditions import conditions_of
from engine.conditions import Operator
from handai_errors import SpecError

COLUMNS = ("text", "text length", "is it", "a = b")


@pytest.mark.parametrize(
    ("typed", "column", "operator", "value"),
    [
        ("text is refund", "text", Operator.IS, "refund"),
        ("text is not  refund", "text", Operator.IS_NOT, "refund"),
        ("text IS NOT EMPTY", "text", Operator.IS_NOT_EMPTY, None),
        ("text is nothing", "text", Operator.IS, "nothing"),
        ("text length > 3.5", "text length", Operator.GREATER, "3.5"),
        ("text length>3", "text length", Operator.GREATER, "3"),
        ("text != no", "text", Operator.IS_NOT, "no"),
        ("text does not contain a b", "text", Operator.DOES_NOT_CONTAIN, "a b"),
        ("is it is empty", "is it", Operator.IS_EMPTY, None),
        ("a = b = c", "a = b", Operator.IS, "c"),
    ],
)
def test_a_condition_is_read(typed: str, column: str, operator: Operator, value: str | None) -> None:
    found = conditions_of([typed], COLUMNS)
    assert found is not None
    condition = found.conditions[0]
    assert (condition.column, condition.operator, condition.value) == (column, operator, value)


def test_several_values_stand_between_commas() -> None:
    found = conditions_of(["text is one of good, very bad ,"], COLUMNS, any_of=True)
    assert found is not None
    assert (found.join, found.conditions[0].values) == ("any", ("good", "very bad"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("txet is a", "`text`"),
        ("text a", "is one of"),
        ("text is greater than many", "needs a number"),
        ("text is", "needs a value"),
        ("text is one of ,", "needs its values"),
    ],
)
def test_what_is_no_condition_is_told(typed: str, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        conditions_of([typed], COLUMNS)
    assert told in str(caught.value)


def test_a_way_of_joining_needs_conditions() -> None:
    assert conditions_of(None, COLUMNS) is None
    with pytest.raises(SpecError):
        conditions_of(None, COLUMNS, any_of=True)

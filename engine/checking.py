"""Whether a row keeps to the checks of its schema."""

from collections.abc import Mapping
from datetime import date

from engine.fitting import to_json
from engine.patterns import pattern_of
from engine.schema.columns import Check
from engine.schema.expressions import Expression, ExpressionError
from engine.tables.model import Cell
from engine.typed.schemas import schema_problems

_SHOWN = 60  # characters


class RowCheck:
    """One check, read once."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self._rule = Expression(check.rule) if check.rule else None

    def failure(self, row: Mapping[str, Cell]) -> str | None:
        """What is wrong with the row in one sentence; None when it passes."""
        if self._rule is not None and (said := self._rule_failure(row)):
            return said
        column = self.check.column
        if column is None:
            return None
        value = row.get(column)
        problem = "it is empty" if value is None or value == "" else self._problem(value)
        return f"`{column}` is {_shown(value)}: {problem}." if problem else None

    def _rule_failure(self, row: Mapping[str, Cell]) -> str | None:
        rule = self.check.rule
        try:
            holds = bool(self._rule and self._rule.value(row))
        except ExpressionError as error:
            return f"The rule `{rule}` can't be decided: {error.cause}"
        return None if holds else f"The rule `{rule}` does not hold."

    def _problem(self, value: Cell) -> str | None:
        check = self.check
        problem = _range_problem(check, value) or _length_problem(check, value)
        if problem:
            return problem
        text = value if isinstance(value, str) else to_json(value)
        if check.values and text not in check.values:
            return f"it must be one of {', '.join(check.values[:8])}"
        if check.pattern is not None and not pattern_of(check.pattern).fits(text):
            return f"it does not match {check.pattern}"
        if check.json_schema is not None:
            plain = value.isoformat() if isinstance(value, date) else value
            return next(iter(schema_problems(check.json_schema, plain)), None)
        return None


def _range_problem(check: Check, value: Cell) -> str | None:
    if check.minimum is None and check.maximum is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "it is no number"
    if check.minimum is not None and value < check.minimum:
        return f"it must be at least {check.minimum:g}"
    if check.maximum is not None and value > check.maximum:
        return f"it must be at most {check.maximum:g}"
    return None


def _length_problem(check: Check, value: Cell) -> str | None:
    if check.min_length is None and check.max_length is None:
        return None
    size = len(value) if isinstance(value, str | list | dict) else len(_plain(value))
    if check.min_length is not None and size < check.min_length:
        return f"it is shorter than {check.min_length}"
    if check.max_length is not None and size > check.max_length:
        return f"it is longer than {check.max_length}"
    return None


def _plain(value: Cell) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _shown(value: Cell) -> str:
    text = "empty" if value is None or value == "" else value if isinstance(value, str) else to_json(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

"""`--where`: conditions on columns as they are typed, such as 'text contains refund'."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from engine.conditions import Condition, Conditions, Operator
from engine.nearest import nearest
from handai_errors import SpecError

Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help="Only rows where a column is as you say: 'text contains refund', 'score > 3', 'mood is one of good, bad', "
        "'note is empty'; repeatable, and then all must hold. The others stay in the file with empty new cells.",
    ),
]
WhereAny = Annotated[bool, typer.Option("--where-any", help="One of the --where conditions is enough.")]

_SIGNS = {"!=": Operator.IS_NOT, "=": Operator.IS, ">": Operator.GREATER, "<": Operator.LESS}
_WORDS: dict[str, Operator] = {str(operator): operator for operator in Operator}
_SPELLED = sorted((_WORDS | _SIGNS).items(), key=lambda item: -len(item[0]))  # "is not empty" before "is not"


def conditions_of(texts: Sequence[str] | None, columns: Sequence[str], *, any_of: bool = False) -> Conditions | None:
    """The conditions in such texts, None without any; raises SpecError."""
    if not texts:
        if any_of:
            raise SpecError("--where-any says how several conditions are joined.", "Give them with --where.")
        return None
    found = tuple(_condition(text, columns) for text in texts)
    return Conditions(join="any" if any_of else "all", conditions=found)


def _condition(text: str, columns: Sequence[str]) -> Condition:
    said = text.strip()
    for column in sorted(columns, key=len, reverse=True):  # a column's name may begin with another's
        if said.startswith(column) and (parsed := _parsed(column, said[len(column) :])):
            try:
                return Condition.model_validate(parsed)
            except ValidationError as error:
                problem = error.errors()[0]["msg"].removeprefix("Value error, ")
                raise SpecError(f"--where '{text}' can't be used: {problem}.", "Complete the condition.") from None
    if any(said.startswith(column) for column in columns):
        operators = ", ".join(_WORDS)
        raise SpecError(f"--where '{text}' has no operator.", f"Write one behind the column: {operators}, =, !=, >, <.")
    raise SpecError(f"--where '{text}' begins with no column of the table.", nearest(said.split(" ")[0], columns))


def _parsed(column: str, rest: str) -> dict[str, Any] | None:
    """The condition in what follows a column's name; None where no operator does."""
    folded = f"{rest.strip().casefold()} "
    for spelled, operator in _SPELLED:
        end = spelled if spelled in _SIGNS else f"{spelled} "
        if folded.startswith(end):
            value = rest.strip()[len(spelled) :].strip()
            if operator is Operator.ONE_OF:
                values = [part.strip() for part in value.split(",") if part.strip()]
                return {"column": column, "operator": operator, "values": values}
            return {"column": column, "operator": operator, "value": value or None}
    return None

"""Rows that a person has judged, shown to the model with their right answers before each row that it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from engine.columns import Output
from engine.declared import Declared
from engine.tables.cells import cell_as_text, json_bytes
from engine.tables.model import Row
from engine.typed.fit import fit_one
from engine.typed.readings import MisfitError
from handai_errors import SpecError

MOST_EXAMPLES = 50


class Example(Declared):
    """One row with its right answers: `input` by the table's columns, `output` by the columns that the model fills.

    `row` is its place in the table, from 0, if it is from there: it does not measure agreement then.
    """

    row: Annotated[int, Field(ge=0)] | None = None
    input: dict[str, Any]
    output: Annotated[dict[str, Any], Field(min_length=1)]

    @property
    def values(self) -> Row:
        """All that is known of the row, as a prompt may name it; a column of the table comes before an answer."""
        return {**self.output, **self.input}


def examples_for(examples: Sequence[Example], outputs: Sequence[Output]) -> tuple[Example, ...]:
    """The examples that have an answer to what a model call asks for."""
    names = [output.name for output in outputs]
    return tuple(one for one in examples if not names or all(name in one.output for name in names))


def answer_of(example: Example, outputs: Sequence[Output], *, json: bool) -> str:
    """The answer as the model should have written it."""
    wanted: Mapping[str, Any] = {output.name: example.output[output.name] for output in outputs} or example.output
    if json:
        return json_bytes(dict(wanted)).decode()
    return cell_as_text(next(iter(wanted.values())))


def check_examples(examples: Sequence[Example], sent: Sequence[str], outputs: Sequence[Output]) -> None:
    """Raise SpecError where an example lacks a column that is sent, or answers what its column doesn't take."""
    if len(examples) > MOST_EXAMPLES:
        raise SpecError(f"{len(examples)} examples are too many.", f"Choose {MOST_EXAMPLES} at most.")
    known = {output.name: output for output in outputs}
    for number, example in enumerate(examples, start=1):
        if missing := [name for name in sent if name not in example.input]:
            raise SpecError(
                f"Example {number} has no value for the column '{missing[0]}'.", "Choose the examples again."
            )
        for name, value in example.output.items():
            if known and name not in known:
                raise SpecError(
                    f"Example {number} answers '{name}', which the model isn't asked for.", "Choose the examples again."
                )
            try:
                fit_one(value, known.get(name) or Output(name=name))
            except MisfitError as misfit:
                raise SpecError(f"Example {number} can't be used: {misfit}", "Correct it, or leave it out.") from None

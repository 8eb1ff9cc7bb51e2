"""Examples that a person wrote down in a table file: rows with their right answers, held against the run's columns."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from engine.columns import Output
from engine.examples import MOST_EXAMPLES, Example
from engine.nearest import nearest
from engine.outputs import declared_outputs
from engine.prompts import columns_sent
from engine.spec import RunSpec, TransformInput
from engine.steps import steps_of
from engine.tables import Cell, Row
from engine.tables.cells import cell_as_text
from engine.typed.fit import fit_one
from engine.typed.readings import MisfitError
from handai_db import DatasetRecord
from handai_errors import SpecError, TableError
from services.tables import datasets


def with_examples_in(spec: RunSpec, path: Path, table: DatasetRecord) -> RunSpec:
    """The run over a table with the examples of a file; raises TableError or SpecError saying what to mend there."""
    stored = _stored(path)
    there = [column.name for column in stored.info.columns]
    names = [column.name for column in table.info.columns]
    seen, outputs = _seen(spec, names), _answers(spec, there, names)
    _check_columns(stored.filename, there, names, seen, outputs)
    rows = datasets.rows_of(stored.id, 0, MOST_EXAMPLES)
    found = [_example(f"Row {place} of {stored.filename}", row, seen, outputs) for place, row in enumerate(rows, 1)]
    return spec.model_copy(update={"examples": tuple(found)})


def _stored(path: Path) -> DatasetRecord:
    try:
        stored = datasets.store_file(path)
    except TableError as error:
        raise TableError(f"The examples can't be read from {path.name}. {error.cause}", error.remedy) from error
    if stored.info.rows > MOST_EXAMPLES:
        raise SpecError(
            f"{stored.filename} has {stored.info.rows:,} examples: each goes along with every row that is asked.",
            f"Keep the {MOST_EXAMPLES} best at most; five to ten often do.",
        )
    return stored


def _seen(spec: RunSpec, names: Sequence[str]) -> list[str]:
    """The table's columns that the model is shown."""
    source = spec.input
    shown = source.columns if isinstance(source, TransformInput) and source.columns is not None else names
    steps = steps_of(spec, names)
    return list(dict.fromkeys(name for step in steps for name in columns_sent(step.prompt, shown) if name in names))


def _answers(spec: RunSpec, there: Sequence[str], names: Sequence[str]) -> tuple[Output, ...]:
    """The columns that the model fills; where an answer's own keys decide, those that only the file has."""
    return declared_outputs(spec) or tuple(Output(name=name) for name in there if name not in names)


def _check_columns(
    file: str, there: Sequence[str], names: Sequence[str], seen: Sequence[str], outputs: Sequence[Output]
) -> None:
    answers = [output.name for output in outputs]
    for name in answers:
        if name in seen:
            raise SpecError(
                f"'{name}' is a column that the model sees and one that it fills: {file} can't tell them apart.",
                "Give the new column another name, or leave that one out of --columns.",
            )
    for name in there:
        if name not in names and name not in answers:
            raise SpecError(
                f"{file} has a column '{name}' that is neither in the table nor one that the model fills.",
                nearest(name, [*answers, *names]),
            )
    if not answers:
        raise SpecError(f"{file} has no column with right answers.", "Add one for each key that an answer should have.")
    for name in answers:
        if name not in there:
            raise SpecError(f"{file} has no column '{name}' with the right answers.", "Add it, or mend its name.")
    for name in seen:
        if name not in there:
            raise SpecError(
                f"{file} has no column '{name}', which the model sees of each row.",
                "Add it, or say with --columns what the model should see.",
            )


def _example(where: str, row: Row, seen: Sequence[str], outputs: Sequence[Output]) -> Example:
    return Example(
        input={name: _plain(row.get(name)) for name in seen},
        output={output.name: _answer(where, row.get(output.name), output) for output in outputs},
    )


def _answer(where: str, cell: Cell, output: Output) -> Cell:
    if output.type is None and output.required and not cell_as_text(cell).strip():
        raise SpecError(f"{where} has no answer in '{output.name}'.", "Write the right one there, or take the row out.")
    try:
        return _plain(fit_one(_plain(cell), output).value)
    except MisfitError as misfit:
        raise SpecError(f"{where}: {misfit}", "Correct it there, or take the row out.") from None


def _plain(cell: Cell) -> Cell:
    """A cell as a spec can say it."""
    return cell.isoformat() if isinstance(cell, date) else cell

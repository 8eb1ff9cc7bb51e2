"""What a person's word on answers is good for: examples for the next asking, and a measure of how good it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.columns import ColumnType
from engine.examples import Example
from engine.outputs import declared_outputs
from engine.prompts import columns_sent
from engine.spec import RunSpec, TransformInput
from engine.steps import steps_of
from engine.tables import Cell, Row
from handai_db import Mark, MarkState, RunReader, RunRecord, marks_in, set_aside_in
from handai_errors import SpecError, StorageError
from services.home import open_catalogue, run_path
from services.results import inspect
from services.running import runs
from services.tables.run_tables import table_of

USUAL_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row on which a person has said their word: its cells, the right answers by answer key, when that was said.

    It is `whole` if every answer was corrected or approved: only then can it be an example.
    """

    row: int
    cells: Row
    answers: Mapping[str, Cell]
    corrected: bool
    whole: bool
    aside: bool
    at: float


@dataclass(frozen=True, slots=True)
class Version:
    """How often the answers of one run are what a person said on the rows set aside: equal ones of all, by column."""

    record: RunRecord
    equal: Mapping[str, int]
    cells: Mapping[str, int]

    @property
    def agreed(self) -> int:
        """Equal cells over all columns."""
        return sum(self.equal.values())

    @property
    def of(self) -> int:
        """Cells that were measured."""
        return sum(self.cells.values())


@dataclass(frozen=True, slots=True)
class Measured:
    """The runs over one table that were measured on `rows` rows set aside, newest first; `now` is the one asked for."""

    rows: int
    versions: tuple[Version, ...]
    now: Version | None
    before: Version | None


def judged_rows(record: RunRecord) -> list[JudgedRow]:
    """The rows of a run that a person judged, newest first."""
    path = run_path(record.id)
    marks, aside = marks_in(path), set_aside_in(path)
    if not marks:
        return []
    with RunReader(path) as reader:
        keys = [key for key, _ in reader.outputs()]
    rows = sorted(marks)
    cells = inspect.cells_of(record, rows)
    found = [
        JudgedRow(
            row,
            cells[row],
            {key: mark.value for key, mark in marks[row].items()},
            any(mark.state is MarkState.CORRECTED for mark in marks[row].values()),
            all(key in marks[row] for key in keys),
            row in aside,
            max(mark.at for mark in marks[row].values()),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.at, one.row))


def usual_choice(spec: RunSpec, judged: Sequence[JudgedRow], most: int = USUAL_EXAMPLES) -> list[int]:
    """The rows to begin with as examples: the newest, of each category in turn; none that is set aside."""
    names = [item.name for item in declared_outputs(spec) if item.type in {ColumnType.CATEGORY, ColumnType.BOOLEAN}]
    groups: dict[object, list[int]] = {}
    for one in judged:
        if one.whole and not one.aside:
            groups.setdefault(str(one.answers.get(names[0])) if names else None, []).append(one.row)
    chosen: list[int] = []
    while len(chosen) < most and any(groups.values()):
        chosen += [rows.pop(0) for rows in groups.values() if rows]
    return sorted(chosen[:most])


def examples_of(record: RunRecord, rows: Sequence[int]) -> tuple[Example, ...]:
    """The chosen rows as examples; those that can't be one are left out."""
    names = _columns_sent(record)
    judged = {one.row: one for one in judged_rows(record) if one.whole and not one.aside}
    return tuple(
        Example(
            row=row,
            input={name: _plain(judged[row].cells.get(name)) for name in names},
            output={key: _plain(value) for key, value in judged[row].answers.items()},
        )
        for row in sorted(rows)
        if row in judged
    )


def with_examples(record: RunRecord, examples: Sequence[Example], rows: Sequence[int] | None = None) -> runs.NewRun:
    """The run that asks the same with examples: of the same rows, or of some."""
    if not isinstance(record.spec.input, TransformInput):
        raise SpecError("A generated table takes no examples.", "Change its columns' prompts instead.")
    changes: dict[str, object] = {"examples": tuple(examples)}
    if rows is not None:
        where = {"rows": tuple(sorted(rows)), "only_where": None, "limit": None}
        changes["input"] = record.spec.input.model_copy(update=where)
    spec = RunSpec.checked(record.spec.model_copy(update=changes).model_dump())
    many = f"{len(examples)} example{'' if len(examples) == 1 else 's'}"
    base = record.name.split(", with ")[0]
    return runs.NewRun(
        spec, record.dataset_id, name=f"{base}, with {many}", session=record.session_id, preview=record.preview
    )


def measured(record: RunRecord) -> Measured:
    """How well this run and the others over its table agree with the person, on the rows set aside.

    Rows that one of them had as an example are left out, so that all are measured on the same.
    """
    with open_catalogue() as catalogue:
        others = catalogue.runs.over(record.dataset_id) if record.dataset_id else (record,)
    mine = _declared(record)
    related = [one for one in others if one.kind == record.kind and set(mine) & set(_declared(one))]
    truth = _truth(related)
    shown = {example.row for one in related for example in one.spec.examples}
    truth = {row: cells for row, cells in truth.items() if row not in shown}
    versions = tuple(version for one in related if (version := _version(one, truth, mine)).of)
    now = next((version for version in versions if version.record.id == record.id), None)
    earlier = [version for version in versions if version.record.created_at < record.created_at]
    return Measured(len(truth), versions, now, earlier[0] if earlier else None)


def same(answer: Cell, right: Cell) -> bool:
    """Whether an answer is what a person said: numbers exactly, texts without the spaces around them."""
    if isinstance(answer, bool) or isinstance(right, bool):
        return answer is right
    if isinstance(answer, str) and isinstance(right, str):
        return answer.strip() == right.strip()
    return answer == right or (answer in {None, ""} and right in {None, ""} if _flat(answer, right) else False)


def _flat(*values: Cell) -> bool:
    return not any(isinstance(value, list | dict) for value in values)


def _truth(related: Sequence[RunRecord]) -> dict[int, dict[str, Cell]]:
    """What a person said of the rows that are set aside, in whichever run; the newest word holds."""
    aside: set[int] = set()
    said: list[Mark] = []
    for one in related:
        try:
            path = run_path(one.id)
            aside |= set_aside_in(path)
            said += [mark for cells in marks_in(path).values() for mark in cells.values()]
        except StorageError:  # damaged: the others still tell
            continue
    truth: dict[int, dict[str, Cell]] = {}
    for mark in sorted(said, key=lambda mark: mark.at):
        if mark.row in aside:
            truth.setdefault(mark.row, {})[mark.key] = mark.value
    return truth


def _version(record: RunRecord, truth: Mapping[int, Mapping[str, Cell]], keys: Sequence[str]) -> Version:
    equal, cells = dict.fromkeys(keys, 0), dict.fromkeys(keys, 0)
    try:
        with RunReader(run_path(record.id)) as reader:
            for row, right in truth.items():
                found = reader.result(row)
                for key in keys if found is not None else ():
                    if key in right:
                        cells[key] += 1
                        equal[key] += found is not None and same((found.values or {}).get(key), right[key])
    except StorageError:
        return Version(record, {}, {})
    return Version(record, equal, cells)


def _declared(record: RunRecord) -> list[str]:
    return [output.name for output in declared_outputs(record.spec)]


def _columns_sent(record: RunRecord) -> list[str]:
    source, names = record.spec.input, table_of(record).names
    shown = source.columns if isinstance(source, TransformInput) and source.columns is not None else names
    steps = steps_of(record.spec, names)
    return list(dict.fromkeys(name for step in steps for name in columns_sent(step.prompt, shown) if name in names))


def _plain(cell: Cell) -> Cell:
    """A cell as a spec can say it."""
    return cell.isoformat() if isinstance(cell, date) else cell

"""A schema learned from a sample table: what its columns are like, without what any single row holds.

A value is taken over only when it occurs often enough (`THRESHOLD` times, `SMALL_THRESHOLD` in a small sample); ranges
leave as many extremes out and are rounded outwards; free text and whatever looks personal is never copied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from engine.schema.columns import ConstantColumn, ExpressionColumn, ModelColumn, PersonColumn, Schema, SchemaColumn
from engine.schema.graph import column_names
from engine.schema.learn_cells import cells_of
from engine.schema.learn_columns import Learnt, Sample, learn_column, with_gaps
from engine.schema.learn_language import language_of, locale_of
from engine.schema.learn_personal import calls_itself_name
from engine.schema.learn_text import text_column
from engine.tables.model import ColumnKind, Row, TableInfo
from handai_errors import SpecError

MAX_ROWS_READ = 10_000  # a second and a half of reading
THRESHOLD = 5
SMALL_THRESHOLD = 2
SMALL_SAMPLE = 100  # rows
_TEXT_INSTRUCTIONS = (
    "You write single cells of a table, as many different people would have written them. Everything is invented: "
    "no real people, addresses or companies. Write the cell's text only."
)
_PERSON_KINDS = {
    "first_name": "first_name", "last_name": "last_name", "name": "name", "email": "email", "phone_number": "phone",
    "street_address": "street", "postcode": "postcode", "city": "city", "user_name": "user_name",
}  # fmt: skip
_MOST_CONTEXT = 6


@dataclass(frozen=True, slots=True)
class Learned:
    """A schema, and what the person should know about how it was learned."""

    schema: Schema
    notes: tuple[str, ...]


def learn_schema(info: TableInfo, rows: Iterable[Row], rows_wanted: int) -> Learned:
    """A schema that makes rows like these; raises SpecError when there are none."""
    read = list(islice(rows, MAX_ROWS_READ))
    if not read or not info.columns:
        raise SpecError("The sample has no rows to learn from.", "Choose a table with at least a few rows.")
    sample = _sample(info, read)
    learnt = [learn_column(cells, sample) for cells in sample.columns]
    learnt = _one_person(learnt, sample)
    columns = _columns(learnt, sample)
    schema = Schema(
        rows=rows_wanted,
        columns=columns,
        instructions=_TEXT_INSTRUCTIONS if any(isinstance(column, ModelColumn) for column in columns) else "",
        variation="medium" if any(isinstance(column, ModelColumn) for column in columns) else "none",
    )
    return Learned(schema, _notes(info, read, learnt))


def _sample(info: TableInfo, rows: Sequence[Row]) -> Sample:
    columns = tuple(cells_of(column.name, rows) for column in info.columns)
    texts = (text for column in info.columns if column.kind is ColumnKind.TEXT for text in _some(column.name, rows))
    language = language_of(texts) or language_of(column.name for column in info.columns)
    return Sample(
        columns=columns,
        threshold=THRESHOLD if len(rows) >= SMALL_SAMPLE else SMALL_THRESHOLD,
        language=language,
        locale=locale_of(language),
    )


def _some(name: str, rows: Sequence[Row]) -> list[str]:
    return [str(row.get(name) or "")[:500] for row in rows[:300]]


def _one_person(learnt: list[Learnt | None], sample: Sample) -> list[Learnt | None]:
    """Where several columns are about a person, one invented person fills them all, so that they fit each other."""
    fields = _fields_of_one(learnt, sample)
    if len(fields) < 2:
        return learnt
    name = sample.helper("person", "")
    person = PersonColumn(name=name, sampler="person", locale=sample.locale, fields=tuple(fields), export=False)
    shared = list(learnt)
    for number, (field, place) in enumerate(fields.items()):
        column = ExpressionColumn(name=sample.names[place], expression=f"{name}_{field}")
        made = with_gaps(column, sample.columns[place], sample)
        before = learnt[place]
        shared[place] = Learnt((person, *made) if number == 0 else made, before.note if before else None)
    return shared


def _fields_of_one(learnt: Sequence[Learnt | None], sample: Sample) -> dict[str, int]:
    fields: dict[str, int] = {}
    for place, item in enumerate(learnt):
        field = _PERSON_KINDS.get(item.invented or "") if item else None
        if field is not None:
            fields.setdefault(field, place)
    in_parts = "first_name" in fields or "last_name" in fields
    if in_parts and "name" in fields and not calls_itself_name(sample.names[fields["name"]]):
        del fields["name"]  # beside a first or last name, an "agent" is someone else
    return fields


def _columns(learnt: Sequence[Learnt | None], sample: Sample) -> tuple[SchemaColumn, ...]:
    drawn = [column for item in learnt if item for column in item.columns]
    context = [
        name
        for column in drawn
        if column.export and not isinstance(column, ConstantColumn) and not _is_made_up(column)
        for name in column_names(column)
        if "}}" not in name
    ][:_MOST_CONTEXT]
    columns: list[SchemaColumn] = []
    for place, item in enumerate(learnt):
        columns += item.columns if item else text_column(sample.names[place], sample.columns[place], context, sample)
    return tuple(columns)


def _is_made_up(column: SchemaColumn) -> bool:
    """Whether it says nothing about what else is in the row."""
    return getattr(column, "sampler", None) in {"faker", "person", "id", "uuid", "sequence"} or (
        isinstance(column, ExpressionColumn) and "person" in column.expression
    )


def _notes(info: TableInfo, rows: Sequence[Row], learnt: Sequence[Learnt | None]) -> tuple[str, ...]:
    notes = [item.note for item in learnt if item and item.note]
    written = [column.name for column, item in zip(info.columns, learnt, strict=True) if item is None]
    if written:
        notes.append(f"A model writes {_listed(written)}: only length and language were learned, no text is copied.")
    if len(info.columns) > 1:
        notes.append("Each column was learned on its own: what goes together in your table may not do so here.")
    if info.rows > len(rows):
        notes.append(f"The first {len(rows):,} of {info.rows:,} rows were looked at.")
    return tuple(notes)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")

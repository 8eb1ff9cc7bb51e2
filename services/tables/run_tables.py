"""The table that a run starts from: an uploaded dataset, or the sampled columns of its schema."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import tables  # its heavy parts load when they are first used
from engine.sampling import Sampler  # its heavy parts load when they are first used
from engine.schema.columns import Schema, TableColumn
from engine.spec import GenerateInput
from engine.tables import Column, Row
from handai_db import RunRecord
from services.home import run_path
from services.tables.datasets import dataset, table_path


@dataclass(frozen=True, slots=True)
class RunTable:
    """The columns that are there before a model is asked, and where their rows are; `path` may not be written yet.

    `rows` is how many there are, also of those that the run does not ask.
    """

    columns: tuple[Column, ...]
    path: Path
    rows: int

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)

    def read(self, start: int, count: int, names: Sequence[str] | None = None) -> Iterator[Row]:
        """Rows start … start + count − 1, streamed; none while the table is not drawn."""
        if not self.path.exists():
            return iter(())
        if not self.columns:  # a model writes every column: a file without columns has no rows
            return ({} for _ in range(count))
        return tables.read_rows(self.path, names, start, start + count)

    def page(self, start: int, count: int) -> list[Row]:
        """The same as a list; rows not drawn yet are empty."""
        if not self.path.exists() or not self.columns:
            return [{} for _ in range(count)]
        return tables.read_page(self.path, start, count)


def table_of(record: RunRecord) -> RunTable:
    """The table that a run starts from; raises NotFoundError when its dataset is no longer stored."""
    source = record.spec.input
    if isinstance(source, GenerateInput):
        return RunTable(sampled_columns(source), sampled_path(record.id), source.rows)
    stored = dataset(record.dataset_id or "")
    return RunTable(stored.info.columns, table_path(stored.id), stored.info.rows)


def datasets_of(record: RunRecord) -> frozenset[str]:
    """The stored uploads that a run needs."""
    source = record.spec.input
    if isinstance(source, GenerateInput):
        return tables_named(source)
    return frozenset({record.dataset_id} if record.dataset_id else ())


def tables_named(schema: Schema) -> frozenset[str]:
    """The stored uploads that a schema takes values from."""
    return frozenset(c.dataset for c in schema.columns if isinstance(c, TableColumn) and c.dataset is not None)


def sampled_path(run_id: str) -> Path:
    """Where the sampled columns of a generate run are."""
    return run_path(run_id).with_suffix(".table.parquet")


def sampled_columns(schema: Schema) -> tuple[Column, ...]:
    """The columns that a schema's table has before a model is asked."""
    return sampler_of(schema).columns


def sampler_of(schema: Schema) -> Sampler:
    """What draws the schema's rows; raises NotFoundError when a table that it takes values from is not stored."""
    return Sampler(schema, {name: table_path(dataset(name).id) for name in tables_named(schema)})

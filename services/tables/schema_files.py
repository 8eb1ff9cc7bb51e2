"""Schema files on the disk: read, and the tables that they take values from stored."""

from pathlib import Path
from typing import NoReturn, TypeVar

from engine.nearest import nearest
from engine.schema.columns import Schema, TableColumn
from engine.schema.read import read_schema
from handai_errors import NotFoundError, SpecError
from services.tables.datasets import dataset, store_file

AnySchema = TypeVar("AnySchema", bound=Schema)


MAX_SCHEMA_BYTES = 2_000_000


def read_schema_file(path: Path) -> Schema:
    """The schema in a YAML or JSON file, its tables stored; raises SpecError with the line of each mistake."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SCHEMA_BYTES + 1)
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}.", "Check the path.") from None
    except OSError as error:
        raise SpecError(f"The schema can't be read from {path}: {error}.", "Check the file.") from None
    return schema_in(data, path.name, path.parent)


def schema_in(data: bytes, name: str, beside: Path | None = None) -> Schema:
    """The schema in a file's bytes; with a folder, the tables that it names are taken from there and stored."""
    if len(data) > MAX_SCHEMA_BYTES:
        raise SpecError(f"{name} is too large for a schema.", "Choose the schema, not the table.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError(f"{name} is not a text file in UTF-8.", "Save it as UTF-8 and try again.") from None
    schema = read_schema(text, name)
    return schema if beside is None else with_tables(schema, beside)


def with_tables(schema: AnySchema, beside: Path) -> AnySchema:
    """The schema whose columns name stored tables instead of files in the folder `beside`."""
    columns = tuple(_stored(c, beside) if isinstance(c, TableColumn) else c for c in schema.columns)
    return schema if columns == schema.columns else schema.model_copy(update={"columns": columns})


def _stored(column: TableColumn, beside: Path) -> TableColumn:
    if column.file is None:
        return column
    path = beside / column.file
    if path.is_file():
        record = store_file(path)
    else:
        record = dataset(column.dataset) if column.dataset else _missing(column, path)
    names = [found.name for found in record.info.columns]
    if column.column not in names:
        raise SpecError(f"{column.file} has no column '{column.column}'.", nearest(column.column, names))
    return column.model_copy(update={"dataset": record.id})


def _missing(column: TableColumn, path: Path) -> NoReturn:
    raise NotFoundError(
        f"The column '{column.name}' takes its values from {path}, and there is no such file.",
        "Put the file beside the schema, or mend `file`.",
    )

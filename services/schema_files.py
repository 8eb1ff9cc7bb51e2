"""Schema files on the disk: read, and the tables that they take values from stored."""

from pathlib import Path
from typing import NoReturn, TypeVar

from engine.nearest import nearest
from engine.schema.columns import Schema, TableColumn
from engine.schema.read import read_schema
from handai_errors import NotFoundError, SpecError
from services.datasets import dataset, store_file

AnySchema = TypeVar("AnySchema", bound=Schema)


def read_schema_file(path: Path) -> Schema:
    """The schema in a YAML or JSON file, its tables stored; raises SpecError with the line of each mistake."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}.", "Check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"The schema can't be read from {path}: {error}.", "Check the file.") from None
    return with_tables(read_schema(text, path.name), path.parent)


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

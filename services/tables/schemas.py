"""Schemas to begin with and to take along: templates, learned from a table, read from a file, written as YAML."""

from pathlib import Path

from engine import tables  # its heavy parts load when they are first used
from engine.schema.columns import Schema
from engine.schema.learn import MAX_ROWS_READ, Learned, learn_schema
from engine.schema.read import schema_to_yaml
from engine.schema.templates import Template, templates
from engine.schema.variation import without_variation
from engine.spec import GenerateInput
from services.tables.datasets import dataset, store_file, table_path


def template_list() -> tuple[Template, ...]:
    """The schemas that Handai ships to start from."""
    return templates()


def learn_from_dataset(dataset_id: str, rows: int) -> Learned:
    """A schema that makes `rows` rows like those of a stored table; raises NotFoundError or SpecError."""
    record = dataset(dataset_id)
    return learn_schema(record.info, tables.read_rows(table_path(record.id), None, 0, MAX_ROWS_READ), rows)


def learn_from_file(path: Path, rows: int) -> Learned:
    """The same for a file, which is stored first; raises TableError or SpecError."""
    return learn_from_dataset(store_file(path).id, rows)


def generate_input(schema: Schema) -> GenerateInput:
    """The schema as the input of a run."""
    return GenerateInput(**{name: getattr(schema, name) for name in Schema.model_fields})


def schema_yaml(schema: Schema) -> str:
    """The schema as a file that reads back equal, without what the variation dial added."""
    return schema_to_yaml(without_variation(schema))

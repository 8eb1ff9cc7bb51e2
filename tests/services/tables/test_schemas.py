"""Templates, schemas learned from stored tables, and schema files."""

from pathlib import Path

import pytest

from engine.schema.check import check_schema
from engine.schema.columns import TableColumn
from engine.schema.graph import exported_names
from engine.schema.variation import with_variation
from engine.spec import NO_MODEL, RunSpec
from handai_errors import HandaiError, NotFoundError, SpecError
from services.forms.generate_form import sample_rows
from services.running.checks import check
from services.tables import datasets, schemas
from services.tables.schema_files import MAX_SCHEMA_BYTES, read_schema_file, schema_in

SCHEMA = b"rows: 3\ncolumns:\n  - {name: id, sampler: uuid}\n"


def test_every_template_can_be_shown_and_drawn() -> None:
    for template in schemas.template_list():
        rows = sample_rows(template.schema, 5)
        assert len(rows) == 5, template.id


def test_templates_without_a_model_are_checked_as_runs() -> None:
    ready = [found for found in schemas.template_list() if not found.needs_model]
    for found in ready:
        plan = check(RunSpec(input=schemas.generate_input(found.schema)))
        assert plan.spec.model == NO_MODEL
    assert len(ready) == 2


@pytest.mark.parametrize("sample", datasets.samples(), ids=lambda sample: sample.id)
def test_a_schema_is_learned_from_a_stored_table(sample: datasets.Sample) -> None:
    stored = datasets.store_file(sample.path, sample=True)
    learned = schemas.learn_from_dataset(stored.id, 25)
    check_schema(learned.schema)
    assert learned.schema.rows == 25
    assert exported_names(learned.schema) == tuple(column.name for column in stored.info.columns)
    assert len(sample_rows(learned.schema, 4)) == 4


def test_a_table_that_is_gone_is_told() -> None:
    with pytest.raises(NotFoundError):
        schemas.learn_from_dataset("0" * 32, 5)


def test_a_schema_file_is_read_and_written_back() -> None:
    source = schema_in(b"\xef\xbb\xbf" + SCHEMA, "mine.yaml")
    assert source.rows == 3
    assert schema_in(schemas.schema_yaml(source).encode(), "again.yaml") == source


def test_a_schema_on_the_disk_is_read_in_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(SCHEMA)
    assert read_schema_file(tmp_path / "mine.yaml") == schema_in(SCHEMA, "mine.yaml")
    (tmp_path / "large.yaml").write_bytes(b"x" * (MAX_SCHEMA_BYTES + 1))
    for name, told in (("large.yaml", "too large"), ("none.yaml", "no file"), ("", "can't be read")):
        with pytest.raises(HandaiError, match=told):
            read_schema_file(tmp_path / name)


def test_what_the_dial_added_is_not_written() -> None:
    text = b"variation: low\ncolumns:\n  - {name: a, prompt: Write.}\n"
    source = schema_in(text, "a.yaml")
    assert schemas.schema_yaml(with_variation(source)) == schemas.schema_yaml(source)


def test_a_table_beside_the_schema_is_stored(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("name\nAda\nBob\n", encoding="utf-8")
    text = b"columns:\n  - {name: who, sampler: table, file: names.csv, column: name}\n"
    (column,) = schema_in(text, "s.yaml", tmp_path).columns
    assert isinstance(column, TableColumn)
    assert datasets.dataset(column.dataset or "").info.rows == 2


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfe\x00", "not a text file"),
        (b"x" * (MAX_SCHEMA_BYTES + 1), "too large"),
        (b"columns:\n  - {name: id, sampler: uuidd}\n", "line 2"),
    ],
    ids=["bytes", "large", "mistake"],
)
def test_a_file_that_is_no_schema_is_told(data: bytes, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        schema_in(data, "odd.yaml")

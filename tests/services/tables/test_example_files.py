"""Examples in a file: read by the columns' names and types, and what is wrong with one is told with its row."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.examples import Example
from engine.spec import RunSpec
from handai_db import DatasetRecord
from handai_errors import SpecError, TableError
from services.running.checks import check
from services.tables.datasets import store_file
from services.tables.example_files import with_examples_in

MOOD = {"name": "mood", "type": "category", "values": ["good", "bad"]}
SCORE = {"name": "score", "type": "integer", "minimum": 1, "maximum": 5}


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    source = tmp_path / "reviews.csv"
    source.write_text("id,text\n1,Good soup\n2,Cold soup\n", "utf-8")
    return store_file(source)


def _spec(table: DatasetRecord, *outputs: dict[str, Any], columns: tuple[str, ...] | None = ("text",)) -> RunSpec:
    model = {"provider": "demo", "model": "demo", "json_mode": not outputs}
    source = {"kind": "transform", "dataset": table.id, "columns": columns}
    return RunSpec.checked({"input": source, "prompt": {"instructions": "x"}, "outputs": outputs, "model": model})


def _file(folder: Path, content: str, name: str = "right.csv") -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def test_rows_of_a_csv_become_examples_with_values_of_their_types(table: DatasetRecord, tmp_path: Path) -> None:
    path = _file(tmp_path, "text,mood,score\nFine soup,good,5\nNo soup,Bad,1\n")

    spec = with_examples_in(_spec(table, MOOD, SCORE), path, table)

    assert spec.examples == (
        Example(input={"text": "Fine soup"}, output={"mood": "good", "score": 5}),
        Example(input={"text": "No soup"}, output={"mood": "bad", "score": 1}),
    )
    assert check(spec, table.info, table.id).spec.examples == spec.examples


def test_json_lines_keep_lists_and_columns_that_nobody_sees_are_left_out(table: DatasetRecord, tmp_path: Path) -> None:
    line = {"id": 9, "text": "Fine", "tags": ["hot", "cheap"]}
    path = _file(tmp_path, orjson.dumps(line).decode(), "right.jsonl")

    spec = with_examples_in(_spec(table, {"name": "tags", "type": "list"}), path, table)

    assert spec.examples == (Example(input={"text": "Fine"}, output={"tags": ["hot", "cheap"]}),)


def test_where_an_answers_keys_decide_the_files_own_columns_are_the_answer(
    table: DatasetRecord, tmp_path: Path
) -> None:
    path = _file(tmp_path, "text,mood,why\nFine,good,It says so\n")

    spec = with_examples_in(_spec(table), path, table)

    assert spec.examples[0].output == {"mood": "good", "why": "It says so"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text,mod\nFine,good\n", "column 'mod' that is neither .* Did you mean `mood`"),
        ("text\nFine\n", "has no column 'mood' with the right answers"),
        ("mood\ngood\n", "has no column 'text', which the model sees"),
        ("text,mood\nFine,good\nOdd,fine\n", 'Row 2 of right.csv: "mood" must be one of'),
        ("text,mood\nFine,\n", 'Row 1 of right.csv: "mood" is empty'),
        ("text,mood\n", "can't be read from right.csv. The file has a header but no rows"),
        ("text,mood\n" + "Fine,good\n" * 51, "51 examples"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(table: DatasetRecord, tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises((SpecError, TableError)) as caught:
        with_examples_in(_spec(table, MOOD), _file(tmp_path, content), table)
    said = f"{caught.value.cause} {caught.value.remedy}"
    assert re.search(told, said), said


def test_a_text_needs_an_answer_too(table: DatasetRecord, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"Row 1 of right\.csv has no answer in 'mood'"):
        with_examples_in(_spec(table, {"name": "mood"}), _file(tmp_path, "text,mood\nFine,\n"), table)


def test_a_column_that_is_seen_and_filled_can_not_be_told_apart(table: DatasetRecord, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="can't tell them apart"):
        with_examples_in(_spec(table, {"name": "text"}), _file(tmp_path, "text\nFine\n"), table)


def test_a_file_without_answers_is_told(table: DatasetRecord, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no column with right answers"):
        with_examples_in(_spec(table), _file(tmp_path, "text\nFine\n"), table)


def test_a_file_with_nothing_in_it_is_no_run_without_examples(table: DatasetRecord, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="The examples can't be read"):
        with_examples_in(_spec(table, MOOD), _file(tmp_path, "[]", "right.json"), table)


def test_a_missing_file_is_told(table: DatasetRecord, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="There is no file"):
        with_examples_in(_spec(table, MOOD), tmp_path / "no.csv", table)

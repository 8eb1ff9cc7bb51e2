"""Typed columns on the command line: flags, schema files, saved settings, kinds in the written table."""

from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services import preferences
from tests.command_line import handai, made_table, records_in, transform_arguments
from tests.fake_provider import FakeProvider

ANSWER = {"mood": " Positive ", "score": "4", "sure": "yes", "when": "2025-03-09"}
FLAGS = ["mood:category(positive,neutral,negative)", "score:integer(1..5)", "sure:boolean", "when:date"]
JSON_SCHEMA = {
    "type": "object",
    "properties": {
        "mood": {"enum": ["positive", "neutral", "negative"]},
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "sure": {"type": "boolean"},
        "when": {"type": "string", "format": "date"},
    },
    "required": ["mood", "score", "sure", "when"],
}
OURS = """\
columns:
  - {name: mood, type: category, values: [positive, neutral, negative]}
  - {name: score, type: integer, minimum: 1, maximum: 5}
  - {name: sure, type: boolean}
  - {name: when, type: date}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return made_table(tmp_path / "in.csv", 3)


def flags_for(how: str, folder: Path) -> list[str]:
    if how == "flags":
        return [part for flag in FLAGS for part in ("--output", flag)]
    path = folder / ("schema.json" if how == "json schema" else "columns.yaml")
    path.write_bytes(orjson.dumps(JSON_SCHEMA) if how == "json schema" else OURS.encode())
    return ["--schema", str(path)]


@pytest.mark.parametrize("how", ["flags", "json schema", "our own schema"])
def test_typed_answers_are_checked_and_keep_their_kind(
    tmp_path: Path, table: Path, fake_provider: FakeProvider, how: str
) -> None:
    fake_provider.configure(reply=orjson.dumps(ANSWER).decode())
    out = tmp_path / "out.parquet"

    ended = handai(*transform_arguments(table, out, fake_provider.url, *flags_for(how, tmp_path)))

    assert ended.code == 0, ended.err
    found = pq.read_table(out)
    types = {field.name: field.type for field in found.schema}
    assert [types[name] for name in ANSWER] == [pa.string(), pa.int64(), pa.bool_(), pa.date32()]
    first = found.to_pylist()[0]
    assert (first["mood"], first["score"], first["sure"], str(first["when"])) == ("positive", 4, True, "2025-03-09")


def test_an_answer_that_does_not_fit_fails_its_row_with_the_raw_answer_kept(
    tmp_path: Path, table: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(reply=orjson.dumps({**ANSWER, "score": 9}).decode())
    out = tmp_path / "out.csv"

    ended = handai(
        *transform_arguments(table, out, fake_provider.url, *flags_for("flags", tmp_path), "--max-attempts", "2"),
        "--json",
    )
    assert handai("export", "last", "-o", str(out), "--diagnostics").code == 0

    assert (ended.code, ended.figures()["errors"]) == (3, {"invalid_output": 3}), ended.err
    assert fake_provider.stats()["total"] == 3 * 2
    assert {row["score"] for row in records_in(out)} == {""}
    assert all("9" in row["raw_answer"] for row in records_in(out))


def test_json_mode_is_saved_and_can_be_switched_off(tmp_path: Path, table: Path, fake_provider: FakeProvider) -> None:
    preferences.save(preferences.Preferences(json_mode=True, temperature=0.25))

    handai(*transform_arguments(table, tmp_path / "on.csv", fake_provider.url))
    handai(*transform_arguments(table, tmp_path / "off.csv", fake_provider.url, "--no-json-mode"))

    assert list(records_in(tmp_path / "on.csv")[0]) == ["id", "text", "echo", "row", "words"]
    assert list(records_in(tmp_path / "off.csv")[0]) == ["id", "text", "output"]
    assert fake_provider.requests[-1].json()["temperature"] == 0.25

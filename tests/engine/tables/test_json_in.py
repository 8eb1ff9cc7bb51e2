"""JSON and JSON Lines files in the shapes that programs write."""

import json
from pathlib import Path

import pytest

from engine.tables import ParseOptions
from handai_errors import TableError
from tests.engine.tables.builders import Converted, convert_bytes


def read(folder: Path, value: object, name: str = "t.json") -> Converted:
    return convert_bytes(folder, name, json.dumps(value, ensure_ascii=False).encode())


def lines(folder: Path, *values: object) -> Converted:
    return convert_bytes(folder, "t.jsonl", "\n".join(json.dumps(value) for value in values).encode())


def test_a_list_of_objects_with_the_union_of_their_keys(tmp_path: Path) -> None:
    table = read(tmp_path, [{"b": 1}, {"a": "x", "b": 2}, {"c": True, "a": None}])
    assert table.names == ["b", "a", "c"]
    assert table.rows[2] == {"b": None, "a": None, "c": True}
    assert table.kinds == {"b": "integer", "a": "text", "c": "boolean"}


def test_nested_values_come_back_as_they_were(tmp_path: Path) -> None:
    values = [{"id": 1, "tags": ["a", "ü"], "user": {"name": "Anna", "age": 3.5}}, {"id": 2, "tags": [], "user": None}]
    table = read(tmp_path, values)
    assert table.rows == values
    assert table.kinds == {"id": "integer", "tags": "json", "user": "json"}


def test_mixed_types_change_nothing(tmp_path: Path) -> None:
    values: list[object] = [1, "1", 1.5, True, None, [1], {"a": 1}]
    assert [row["x"] for row in read(tmp_path, [{"x": value} for value in values]).rows] == values


def test_integers_and_fractions_are_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, [{"x": 1}, {"x": 1.5}]).kinds == {"x": "number"}


def test_integers_beyond_64_bits_keep_every_digit(tmp_path: Path) -> None:
    big = 2**64 + 1
    table = read(tmp_path, [{"x": big, "y": [big], "z": 2**63 - 1}, {"x": 5, "y": [1], "z": 0}])
    assert table.rows == [{"x": str(big), "y": [str(big)], "z": 2**63 - 1}, {"x": "5", "y": [1], "z": 0}]


def test_large_integers_beside_fractions_are_not_rounded(tmp_path: Path) -> None:
    assert read(tmp_path, [{"x": 2**60 + 1}, {"x": 0.5}]).rows == [{"x": 2**60 + 1}, {"x": 0.5}]


def test_an_object_with_one_list_inside(tmp_path: Path) -> None:
    table = read(tmp_path, {"meta": {"page": 1}, "items": [{"a": 1}, {"a": 2}]})
    assert table.rows == [{"a": 1}, {"a": 2}]
    assert "under 'items'" in table.notices


def test_an_object_of_columns(tmp_path: Path) -> None:
    assert read(tmp_path, {"a": [1, 2], "b": ["x", "y"]}).rows == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_a_list_of_scalars_is_one_column(tmp_path: Path) -> None:
    assert read(tmp_path, ["x", "y"]).rows == [{"value": "x"}, {"value": "y"}]


def test_one_object_is_one_row(tmp_path: Path) -> None:
    table = read(tmp_path, {"a": 1, "b": "x"})
    assert table.rows == [{"a": 1, "b": "x"}]
    assert "single object" in table.notices


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "no rows"),
        ({}, "empty object"),
        (5, "single value"),
        ([{"a": 1}, 2], "Entry 2 of the list is not an object"),
        ({"a": [{"x": 1}], "b": [{"y": 1}]}, "several lists of objects: a, b"),
        ({"a": [1, 2], "b": [1]}, r"different lengths \(a: 2, b: 1\)"),
        ([{}, {}], "all empty"),
        ([{str(i): i for i in range(16_385)}], "16,385 columns"),
    ],
)
def test_shapes_that_are_no_table(tmp_path: Path, value: object, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read(tmp_path, value)


@pytest.mark.parametrize("data", [b'[{"a": 1},', b"{'a': 1}", b"[" * 5_000])
def test_broken_json_is_told(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(TableError, match="not valid JSON"):
        convert_bytes(tmp_path, "t.json", data)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["t.json", "t.jsonl"])
def test_encodings_of_json(tmp_path: Path, encoding: str, name: str) -> None:
    data = '{"name": "Jürgen Größe", "ort": "Köln"}\n'.encode(encoding)
    assert convert_bytes(tmp_path, name, data).rows == [{"name": "Jürgen Größe", "ort": "Köln"}]


def test_lines_named_json_are_read_as_lines(tmp_path: Path) -> None:
    table = convert_bytes(tmp_path, "t.json", b'{"a": 1}\n{"a": 2}\n')
    assert (table.info.format, table.rows) == ("jsonl", [{"a": 1}, {"a": 2}])


def test_nested_lines_with_blank_ones_between(tmp_path: Path) -> None:
    data = b'{"a": {"b": [1, 2]}}\n\n  \n{"c": "x"}\r\n'
    assert convert_bytes(tmp_path, "t.jsonl", data).rows == [{"a": {"b": [1, 2]}, "c": None}, {"a": None, "c": "x"}]


def test_line_separators_inside_strings_do_not_split_lines(tmp_path: Path) -> None:
    data = '{"a": "x\u2028y\u0085z"}\n'.encode()
    assert convert_bytes(tmp_path, "t.jsonl", data).rows == [{"a": "x\u2028y\u0085z"}]


@pytest.mark.parametrize("bad", [b'{"a": 2', b"nonsense", b"{'a': 2}"])
def test_a_bad_line_is_named(tmp_path: Path, bad: bytes) -> None:
    with pytest.raises(TableError, match=r"Line 3 is not valid JSON .* begins: ") as caught:
        convert_bytes(tmp_path, "t.jsonl", b'{"a": 1}\n\n' + bad + b"\n")
    assert bad.decode()[:5] in caught.value.cause


def test_a_line_of_another_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="Line 2 is not an object"):
        lines(tmp_path, {"a": 1}, [1, 2])


def test_lines_of_scalars_are_one_column(tmp_path: Path) -> None:
    assert lines(tmp_path, "x", "y").rows == [{"value": "x"}, {"value": "y"}]


def test_nan_and_lone_surrogates_are_tolerated(tmp_path: Path) -> None:
    data = b'{"a": NaN, "b": "x\\ud83d", "c": {"d": "\\ud83d"}}\n'
    assert convert_bytes(tmp_path, "t.jsonl", data).rows == [{"a": None, "b": "x?", "c": {"d": "?"}}]


def test_only_blank_lines_hold_no_rows(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no rows"):
        convert_bytes(tmp_path, "t.jsonl", b"\n \n")


def test_keys_are_made_usable_names(tmp_path: Path) -> None:
    assert lines(tmp_path, {" a ": 1, "a": 2, "": 3}).names == ["a", "a (2)", "column 3"]


def test_the_encoding_given_by_hand_wins(tmp_path: Path) -> None:
    data = '{"a": "жук"}\n'.encode("koi8_r")
    assert convert_bytes(tmp_path, "t.jsonl", data, ParseOptions(encoding="koi8-r")).rows == [{"a": "жук"}]


def test_many_lines_are_written_in_several_row_groups(tmp_path: Path) -> None:
    table = lines(tmp_path, *({"i": i} for i in range(40_000)))
    assert [row["i"] for row in table.rows] == list(range(40_000))

"""Conversion in the limited child process: whatever is in the file, this process stays well."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.tables import ParseOptions, convert_limited, read_rows
from engine.tables import limits as limits_module
from handai_errors import StorageError, TableError
from tests.engine.tables.builders import FAR_CELL, inline, raw_workbook

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "stored.parquet"


def small_csv(folder: Path) -> Path:
    source = folder / "0f3a"
    source.write_text("name,n\nÄnne,1\nBen,2\n", encoding="utf-8")
    return source


def test_a_table_comes_back_with_its_description(tmp_path: Path, target: Path) -> None:
    info = convert_limited(small_csv(tmp_path), "people.csv", ParseOptions(), target)
    assert (info.rows, info.format, info.delimiter) == (2, "csv", ",")
    assert next(read_rows(target)) == {"name": "Änne", "n": "1"}
    assert target.stat().st_mode & 0o777 == 0o600


def test_it_works_from_any_folder_with_relative_paths(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = small_csv(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert convert_limited(Path(source.name), "people.csv", ParseOptions(), Path(target.name)).rows == 2
    assert target.exists()


def test_errors_of_the_child_arrive_with_cause_and_remedy(tmp_path: Path, target: Path) -> None:
    source = small_csv(tmp_path)
    with pytest.raises(TableError) as caught:
        convert_limited(source, "people.csv", ParseOptions(encoding="klingon"), target)
    assert "klingon" in caught.value.cause
    assert "utf-8" in caught.value.remedy


def test_the_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-" + "x" * 40)
    assert not any("KEY" in name for name in limits_module.child_environment())


def test_the_child_imports_neither_pandas_nor_streamlit() -> None:
    code = (
        "import sys, engine.tables.child as c; sys.meta_path.insert(0, c.WithoutPandas())\n"
        "import engine.tables.convert, pyarrow; pyarrow.array(['a'])\n"
        "print([m for m in ('pandas', 'streamlit', 'openpyxl') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "[]"


def wide_reaching(folder: Path) -> Path:
    """A workbook that passes the first look, but needs about half a gigabyte to parse."""
    return raw_workbook(
        folder / "w.xlsx", f'<row r="1">{inline("A1", "h")}</row><row r="900000">{inline("T900000", "h")}</row>'
    )


def test_a_child_out_of_memory_becomes_an_error(tmp_path: Path, target: Path) -> None:
    with pytest.raises(TableError, match="needs more memory or time than Handai allows"):
        convert_limited(wide_reaching(tmp_path), "w.xlsx", ParseOptions(), target, memory_mb=400)
    assert not list(tmp_path.rglob("*.parquet*"))


def test_a_child_out_of_cpu_time_becomes_an_error(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "big"
    source.write_text("a,b\n" + "1,2\n" * 400_000)
    with pytest.raises(TableError, match="needs more memory or time"):
        convert_limited(source, "big.csv", ParseOptions(), target, cpu_s=0)
    assert not list(tmp_path.rglob("*.parquet*"))


def test_a_child_that_hangs_is_ended(tmp_path: Path, target: Path) -> None:
    fifo = tmp_path / "never"
    os.mkfifo(fifo)
    before, start = {*psutil.Process().children()}, time.monotonic()
    with pytest.raises(TableError, match="took longer than 1 seconds"):
        convert_limited(fifo, "never.csv", ParseOptions(), target, wall_s=1)
    assert time.monotonic() - start < 5
    assert {*psutil.Process().children()} <= before


def test_a_child_ended_while_it_writes_leaves_no_file(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_module, "SLOWEST_BYTES_PER_S", 1 << 40)
    source = tmp_path / "big"
    source.write_text("a,b\n" + "1,2\n" * 4_000_000)
    with pytest.raises(TableError, match="took longer"):
        convert_limited(source, "big.csv", ParseOptions(), target, wall_s=1.2)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["big"]


def test_an_earlier_table_survives_a_failed_conversion(tmp_path: Path, target: Path) -> None:
    convert_limited(small_csv(tmp_path), "people.csv", ParseOptions(), target)
    with pytest.raises(TableError):
        convert_limited(small_csv(tmp_path), "people.xlsx", ParseOptions(), target)
    assert len(list(read_rows(target))) == 2


def test_a_target_that_can_not_be_written_is_a_fault_of_storage(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="could not be stored"):
        convert_limited(small_csv(tmp_path), "people.csv", ParseOptions(), tmp_path / "missing" / "t.parquet")


@pytest.mark.parametrize(
    "name", ["../../../../tmp/evil.csv", "a\nb.csv", "\u202ecod.csv", "x" * 300 + ".csv", "C:\\a\\b.csv"]
)
def test_the_name_a_file_claims_is_never_used_on_the_disk(tmp_path: Path, target: Path, name: str) -> None:
    convert_limited(small_csv(tmp_path), name, ParseOptions(), target)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["0f3a", "stored.parquet"]


def bombs(folder: Path) -> dict[str, Path]:
    laughs = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 9))
    hidden = f'<!--{"x" * 5000}--><!DOCTYPE x [<!ENTITY e0 "{"a" * 1000}">{laughs}]>'
    nested = folder / "nested.json"
    nested.write_bytes(b"[" * 20_000_000)
    flat = folder / "flat.json"
    flat.write_bytes(b"[" + b"[]," * 30_000_000 + b"[]]")
    return {
        "far.xlsx": raw_workbook(folder / "far.xlsx", FAR_CELL),
        "far in a sheet that hides it.xlsx": raw_workbook(folder / "far2.xlsx", FAR_CELL.replace("<c ", "<c\n")),
        "zip bomb.xlsx": raw_workbook(folder / "zip.xlsx", f"<row>{inline('A1', 'a' * 250_000_000)}</row>"),
        "billion laughs.xlsx": raw_workbook(folder / "laughs.xlsx", f"<row>{inline('A1', '&e8;')}</row>", hidden),
        "nested.json": nested,
        "many empty lists.json": flat,
    }


@pytest.mark.slow
def test_bombs_leave_this_process_as_it_was(tmp_path: Path, target: Path) -> None:
    files = bombs(tmp_path)
    process = psutil.Process()
    before = process.memory_info().rss
    for name, source in files.items():
        start = time.monotonic()
        with pytest.raises(TableError):
            convert_limited(source, name, ParseOptions(), target)
        assert time.monotonic() - start < 35, name
        assert process.memory_info().rss - before < 50 << 20, name
    assert not list(tmp_path.rglob("*.parquet*"))


def test_a_parquet_file_that_unpacks_beyond_the_limit_is_told_as_too_large(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "0f3a"
    pq.write_table(pa.table({"text": ["x" * 1_000_000] * 600}), source)  # 600 MB of text in less than 1 MB

    with pytest.raises(TableError, match="more memory"):
        convert_limited(source, "texts.parquet", ParseOptions(), target, memory_mb=900)


def test_a_small_text_table_needs_no_second_process(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    assert convert_limited(small_csv(tmp_path), "people.csv", ParseOptions(), target).rows == 2


def test_a_text_table_is_read_alike_in_either_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "0f3a"
    source.write_text('name;note\nAda;"two\nlines"\nÉva\n😀;x;more\n\n', encoding="utf-8")
    here = convert_limited(source, "t.csv", ParseOptions(), tmp_path / "here.parquet")
    monkeypatch.setattr(limits_module, "SMALL_BYTES", 0)
    there = convert_limited(source, "t.csv", ParseOptions(), tmp_path / "there.parquet")

    assert here == there
    assert [row["note"] for row in read_rows(tmp_path / "here.parquet")] == ["two\nlines", None, "x"]
    assert list(read_rows(tmp_path / "here.parquet")) == list(read_rows(tmp_path / "there.parquet"))


def test_a_small_table_that_can_not_be_read_is_told_as_any_other(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "0f3a"
    source.write_text('a,b\n1,"never closed\n2,3\n', encoding="utf-8")
    with pytest.raises(TableError, match="never closed"):
        convert_limited(source, "t.csv", ParseOptions(), target)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["0f3a"]

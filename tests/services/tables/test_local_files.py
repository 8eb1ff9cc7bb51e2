"""Files opened by path: for the person at this computer, never for a visitor from elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from handai_errors import ConflictError, DiskFullError, TableError
from services.home import home
from services.tables import datasets
from services.tables.local_files import Visit, open_path, why_not_by_path
from services.tables.table_files import path_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")
BROWSER = {"Host": "localhost:8501", "Origin": "http://localhost:8501", "User-Agent": "a browser"}
AT_HOME = Visit(LOOPBACK, None, BROWSER)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "my table.csv"
    path.write_text("id,text\n1,one\n2,two\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "visit",
    [
        pytest.param(Visit(LOOPBACK, None, {}), id="no headers"),
        pytest.param(Visit((*LOOPBACK, "0.0.0.0"), None, BROWSER), id="server on all interfaces"),  # noqa: S104
        pytest.param(Visit((*LOOPBACK, "*"), None, BROWSER), id="any name"),
        pytest.param(Visit((*LOOPBACK, "handai.example"), None, BROWSER), id="a public name"),
        pytest.param(Visit(LOOPBACK, "192.0.2.7", BROWSER), id="visitor from elsewhere"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "X-Forwarded-For": "192.0.2.7"}), id="proxy"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "Forwarded": "for=192.0.2.7"}), id="RFC 7239 proxy"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "X-Real-IP": "127.0.0.1"}), id="nginx"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "CF-Connecting-IP": "192.0.2.7"}), id="tunnel"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "Host": "handai.example"}), id="host passed on"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "Origin": "https://handai.example"}), id="silent proxy"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "Host": "localhost.example:8501"}), id="name that looks local"),
        pytest.param(Visit(LOOPBACK, None, {**BROWSER, "Origin": "http://localhost@a.example"}), id="user in origin"),
    ],
)
def test_a_visitor_who_may_be_elsewhere_opens_nothing(visit: Visit, table: Path) -> None:
    with pytest.raises(ConflictError, match="only on the computer"):
        open_path(str(table), visit)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_the_person_at_this_computer_opens_a_file(host: str, table: Path) -> None:
    visit = Visit(LOOPBACK, None, {"host": host, "origin": f"http://{host}"})

    record = open_path(str(table), visit)

    assert (record.filename, record.info.rows) == ("my table.csv", 2)


def test_a_variable_switches_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_OPEN_PATHS", "no")

    assert "HANDAI_OPEN_PATHS" in (why_not_by_path(AT_HOME) or "")


def test_a_variable_allows_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_OPEN_PATHS", "yes")

    assert why_not_by_path(Visit(("*",), "192.0.2.7", {})) is None


def test_a_value_that_says_nothing_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_OPEN_PATHS", "maybe")

    assert why_not_by_path(Visit(("*",), None, BROWSER)) is not None


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(str, id="plain"),
        pytest.param(lambda path: f'  "{path}" ', id="quotes"),
        pytest.param(lambda path: path.as_uri(), id="file address"),
        pytest.param(lambda path: f"~/{path.name}", id="home"),
    ],
)
def test_a_path_is_understood_as_people_write_it(
    written: Callable[[Path], str], table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(table.parent))

    assert path_of(written(table)) == table


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "No path was given"),
        ("table.csv", "not a whole path"),
        ("~nobody-of-this-name/table.csv", "not a whole path"),
        ("{tmp}", "is a folder"),
        ("{tmp}/missing.csv", "There is no file"),
        ("{tmp}/nowhere/missing.csv", "no folder"),
        ("{tmp}/letter.docx", "not a format"),
        ("{tmp}/pipe.csv", "not a file with a table"),
        ("{tmp}/" + "a" * 300 + ".csv", "There is no file"),
    ],
)
def test_a_wrong_path_is_told_in_plain_words(written: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(b"PK")
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(TableError, match=told):
        path_of(written.replace("{tmp}", str(tmp_path)))


def test_a_file_without_the_right_to_read_it_is_told(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root, who runs tests in containers, may read all

    with pytest.raises(TableError, match="may not read"):
        path_of(str(table))


def test_the_same_file_again_is_not_copied_again(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = datasets.store_file(table)
    monkeypatch.setattr(datasets, "store_upload", lambda *_, **__: pytest.fail("it was copied"))

    assert datasets.store_file(table) == first


def test_a_changed_file_is_another_table(table: Path) -> None:
    first = datasets.store_file(table)
    table.write_text("id,text\n1,one\n2,two\n3,three\n", encoding="utf-8")

    second = datasets.store_file(table)

    assert (first.info.rows, second.info.rows) == (2, 3)


def test_a_disk_too_small_for_the_copy_is_told_before_it(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = datasets.shutil.disk_usage("/")._replace(free=1)  # type: ignore[attr-defined]  # as the module imports it
    monkeypatch.setattr(datasets.shutil, "disk_usage", lambda _: usage)  # type: ignore[attr-defined]  # as above

    with pytest.raises(DiskFullError, match="keeps a copy"):
        datasets.store_file(table)

    assert not [*(home() / "datasets").iterdir()]

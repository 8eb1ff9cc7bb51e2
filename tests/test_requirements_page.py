"""docs/requirements.md is whole, and every test that it names is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "requirements.md").read_text("utf-8")
COUNTS = {"000": 22, "001": 18, "002": 14, "003": 21, "004": 22}
ROW = re.compile(r"^\| (?P<id>\d{3}-\d+) \| (?P<what>[^|]+) \| (?P<closed>.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
OPEN = re.compile(r"\bopen: issue [456], [A-Z]\w+")
ROWS = {match["id"]: match for match in ROW.finditer(PAGE)}


@cache
def names_in(name: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def missing_in(text: str) -> list[str]:
    """The tests that `text` names and that are not there."""
    return [
        f"{file}::{name}"
        for file, name in NAMED.findall(text)
        if not (ROOT / file).is_file() or name not in names_in(file)
    ]


def test_every_row_is_there_once_and_in_order() -> None:
    expected = [f"{group}-{number}" for group, count in COUNTS.items() for number in range(1, count + 1)]
    assert [match["id"] for match in ROW.finditer(PAGE)] == expected
    assert len(expected) == 97


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_closed_by_a_test_superseded_or_open(row: str) -> None:
    closed = ROWS[row]["closed"]
    words = NAMED.sub("", closed)
    assert NAMED.search(closed) or "superseded: " in closed or OPEN.search(closed)
    assert words.count("open:") == len(OPEN.findall(words)), "what is open names the part that will close it"


def test_every_named_test_is_there() -> None:
    assert missing_in(PAGE) == []
    assert len(set(NAMED.findall(PAGE))) > 100


def test_a_test_that_is_gone_would_be_noticed() -> None:
    gone = "`tests/test_requirements_page.py::test_of_nothing` `tests/no_such.py::test_x`"
    assert missing_in(gone) == ["tests/test_requirements_page.py::test_of_nothing", "tests/no_such.py::test_x"]


def test_a_row_says_it_in_one_short_line() -> None:
    assert {row: match["what"] for row, match in ROWS.items() if len(match["what"]) > 110} == {}


def test_the_way_of_a_request_is_drawn() -> None:
    """Requirement 002-14."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawings = re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL)
    way = next(drawing for drawing in drawings if "CompletionClient" in drawing)
    assert all(station in way for station in ("Worker", "CompletionRequest", "ProviderError", "retry"))

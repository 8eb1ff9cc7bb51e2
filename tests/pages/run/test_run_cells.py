"""Columns of the grid: each by its type as long as its cells are of it, else as text."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine.columns import Output
from engine.tables import Cell
from pages.components.run.cells import grid_of
from services.results.inspect import TableRow
from tests.services.stored_runs import transform_run


def column(folder: Path, cells: list[Cell], **output: Any) -> tuple[dict[str, Any], list[Any]]:  # noqa: ANN401 any setting
    """How a column is shown, and what it holds."""
    declared = Output(name="out", **output)
    record = transform_run(folder, [declared.model_dump()], rows=1)
    rows = [TableRow(row, {"in": "x"}, {"out": cell}, "done", None) for row, cell in enumerate(cells)]
    grid = grid_of(rows, record, {"out": declared}, {})
    return grid.config["out"], [None if found is pd.NA else found for found in grid.frame["out"].tolist()]


@pytest.mark.parametrize(
    ("output", "cells", "kind"),
    [
        ({"type": "category", "values": ("a", "b")}, ["a", None], "selectbox"),
        ({"type": "boolean"}, [True, None], "checkbox"),
        ({"type": "integer"}, [3, None], "number"),
        ({"type": "number"}, [0.5, 2.0], "number"),
        ({"type": "list"}, [["x", "y"], ["z"]], "list"),
        ({"type": "text"}, ["x", None], "text"),
        ({}, ["x", None], "text"),
    ],
    ids=["category", "boolean", "integer", "number", "list", "text", "untyped"],
)
def test_a_column_is_changed_as_its_type_is(
    tmp_path: Path, output: dict[str, Any], cells: list[Cell], kind: str
) -> None:
    config, found = column(tmp_path, cells, **output)
    assert config["type_config"]["type"] == kind
    assert found == cells


def test_a_date_is_chosen_from_a_calendar(tmp_path: Path) -> None:
    config, found = column(tmp_path, ["2026-11-21", "2026-01-02"], type="date")
    assert config["type_config"]["type"] == "date"
    assert found == [pd.Timestamp(2026, 11, 21), pd.Timestamp(2026, 1, 2)]


@pytest.mark.parametrize(
    ("output", "cells", "texts"),
    [
        ({"type": "integer"}, [3, "three"], ["3", "three"]),
        ({"type": "integer"}, [True, 1], ["true", "1"]),
        ({"type": "date"}, ["2026-11-21", "soon"], ["2026-11-21", "soon"]),
        ({"type": "list"}, [["x"], "y"], ['["x"]', "y"]),
        ({"type": "object"}, [{"a": 1}, None], ['{"a":1}', None]),
        ({}, [{"a": 1}, 2], ['{"a":1}', "2"]),
    ],
    ids=["no-number", "truth-is-no-number", "no-date", "no-list", "object", "untyped"],
)
def test_cells_that_are_not_of_the_type_are_text(
    tmp_path: Path, output: dict[str, Any], cells: list[Cell], texts: list[str | None]
) -> None:
    config, found = column(tmp_path, cells, **output)
    assert config["type_config"]["type"] == "text"
    assert found == texts


@pytest.mark.parametrize(
    "output",
    [
        {"type": "integer", "minimum": 1, "maximum": 5},
        {"type": "number", "minimum": 0.5, "maximum": 5},
        {"type": "text", "max_length": 3},
    ],
    ids=["integer", "number", "text"],
)
def test_the_browser_is_told_no_bounds_for_it_would_cut_values_to_them_without_a_word(
    tmp_path: Path, output: dict[str, Any]
) -> None:
    config, _ = column(tmp_path, [None], **output)
    told = {name for name, value in config["type_config"].items() if value is not None}
    assert told <= {"type"}
    assert not config["required"]


def test_a_number_that_a_browser_can_not_hold_is_text(tmp_path: Path) -> None:
    config, found = column(tmp_path, [2**53 + 1], type="integer")
    assert (config["type_config"]["type"], found) == ("text", [str(2**53 + 1)])


def test_a_category_is_chosen_among_its_values_and_those_that_are_there(tmp_path: Path) -> None:
    config, _ = column(tmp_path, ["gone", "a"], type="category", values=("a",), required=False)
    assert config["required"] is False
    assert config["type_config"]["options"] == ["a", "gone"]


def test_a_description_with_markdown_is_only_text(tmp_path: Path) -> None:
    for told in ({"type": "integer"}, {}):
        config, _ = column(tmp_path, [None], description="![x](https://e.invalid/x.png) <b>b</b>", **told)
        assert config["help"] == r"!\[x\](https://e.invalid/x.png) \<b>b\</b>"

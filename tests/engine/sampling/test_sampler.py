"""What every sampled column has in common: exact repetition, `when`, expressions, kinds."""

import json
import subprocess
import sys
from datetime import date, datetime
from typing import Any

import pytest

from engine.sampling import Sampler
from engine.schema.check import check_schema
from engine.schema.columns import Schema
from engine.tables.model import Column, ColumnKind
from tests.engine.sampling.schemas import ALL, PERSON_FIELDS, drawn, sampler


def test_the_schema_of_these_tests_is_a_good_one() -> None:
    check_schema(Schema.model_validate({"columns": ALL}))


def test_a_seed_gives_these_values_for_ever() -> None:
    row = sampler(*ALL[:15], *ALL[17:]).row(1, 0)
    assert row == {
        "plan": "pro",
        "tier": "c",
        "spend": 173.55,
        "share": 0.7575019773454652,
        "dice": 2,
        "age": 24,
        "weight": 56.1410915116488,
        "calls": 8,
        "active": False,
        "day": date(2024, 2, 23),
        "moment": datetime(2024, 1, 1, 18, 48, 7),  # noqa: DTZ001 tables store times without a zone
        "number": 8,
        "ticket": "TKT-0042/é",
        "key": "-".join(("596752be", "9542", "4af5", "9509", "4d8a1b864409")),
        "brand": "Größe",
        "yearly": 2082.6,
        "label": "pro 2024",
    }


def test_a_redraw_far_down_gives_these_values_for_ever() -> None:
    row = sampler(*ALL[:3], *ALL[10:14]).row(10_000_000, 3)
    assert row == {
        "plan": "free",
        "tier": "b",
        "spend": 0.0,
        "moment": datetime(2024, 1, 1, 16, 56, 53),  # noqa: DTZ001 tables store times without a zone
        "number": -19999990,
        "ticket": "TKT-10000041/é",
        "key": "-".join(("e605fbb2", "d54c", "462e", "9414", "de4ed0fa9cf9")),
    }


@pytest.mark.parametrize("size", [1, 7, 64])
def test_any_blocks_give_the_same_table(size: int) -> None:
    one = sampler(*ALL)
    whole = one.block(0, 100)
    pieces = [sampler(*ALL).block(start, min(start + size, 100)) for start in range(0, 100, size)]
    assert {name: [cell for piece in pieces for cell in piece[name]] for name in whole} == whole


def test_a_row_alone_is_the_row_of_a_block() -> None:
    one = sampler(*ALL)
    block = one.block(40, 60)
    for row in (40, 47, 59):
        assert one.row(row, 0) == {name: cells[row - 40] for name, cells in block.items()}


def test_a_table_does_not_depend_on_process_day_or_hash_seed() -> None:
    code = (
        "import json; from tests.engine.sampling.schemas import ALL, sampler;"
        "print(json.dumps(sampler(*ALL).block(0, 20), default=str))"
    )
    command = [sys.executable, "-c", code]
    outputs = [
        subprocess.run(command, env={"PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True, check=True).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert outputs[0] == outputs[1] == (json.dumps(sampler(*ALL).block(0, 20), default=str) + "\n").encode()


def test_a_redraw_changes_what_is_random_and_keeps_what_is_counted() -> None:
    one = sampler(*ALL)
    rows = [one.row(5, redraw) for redraw in range(4)]
    kept = {name for name in rows[0] if len({repr(row[name]) for row in rows}) == 1}
    assert {"number", "ticket", "brand"} <= kept
    assert {"key", "share", "weight", "moment", "customer", "who_name"}.isdisjoint(kept)


def test_other_seeds_give_other_tables() -> None:
    tables = [sampler(*ALL, seed=seed).block(0, 50)["share"] for seed in (7, 8, -7, 10**30)]
    assert len({tuple(map(str, cells)) for cells in tables}) == 4


def test_a_column_does_not_depend_on_the_others() -> None:
    alone = sampler(ALL[4]).block(0, 50)["dice"]
    assert sampler(*ALL).block(0, 50)["dice"] == alone


def test_every_cell_is_of_its_columns_kind() -> None:
    types: dict[ColumnKind, Any] = {
        ColumnKind.TEXT: str,
        ColumnKind.INTEGER: int,
        ColumnKind.NUMBER: float,
        ColumnKind.BOOLEAN: bool,
        ColumnKind.DATE: date,
        ColumnKind.DATETIME: datetime,
    }
    one = sampler(*ALL)
    block = one.block(0, 100)
    assert [column.name for column in one.columns] == list(block)
    for column in one.columns:
        assert {type(cell) for cell in block[column.name]} == {types[column.kind]}, column
    assert one.problems == {}


def test_columns_are_known_before_anything_is_drawn() -> None:
    made = sampler(*ALL).columns
    assert made[:3] == (Column("plan"), Column("tier"), Column("spend", ColumnKind.NUMBER))
    assert len(made) == len(ALL) - 1 + len(PERSON_FIELDS)


def test_model_columns_and_what_reads_them_are_left_out() -> None:
    one = sampler(ALL[0], {"name": "text", "prompt": "{{ plan }}"}, {"name": "long", "expression": "len(text)"})
    assert list(one.row(0, 0)) == ["plan"]


def test_when_gives_the_first_case_that_holds() -> None:
    one = sampler(
        {"name": "n", "sampler": "sequence"},
        {
            "name": "size",
            "sampler": "constant",
            "value": "large",
            "when": [{"if": "n < 2", "value": "none"}, {"if": "n < 4", "value": "small"}],
        },
    )
    assert one.block(0, 5)["size"] == ["none", "small", "small", "large", "large"]


def test_when_may_leave_a_cell_empty() -> None:
    one = sampler(
        {"name": "n", "sampler": "sequence"},
        {"name": "x", "sampler": "poisson", "mean": 5, "when": [{"if": "n == 1", "value": None}]},
    )
    assert one.block(0, 2)["x"][0] is None
    assert one.block(0, 2)["x"][1] is not None


@pytest.mark.parametrize(
    ("column", "value", "kind", "cell"),
    [
        ({"sampler": "uniform", "low": 5, "high": 9, "decimals": 2}, 0, ColumnKind.NUMBER, 0.0),
        ({"sampler": "uniform", "low": 5, "high": 9, "decimals": 0}, 0.5, ColumnKind.NUMBER, 0.5),
        ({"sampler": "uniform", "low": 5, "high": 9, "decimals": 0}, "none", ColumnKind.JSON, "none"),
        ({"sampler": "category", "values": ["a"]}, 3, ColumnKind.TEXT, "3"),
        ({"sampler": "date", "start": "2024-01-01", "end": "2024-01-02"}, "2025-01-01", ColumnKind.DATE, None),
        ({"sampler": "bernoulli", "p": 1}, False, ColumnKind.BOOLEAN, False),
    ],
    ids=["integer in numbers", "number in integers", "text in numbers", "number in text", "date text", "boolean"],
)
def test_a_case_and_its_column_agree_on_a_kind(
    column: dict[str, Any], value: object, kind: ColumnKind, cell: object
) -> None:
    one = sampler(
        {"name": "n", "sampler": "sequence"}, {"name": "x", **column, "when": [{"if": "n == 1", "value": value}]}
    )
    assert one.columns[1].kind is kind
    found = one.block(0, 2)["x"][0]
    assert found == (cell if cell is not None else date(2025, 1, 1))
    assert type(found) is (date if cell is None else type(cell))


def test_when_of_a_person_holds_for_all_its_columns() -> None:
    one = sampler(
        {"name": "n", "sampler": "sequence"},
        {"name": "p", "sampler": "person", "fields": ["age", "city"], "when": [{"if": "n == 1", "value": None}]},
    )
    assert one.row(0, 0) == {"n": 1, "p_age": None, "p_city": None}
    assert None not in one.row(1, 0).values()


def test_an_expression_without_a_value_leaves_an_empty_cell_and_is_told() -> None:
    one = sampler({"name": "n", "sampler": "sequence", "start": 0}, {"name": "x", "expression": "12 / n"})
    assert one.block(0, 3)["x"] == [None, 12.0, 6.0]
    assert one.problems == {"x": one.problems["x"]}
    assert "divides by zero" in one.problems["x"]
    assert one.empty_cells == {"x": 1}


def test_a_condition_without_a_value_leaves_an_empty_cell_and_is_told() -> None:
    one = sampler(
        {"name": "n", "sampler": "sequence", "start": 0},
        {"name": "x", "sampler": "constant", "value": "a", "when": [{"if": "1 / n > 5", "value": "b"}]},
    )
    assert one.block(0, 2)["x"] == [None, "a"]
    assert "divides by zero" in one.problems["x"]


def test_an_expression_over_helpers_and_persons_is_computed() -> None:
    one = sampler(
        {"name": "p", "sampler": "person", "fields": ["first_name", "age"]},
        {"name": "two words", "sampler": "constant", "value": 2, "export": False},
        {"name": "x", "expression": "concat(p_first_name, p_age * col('two words'))"},
    )
    row = one.row(3, 0)
    assert row["x"] == f"{row['p_first_name']}{int(str(row['p_age'])) * 2}"


def test_an_expression_without_columns_is_the_same_in_every_row() -> None:
    assert drawn({"expression": "2 ** 10"}, 3) == [1024, 1024, 1024]


def test_equal_numbers_with_and_without_a_sign_are_not_taken_for_each_other() -> None:
    one = sampler(
        {"name": "n", "sampler": "sequence", "start": 0, "step": -1},
        {"name": "zero", "expression": "n * 0.0"},
        {"name": "x", "expression": "str(zero)"},
    )
    assert one.block(0, 2)["x"] == [one.row(0, 0)["x"], one.row(1, 0)["x"]] == ["0.0", "-0.0"]


def test_importing_the_sampler_is_light() -> None:
    code = (
        "import sys; from engine.sampling import Sampler; from engine.schema.columns import Schema;"
        "s = Sampler(Schema.model_validate({'columns': [{'name': 'x', 'sampler': 'uniform', 'low': 1, 'high': 2}]}));"
        "assert s.columns; print(sorted({'numpy', 'pyarrow', 'faker', 'pandas'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, check=True, text=True).stdout
    assert out.strip() == "[]"


def test_a_seed_beyond_64_bits_is_a_seed() -> None:
    assert Sampler(Schema.model_validate({"seed": -(10**40), "columns": ALL})).row(0, 0)["plan"]

"""Known tables give known figures, column by column."""

import json
import random
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from engine.columns import ColumnType, Output
from engine.quality import RunFigures, quality_of
from engine.quality.report import Kind
from engine.tables.model import Cell, Row
from tests.engine.quality.tables import (
    categories,
    column_of,
    dates,
    numbers,
    output_of,
    report,
    schema_of,
    texts,
)

PLANS = {"sampler": "category", "values": {"free": 6, "pro": 3, "team": 1}}
WORDS = [f"word{number}" for number in range(500)]


def varied(count: int) -> list[Cell]:
    chance = random.Random(1)
    return [" ".join(chance.choices(WORDS, k=30)) for _ in range(count)]


def poisson(chance: random.Random) -> int:
    count, left = 0, chance.expovariate(1)
    while left < 2:
        count, left = count + 1, left + chance.expovariate(1)
    return count


def test_shares_stand_beside_those_asked_for() -> None:
    found = column_of(PLANS, ["free"] * 5 + ["pro"] * 5)

    told = [(share.value, share.asked, share.got, share.count) for share in categories(found).shares]
    assert told == [("free", 0.6, 0.5, 5), ("pro", 0.3, 0.5, 5), ("team", 0.1, 0.0, 0)]
    assert found.distance == pytest.approx(0.2)


def test_a_value_that_was_not_asked_for_is_unfit_and_adds_to_the_distance() -> None:
    found = column_of(PLANS, ["free"] * 6 + ["pro"] * 2 + ["team", "gold"])

    assert found.unfit == 1
    assert found.distance == pytest.approx(0.1)
    assert categories(found).shares[-1].value == "gold"


def test_a_fair_draw_is_about_as_far_off_as_chance_says() -> None:
    chance = random.Random(4)
    draws = [column_of(PLANS, chance.choices(["free", "pro", "team"], [6, 3, 1], k=400)) for _ in range(30)]

    mean = sum(draw.distance or 0.0 for draw in draws) / len(draws)
    assert mean == pytest.approx(draws[0].chance, rel=0.25)


def test_a_subcategory_is_asked_for_through_its_parent() -> None:
    wanted = schema_of(
        {"name": "kind", "sampler": "category", "values": {"pet": 3, "plant": 1}},
        {
            "name": "it",
            "sampler": "subcategory",
            "of": "kind",
            "values": {"pet": ["cat", "dog"], "plant": {"fern": 1}},
        },
    )

    found = report(wanted, kind=["pet"], it=["cat"]).columns[1]

    assert {share.value: share.asked for share in categories(found).shares} == {
        "cat": 0.375,
        "dog": 0.375,
        "fern": 0.25,
    }


def test_a_column_with_cases_may_differ() -> None:
    found = column_of({**PLANS, "when": [{"if": "true", "value": "none"}]}, ["none"] * 9 + ["free"])

    assert found.conditional
    assert (found.unfit, found.distance) == (0, None)


def test_true_and_false_are_categories() -> None:
    found = column_of({"sampler": "bernoulli", "p": 0.25}, [True, False, False, False])

    assert [(share.value, share.asked, share.got) for share in categories(found).shares] == [
        ("true", 0.25, 0.25),
        ("false", 0.75, 0.75),
    ]
    assert found.distance == 0


def test_three_hundred_categories_are_all_listed() -> None:
    values = [f"v{number}" for number in range(300)]

    found = column_of({"sampler": "category", "values": values}, values)

    assert (len(categories(found).shares), categories(found).others, found.distinct) == (300, 0, 300)
    assert found.distance == pytest.approx(0, abs=1e-9)


def test_more_categories_than_can_be_listed_are_counted_together() -> None:
    found = output_of(ColumnType.CATEGORY, [f"v{number}" for number in range(12_000)], values=("v0",))

    assert (len(categories(found).shares), categories(found).others, found.unfit) == (500, 11_500, 11_999)


def test_moments_of_numbers() -> None:
    found = column_of({"sampler": "uniform", "low": 0, "high": 10, "decimals": 0}, [2, 4, 4, 4, 5, 5, 7, 9, None, ""])
    figures = numbers(found)

    assert (found.count, found.missing, figures.low, figures.high, figures.mean) == (8, 2, 2, 9, 5)
    assert figures.sd == pytest.approx(2.138089935)
    assert figures.asked_mean == 5
    assert figures.asked_sd == pytest.approx(3.16227766)
    assert [bar.share for bar in figures.histogram] == [0.125, 0, 0.375, 0.25, 0, 0.125, 0, 0.125]


def test_moments_do_not_depend_on_the_blocks_they_came_in() -> None:
    chance = random.Random(2)
    drawn = sorted(chance.gauss(1e6, 3) for _ in range(10_000))
    whole = sum(drawn) / len(drawn)

    figures = numbers(column_of({"sampler": "normal", "mean": 1e6, "sd": 3}, drawn))

    assert figures.mean == pytest.approx(whole, rel=1e-12)
    assert figures.sd == pytest.approx(3, rel=0.03)


def test_numbers_outside_the_range_and_what_is_no_number_are_told() -> None:
    found = output_of(ColumnType.INTEGER, [1, 5, 6, 0, "many", True, None], minimum=1, maximum=5)

    assert (found.count, found.missing, found.outside, found.unfit, found.asked) == (6, 1, 2, 2, "from 1 to 5")


@pytest.mark.parametrize(
    ("column", "draw"),
    [
        ({"sampler": "uniform", "low": 5, "high": 200, "decimals": 2}, lambda r: round(r.uniform(5, 200), 2)),
        ({"sampler": "uniform", "low": 1, "high": 6, "decimals": 0}, lambda r: r.randint(1, 6)),
        ({"sampler": "normal", "mean": 40, "sd": 10}, lambda r: r.gauss(40, 10)),
        ({"sampler": "normal", "mean": 40, "sd": 10, "decimals": 0}, lambda r: round(r.gauss(40, 10))),
        ({"sampler": "poisson", "mean": 2}, poisson),
        (
            {"sampler": "date", "start": date(2024, 1, 1), "end": date(2024, 1, 10)},
            lambda r: date(2024, 1, r.randint(1, 10)),
        ),
    ],
)
def test_the_asked_distribution_is_told_from_another(column: dict[str, object], draw: object) -> None:
    assert callable(draw)
    chance = random.Random(8)

    fair = column_of(column, [draw(chance) for _ in range(5000)])
    skewed = column_of(column, [max(draw(chance), draw(chance)) for _ in range(5000)])

    assert fair.distance is not None
    assert fair.chance is not None
    assert fair.distance < 2 * fair.chance
    assert skewed.distance is not None
    assert skewed.distance > 5 * fair.chance


def test_dates_and_their_iso_texts() -> None:
    found = column_of(
        {"sampler": "date", "start": date(2024, 1, 1), "end": date(2024, 12, 31)},
        [date(2024, 3, 1), "2024-02-29", "soon", date(2025, 1, 1), datetime(2024, 5, 5, 12)],  # noqa: DTZ001 local
    )

    assert (dates(found).first, dates(found).last) == ("2024-02-29", "2025-01-01")
    assert (found.unfit, found.outside) == (1, 1)


def test_lengths_of_texts_and_repeats() -> None:
    cells: list[Cell] = [*varied(18), "The same words again, and again.", "the same words again and again!"]

    found = report([Output(name="it")], it=cells)
    figures = texts(found.columns[0])

    assert (figures.shortest, figures.compared, figures.exact_repeats, figures.near_repeats) == (31, 20, 1, 0)
    assert (found.repeating_rows, found.compared_rows) == (1, 20)
    assert (found.columns[0].distinct, found.near) == (20, 0.9)


def test_a_near_repeat_counts_where_the_schema_says_so() -> None:
    column = {"name": "it", "type": "text", "prompt": "Write."}
    text = "The battery of this little lamp holds for a week and the light is warm"
    cells: list[Cell] = [*varied(18), text, text + "er"]

    near = report(schema_of(column), it=cells)
    exact = report(schema_of(column, duplicates={"near": None}), it=cells)

    assert (near.repeating_rows, exact.repeating_rows) == (1, 0)


def test_texts_that_were_drawn_are_not_compared() -> None:
    found = report(schema_of({"name": "it", "sampler": "faker", "kind": "name"}), it=["Ada Lovelace"] * 2 + ["Bo Ek"])

    assert found.repeating_rows is None


def test_equal_rows_are_counted_without_identifiers() -> None:
    wanted = schema_of(
        {"name": "id", "sampler": "sequence"}, {"name": "plan", **PLANS}, {"name": "n", "expression": "1"}
    )

    found = report(wanted, id=[1, 2, 3, 4], plan=["free", "free", "pro", None], n=[1, 1, 1, 1])

    assert found.equal_rows == 1
    assert found.columns[0].kind is Kind.IDENTIFIER


def test_different_values_are_told_apart() -> None:
    found = column_of({"sampler": "sequence", "start": -3}, [-3, -2, -1, 0, 1, 1])

    assert (found.distinct, found.distinct_estimated) == (5, False)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, 2.5], Kind.NUMBER),
        ([True, None, False], Kind.CATEGORY),
        (["good", "bad"] * 3, Kind.CATEGORY),
        (["good", "bad"], Kind.TEXT),
        ([date(2024, 1, 1)], Kind.DATE),
        ([["a"], {"b": 1}], Kind.OTHER),
        ([None, " "], Kind.OTHER),
    ],
)
def test_a_column_without_a_type_is_looked_at_by_its_values(cells: list[Cell], kind: Kind) -> None:
    assert output_of(None, cells).kind is kind


def test_a_table_without_rows() -> None:
    found = report(schema_of({"name": "plan", **PLANS}), plan=[])

    assert (found.rows, found.sampled, found.columns[0].count, found.columns[0].distance) == (0, 0, 0, None)


def test_a_table_without_columns() -> None:
    assert quality_of([], [{}, {}], RunFigures()).rows == 2


@pytest.mark.parametrize("kind", [*ColumnType, None])
def test_a_column_that_is_always_missing(kind: ColumnType | None) -> None:
    found = output_of(kind, [None, "", "  "])

    assert (found.count, found.missing, found.distinct) == (0, 3, 0)


@pytest.mark.parametrize("kind", [*ColumnType, None])
@pytest.mark.parametrize("cell", [1, 1.5, True, "é🙂\u202ex", "\ud800", date(1, 1, 1), date.max, ["a"], {"b": None}])
def test_one_row_of_anything_gives_a_report(kind: ColumnType | None, cell: Cell) -> None:
    found = output_of(kind, [cell])

    assert found.count == 1
    assert found.model_dump_json()


def test_no_figure_is_nan_or_infinite() -> None:
    wild: list[Cell] = [1.7e308, -1.7e308, float("inf"), float("nan"), 10**400, 0.0, 5e-324, -0.0]
    for cells in (wild, [float("nan")], [1.7e308] * 3, [5], [5, 5]):
        for kind in (ColumnType.NUMBER, None, ColumnType.CATEGORY, ColumnType.DATE):
            found = report([Output(name="it", type=kind), Output(name="more")], it=cells, more=cells)
            json.dumps(found.model_dump(mode="json"), allow_nan=False)
            assert found.model_validate_json(found.model_dump_json()) == found


def test_a_long_table_is_sampled_and_says_so() -> None:
    chance = random.Random(7)
    rows: Iterator[Row] = ({"it": number, "text": chance.randbytes(16).hex()} for number in range(30_000))

    found = quality_of([Output(name="it", type=ColumnType.INTEGER), Output(name="text")], rows, RunFigures())

    assert (found.rows, found.sampled, found.compared_rows) == (30_000, 20_000, 10_000)
    assert numbers(found.columns[0]).quantiles["50"] == pytest.approx(15_000, rel=0.05)
    assert "20,000 rows drawn fairly from 30,000" in found.notes[0]
    assert "first 10,000 rows" in found.notes[1]

"""What each sampler draws: its bounds, its distribution, its odd corners. Seeds are fixed, so nothing is by chance."""

import math
import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import fmean, stdev
from typing import Any

import pytest

from engine.tables.model import ColumnKind
from tests.engine.sampling.schemas import drawn, numbers, sampler

MANY = 20_000


def chi_square(counts: dict[Any, int], shares: dict[Any, float]) -> float:
    """How far counts are from shares, in terms of which about (number of values) is to be expected."""
    total = sum(counts.values())
    assert set(counts) <= set(shares)
    return sum((counts.get(key, 0) - total * share) ** 2 / (total * share) for key, share in shares.items())


@pytest.mark.parametrize("seed", [1, -5, 2**70])
def test_categories_come_by_their_weights(seed: int) -> None:
    cells = drawn({"sampler": "category", "values": {"a": 6, "b": 3, "c": 1}}, MANY, seed=seed)
    assert chi_square(Counter(cells), {"a": 0.6, "b": 0.3, "c": 0.1}) < 13.8  # 2 degrees of freedom, 1 in 1000


def test_listed_categories_come_alike() -> None:
    cells = drawn({"sampler": "category", "values": list("abcdefgh")}, MANY)
    assert chi_square(Counter(cells), dict.fromkeys("abcdefgh", 1 / 8)) < 24.3  # 7 degrees of freedom, 1 in 1000


def test_a_category_named_twice_comes_twice_as_often() -> None:
    cells = drawn({"sampler": "category", "values": ["a", "a", "b"]}, MANY)
    assert chi_square(Counter(cells), {"a": 2 / 3, "b": 1 / 3}) < 10.8


def test_a_weight_of_zero_never_comes() -> None:
    cells = drawn({"sampler": "category", "values": {"never": 0, "a": 1e-9, "b": 1e9, "nor": 0}}, MANY)
    assert set(cells) <= {"a", "b"}


def test_one_category_is_always_it() -> None:
    assert set(drawn({"sampler": "category", "values": ["é ✨"]}, 50)) == {"é ✨"}


def test_subcategories_follow_their_category() -> None:
    one = sampler(
        {"name": "kind", "sampler": "category", "values": ["fruit", "wood"]},
        {
            "name": "x",
            "sampler": "subcategory",
            "of": "kind",
            "values": {"fruit": {"apple": 3, "pear": 1}, "wood": ["oak"]},
        },
    )
    block = one.block(0, MANY)
    pairs = Counter(zip(block["kind"], block["x"], strict=True))
    shares = {("fruit", "apple"): 0.375, ("fruit", "pear"): 0.125, ("wood", "oak"): 0.5}
    assert chi_square(dict(pairs), shares) < 13.8


def test_subcategories_of_true_and_false() -> None:
    one = sampler(
        {"name": "vip", "sampler": "bernoulli", "p": 0.5},
        {"name": "x", "sampler": "subcategory", "of": "vip", "values": {"true": ["gold"], "false": ["none"]}},
    )
    block = one.block(0, 100)
    assert {(vip, x) for vip, x in zip(block["vip"], block["x"], strict=True)} == {(True, "gold"), (False, "none")}


def test_a_value_without_subcategories_leaves_an_empty_cell_and_is_told() -> None:
    one = sampler(
        {"name": "city", "sampler": "constant", "value": "Rom"},
        {"name": "x", "sampler": "subcategory", "of": "city", "values": {"Paris": ["Louvre"]}},
    )
    assert one.block(0, 2)["x"] == [None, None]
    assert one.problems == {"x": "There are no values for `Rom` of `city`."}
    assert one.empty_cells == {"x": 2}


def test_uniform_numbers_fill_their_range_evenly() -> None:
    cells = numbers({"sampler": "uniform", "low": -3, "high": 5}, MANY)
    assert -3 <= min(cells) < -2.99
    assert 4.99 < max(cells) <= 5
    assert chi_square(Counter(math.floor(cell) for cell in cells), dict.fromkeys(range(-3, 5), 1 / 8)) < 24.3


def test_uniform_integers_include_both_ends_alike() -> None:
    cells = drawn({"sampler": "uniform", "low": 1, "high": 6, "decimals": 0}, MANY)
    assert chi_square(Counter(cells), dict.fromkeys(range(1, 7), 1 / 6)) < 20.5  # 5 degrees of freedom, 1 in 1000


@pytest.mark.parametrize(("low", "high"), [(0.29, 0.31), (0.285, 0.315), (-0.31, -0.29)])
def test_uniform_decimals_are_points_of_the_grid_within_the_range(low: float, high: float) -> None:
    cells = drawn({"sampler": "uniform", "low": low, "high": high, "decimals": 2}, 500)
    sign = 1 if low > 0 else -1
    assert set(cells) == {sign * 0.29, sign * 0.3, sign * 0.31}


def test_decimals_are_exactly_as_many() -> None:
    cells = numbers({"sampler": "uniform", "low": 0, "high": 100, "decimals": 2}, 2000)
    assert cells == [round(cell, 2) for cell in cells]


@pytest.mark.parametrize("decimals", [None, 0, 2, 12])
def test_huge_uniform_ranges_stay_inside(decimals: int | None) -> None:
    cells = numbers({"sampler": "uniform", "low": -1e300, "high": 1e300, "decimals": decimals}, 100)
    assert all(-1e300 <= cell <= 1e300 for cell in cells)
    assert len(set(cells)) == 100


def test_large_uniform_integers_are_integers() -> None:
    cells = drawn({"sampler": "uniform", "low": 0, "high": 1e18, "decimals": 0}, 100)
    assert {type(cell) for cell in cells} == {int}


def test_normal_numbers_have_mean_and_deviation() -> None:
    cells = numbers({"sampler": "normal", "mean": 70, "sd": 12.5}, MANY)
    assert fmean(cells) == pytest.approx(70, abs=0.3)
    assert stdev(cells) == pytest.approx(12.5, rel=0.02)
    within = sum(abs(cell - 70) < 12.5 for cell in cells) / MANY
    assert within == pytest.approx(0.6827, abs=0.01)


def test_normal_numbers_are_cut_off_without_heaps_at_the_ends() -> None:
    cells = numbers({"sampler": "normal", "mean": 0, "sd": 1, "minimum": -1, "maximum": 2}, MANY)
    assert min(cells) >= -1
    assert max(cells) <= 2
    assert max(Counter(cells).values()) == 1
    assert fmean(cells) == pytest.approx(0.2296, abs=0.02)  # of the normal distribution cut off at -1 and 2


def test_normal_integers_are_bounded_by_whole_numbers() -> None:
    cells = drawn({"sampler": "normal", "mean": 3, "sd": 5, "minimum": 0.5, "maximum": 4.5, "decimals": 0}, 500)
    assert set(cells) == {1, 2, 3, 4}
    assert {type(cell) for cell in cells} == {int}


@pytest.mark.parametrize(("minimum", "maximum"), [(10, 11), (-11, -10), (50, 60)])
def test_a_normal_cut_off_far_from_its_mean_is_drawn_there(minimum: float, maximum: float) -> None:
    cells = numbers({"sampler": "normal", "mean": 0, "sd": 1, "minimum": minimum, "maximum": maximum}, 200)
    assert all(minimum <= cell <= maximum for cell in cells)


def test_the_tail_of_a_normal_keeps_its_shape() -> None:
    cells = numbers({"sampler": "normal", "mean": 0, "sd": 1, "minimum": 10, "maximum": 20}, 2000)
    assert len(set(cells)) == 2000
    assert fmean(cells) == pytest.approx(10.098, abs=0.01)  # density(10) / share above 10


def test_a_normal_without_deviation_is_its_mean() -> None:
    assert set(drawn({"sampler": "normal", "mean": 5, "sd": 0}, 10)) == {5.0}
    assert set(drawn({"sampler": "normal", "mean": 5, "sd": 0, "minimum": 6}, 10)) == {6.0}


def test_a_rounded_zero_has_no_sign() -> None:
    cells = drawn({"sampler": "normal", "mean": 0, "sd": 0.01, "decimals": 1}, 100)
    assert {str(cell) for cell in cells} == {"0.0"}


@pytest.mark.parametrize("mean", [0.01, 0.5, 3.5, 100, 12_345.6, 1_000_000])
def test_counts_have_mean_and_variance(mean: float) -> None:
    cells = numbers({"sampler": "poisson", "mean": mean}, MANY)
    assert min(cells) >= 0
    assert fmean(cells) == pytest.approx(mean, abs=4 * math.sqrt(mean / MANY))
    assert stdev(cells) ** 2 == pytest.approx(mean, rel=0.3 if mean < 0.1 else 0.05)


def test_small_counts_come_as_poisson_says() -> None:
    cells = [min(int(cell), 8) for cell in numbers({"sampler": "poisson", "mean": 3.5}, MANY)]
    shares = {k: math.exp(-3.5) * 3.5**k / math.factorial(k) for k in range(8)}
    shares[8] = 1 - sum(shares.values())
    assert chi_square(Counter(cells), shares) < 26.1  # 8 degrees of freedom, 1 in 1000


@pytest.mark.parametrize(("p", "expected"), [(0, {False}), (1, {True})])
def test_certain_chances_are_certain(p: float, expected: set[bool]) -> None:
    assert set(drawn({"sampler": "bernoulli", "p": p}, 1000)) == expected


def test_true_comes_with_its_chance() -> None:
    cells = drawn({"sampler": "bernoulli", "p": 0.3}, MANY)
    assert cells.count(True) / MANY == pytest.approx(0.3, abs=0.011)


def test_days_include_both_ends_alike() -> None:
    cells = drawn({"sampler": "date", "start": "2024-02-27", "end": "2024-03-01"}, MANY)
    days = {date(2024, 2, 27) + timedelta(days=after): 1 / 4 for after in range(4)}
    assert chi_square(Counter(cells), days) < 16.3


def test_one_day_is_always_it() -> None:
    assert set(drawn({"sampler": "date", "start": "2024-02-29", "end": "2024-02-29"}, 20)) == {date(2024, 2, 29)}


def test_times_are_seconds_between_their_ends() -> None:
    column = {"sampler": "date", "start": "2024-01-01T23:59:58", "end": "2024-01-02T00:00:00"}
    assert {str(cell) for cell in drawn(column, 200)} == {
        "2024-01-01 23:59:58",
        "2024-01-01 23:59:59",
        "2024-01-02 00:00:00",
    }


def test_times_with_a_zone_are_given_in_utc() -> None:
    column = {"sampler": "date", "start": "2024-01-01T02:00:00+02:00", "end": "2024-01-01T02:00:00+02:00"}
    assert drawn(column, 1) == [datetime(2024, 1, 1)]  # noqa: DTZ001 tables store times without a zone


def test_ids_count_rows_with_their_digits() -> None:
    one = sampler({"name": "x", "sampler": "id", "pattern": "TKT-{0098}-x"})
    assert one.block(0, 3)["x"] == ["TKT-0098-x", "TKT-0099-x", "TKT-0100-x"]
    assert one.row(9_999_999, 0)["x"] == "TKT-10000097-x"


def test_uuids_are_random_ones_and_differ() -> None:
    cells = [uuid.UUID(str(cell)) for cell in drawn({"sampler": "uuid"}, 5000)]
    assert {(cell.version, cell.variant) for cell in cells} == {(4, uuid.RFC_4122)}
    assert len(set(cells)) == 5000


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("text", ColumnKind.TEXT),
        (5, ColumnKind.INTEGER),
        (0.5, ColumnKind.NUMBER),
        (True, ColumnKind.BOOLEAN),
        ([1, "a"], ColumnKind.JSON),
        ({"a": [1]}, ColumnKind.JSON),
        (None, ColumnKind.TEXT),
    ],
)
def test_a_constant_keeps_its_type(value: object, kind: ColumnKind) -> None:
    one = sampler({"name": "x", "sampler": "constant", "value": value})
    assert one.columns[0].kind is kind
    assert one.block(0, 2)["x"] == [value, value]

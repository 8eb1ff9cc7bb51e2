"""Time left, what the cap still allows, and how often a tab looks: said only where it can be known."""

import pytest

from engine.pacer import Pacer
from services.running import pace


def _left(pending: int, asked: int, spent_s: float, recent: float | None = None, waiting: str | None = None) -> object:
    return pace.seconds_left(pending, asked, spent_s, recent, waiting=waiting, limited=False)


def test_before_enough_rows_no_time_is_told() -> None:
    assert _left(1000, pace.ENOUGH_ROWS - 1, 5.0, 2.0) is None
    assert _left(1000, pace.ENOUGH_ROWS, 5.0, 2.0) == 500


def test_nothing_is_left_of_a_run_without_pending_rows() -> None:
    assert _left(0, 0, 0.0) == 0


def test_without_a_recent_pace_the_mean_counts() -> None:
    assert _left(100, 50, 25.0, None) == 50


def test_a_run_that_was_limited_is_judged_by_its_mean_for_waits_come_again() -> None:
    assert pace.seconds_left(100, 50, 100.0, 10.0, waiting=None, limited=True) == 200


def test_a_wait_that_is_told_comes_on_top() -> None:
    assert _left(100, 50, 50.0, 10.0, waiting="waiting 12 s: the provider limits the rate") == 112


def test_the_wait_is_read_from_what_the_engine_really_says() -> None:
    pacer = Pacer()
    lease = pacer.sent(0.0, 1)
    pacer.refused(lease, 30.0, "the provider limits the rate", 0.0, for_rate=True)
    assert pace.wait_told(pacer.waiting(0.0)) == 30
    assert pace.wait_told("about 40 requests a minute: the provider limits the rate") == 0


@pytest.mark.parametrize(
    ("asked", "spent", "cap", "rows"),
    [(100, 0.1, 0.5, 400), (100, 0.6, 0.5, 0), (3, 0.1, 0.5, None), (100, None, 0.5, None), (100, 0.1, None, None)],
    ids=["fits", "over", "too few rows", "cost unknown", "no cap"],
)
def test_how_many_rows_the_cap_still_allows(
    asked: int, spent: float | None, cap: float | None, rows: int | None
) -> None:
    assert pace.rows_until_cap(asked, spent, cap) == rows


def test_the_next_cap_is_what_the_rest_would_cost_with_a_fifth_on_top_as_a_round_sum() -> None:
    assert pace.next_cap(100, 300, 0.5, 0.5) == 2.4
    assert pace.next_cap(100, 9_900, 12.34, 12.0) == 1500
    assert pace.next_cap(1000, 1, 1.0, 1.0) == 1.5


def test_without_a_known_cost_the_next_cap_is_twice_the_last() -> None:
    assert pace.next_cap(0, 300, None, 0.25) == 0.5
    assert pace.next_cap(0, 300, None, None) == 0.01


def test_a_tab_looks_less_often_the_older_it_is_and_the_less_happens() -> None:
    every = [pace.look_every_s(age, 5.0, draining=False) for age in (0.0, 61.0, 601.0)]
    assert every == sorted(every)
    assert every[0] == 1
    assert every[-1] == 5
    assert pace.look_every_s(0.0, 0.05, draining=False) > 1
    assert pace.look_every_s(9999.0, 0.05, draining=True) == 1

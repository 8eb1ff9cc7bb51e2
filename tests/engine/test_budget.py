"""The cap is a promise: whatever requests cost, reserved plus spent stays under it."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.budget import Budget, plausible
from handai_errors import SpecError
from providers.base import Usage
from providers.prices import Price

PRICE = Price(prompt=1.0, completion=4.0)


def test_without_a_cap_everything_fits() -> None:
    budget = Budget(None, None)
    assert budget.bound(10**9, None) is None
    assert budget.reserve(None)


def test_the_bound_is_all_that_a_request_can_cost() -> None:
    assert Budget(1.0, PRICE).bound(1_000_000, 500_000) == pytest.approx(3.0)


@pytest.mark.parametrize(("price", "max_tokens"), [(None, 10), (PRICE, None)])
def test_a_cap_that_can_t_be_kept_is_refused(price: Price | None, max_tokens: int | None) -> None:
    with pytest.raises(SpecError):
        Budget(1.0, price).bound(1, max_tokens)


def test_what_doesn_t_fit_is_not_reserved() -> None:
    budget = Budget(1.0, PRICE, spent_usd=0.5)
    assert [budget.reserve(0.4), budget.reserve(0.2), budget.reserve(0.1)] == [True, False, True]
    assert budget.reserved_usd == pytest.approx(0.5)


def test_a_settled_reservation_makes_room() -> None:
    budget = Budget(1.0, PRICE)
    budget.reserve(1.0)
    assert budget.holders == 1
    budget.settle(1.0, 0.1)
    assert (budget.holders, budget.reserved_usd) == (0, 0.0)
    assert budget.spent_usd == pytest.approx(0.1)


def test_an_unknown_cost_counts_as_the_whole_reservation() -> None:
    budget = Budget(1.0, PRICE)
    budget.reserve(0.7)
    budget.settle(0.7, None)
    assert not budget.reserve(0.4)


def test_costs_are_added_up_without_a_cap_too() -> None:
    budget = Budget(None, None)
    budget.settle(None, 0.5)
    budget.settle(None, None)
    assert budget.spent_usd == 0.5


@given(
    cap=st.floats(0.0001, 100),
    requests=st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1) | st.none(), st.integers(0, 5))),
)
def test_spent_and_reserved_never_pass_the_cap(cap: float, requests: list[tuple[float, float | None, int]]) -> None:
    budget, in_flight = Budget(cap, PRICE), list[tuple[float, float | None]]()
    for bound, share, ends in requests:
        if budget.reserve(bound):
            in_flight.append((bound, share))
        for _ in range(min(ends, len(in_flight))):
            held, part = in_flight.pop(0)
            budget.settle(held, None if part is None else held * part)
        assert budget.spent_usd + budget.reserved_usd <= cap * (1 + 1e-9)
        assert budget.holders == len(in_flight)
    assert in_flight or budget.reserved_usd == 0.0


@pytest.mark.parametrize("cost", [-1.0, math.nan, math.inf, -math.inf])
def test_a_cost_that_can_t_be_is_unknown(cost: float) -> None:
    assert plausible(Usage(1, 2, cost)) == Usage(1, 2, None)


@pytest.mark.parametrize("tokens", [-1, 2**62])
def test_a_count_that_can_t_be_is_unknown(tokens: int) -> None:
    assert plausible(Usage(tokens, 2, 0.5)) == Usage(None, 2, 0.5)
    assert plausible(Usage(1, tokens, 0.5)) == Usage(1, None, 0.5)


def test_what_can_be_stays() -> None:
    usage = Usage(0, 128_000, 0.0)
    assert plausible(usage) == usage
    assert plausible(replace(usage, cost_usd=None)).cost_usd is None

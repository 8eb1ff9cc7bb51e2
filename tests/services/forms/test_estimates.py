"""What a run would take: a range from what a preview really took, never more sure than it can be."""

import pytest

from providers.prices import FREE, Price
from services.forms.estimates import Pacing, RowTook, Span, guessed, judged_by, mean_span

ONE_BY_ONE = Pacing(Span(1, 1))


def _took(*tokens: int, usd: float | None = 0.001) -> list[RowTook]:
    return [RowTook(count, 10, usd, 2.0) for count in tokens]


def test_rows_that_differ_more_make_a_wider_range() -> None:
    alike = judged_by(_took(100, 100, 100, 100), 1000, 0, ONE_BY_ONE).sent
    unlike = judged_by(_took(20, 40, 100, 240), 1000, 0, ONE_BY_ONE).sent
    assert alike is not None
    assert unlike is not None
    assert alike.low < 100_000 < alike.high
    assert unlike.high - unlike.low > 2 * (alike.high - alike.low)


def test_one_row_proves_little() -> None:
    span = mean_span([100.0])
    assert span == Span(50.0, 200.0)


def test_no_row_proves_nothing() -> None:
    assert mean_span([]) is None


def test_a_cost_that_is_unknown_for_one_row_is_unknown_for_all() -> None:
    took = [*_took(100, 100), *_took(100, usd=None)]
    assert judged_by(took, 1000, 0, ONE_BY_ONE).cost_usd is None


def test_what_is_known_to_be_free_costs_nothing() -> None:
    assert judged_by(_took(100, 100, usd=0.0), 1000, 0, ONE_BY_ONE).cost_usd == Span(0.0, 0.0)


def test_the_time_follows_what_may_be_asked_at_once_and_a_minute() -> None:
    took = _took(100, 100, 100, 100)
    alone = judged_by(took, 100, 0, ONE_BY_ONE).seconds
    ten = judged_by(took, 100, 0, Pacing(Span(10, 10))).seconds
    limited = judged_by(took, 100, 0, Pacing(Span(10, 10), apart_s=6.0)).seconds
    assert alone is not None
    assert ten is not None
    assert alone.low < 200 < alone.high
    assert ten.high == pytest.approx(alone.high / 10)
    assert limited == Span(600.0, 600.0)


def test_without_a_preview_the_guess_is_wide_and_an_unknown_price_stays_unknown() -> None:
    found = guessed([100, 120], 1000, 0, None, None)
    assert found.basis == 0
    assert found.cost_usd is None
    assert found.seconds is None
    assert found.sent is not None
    assert found.sent.high > 2 * found.sent.low


def test_a_guess_is_priced_and_keeps_to_the_longest_answer() -> None:
    found = guessed([1000], 1000, 0, Price(1.0, 2.0), 50)
    assert found.answered == Span(10_000, pytest.approx(52_500))  # type: ignore[arg-type] # close to it
    assert found.cost_usd is not None
    assert found.cost_usd.low == pytest.approx(0.69)
    assert guessed([1000], 1000, 0, FREE, 50).cost_usd == Span(0.0, 0.0)

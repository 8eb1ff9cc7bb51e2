"""Figures over the runs of a provider, by model; and work that a page starts without waiting for it."""

import threading

import pytest

from handai_errors import HandaiError, InputError
from services import answer_cache, preferences
from services.errands import Errand
from services.models.provider_metrics import provider_metrics
from services.models.provider_view import provider_view
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run


def test_requests_answers_and_durations_are_counted_over_all_runs(fake_provider: FakeProvider) -> None:
    executed(made_run(3, base_url=fake_provider.url))
    answer_cache.clear()
    executed(made_run(2, base_url=fake_provider.url, preview=True))
    found = provider_metrics("custom")
    assert (found.runs, found.all.requests, found.all.answered, found.all.success_rate) == (2, 5, 5, 1.0)
    assert found.all.latency_s is not None
    assert [item.model for item in found.models] == ["fake-1"]


def test_errors_are_counted_by_kind_and_unknown_cost_is_not_zero(fake_provider: FakeProvider) -> None:
    fake_provider.canned(500, {"error": {"message": "down"}})
    executed(made_run(2, base_url=fake_provider.url))
    found = provider_metrics("custom").all
    assert found.answered == 0
    assert sum(count for _, count in found.errors) == found.requests
    assert found.cost_usd is None


def test_nothing_known_is_none() -> None:
    found = provider_metrics("groq")
    assert (found.all.success_rate, found.all.latency_s, found.all.cost_usd, found.models) == (None, None, None, ())


def test_000_21_a_refused_key_of_a_run_is_the_last_error_until_a_row_is_answered(fake_provider: FakeProvider) -> None:
    preferences.save(preferences.load().model_copy(update={"base_urls": {"custom": fake_provider.url}}))
    fake_provider.canned(401, {"error": {"message": "Invalid API key"}})
    executed(made_run(2, base_url=fake_provider.url))
    error = provider_view("custom").last_error
    assert error is not None
    assert error.kind == "auth"
    fake_provider.configure(canned=None)
    executed(made_run(2, base_url=fake_provider.url))
    assert provider_view("custom").last_error is None


def test_an_errand_is_looked_at_while_it_is_under_way_and_after() -> None:
    go_on = threading.Event()
    errand = Errand(lambda: go_on.wait(10) and "found")
    assert not errand.ended
    go_on.set()
    assert errand.wait(10)
    assert errand.found == "found"


def _refuse() -> None:
    raise InputError("No.", "Do this.")


def _break() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(("work", "words"), [(_refuse, "No. Do this."), (_break, "ZeroDivisionError")])
def test_what_breaks_an_errand_off_is_told(work: object, words: str) -> None:
    assert callable(work)
    errand = Errand(work)
    assert errand.wait(10)
    assert isinstance(errand.problem, HandaiError)
    assert words in str(errand.problem)

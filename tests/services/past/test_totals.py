"""Totals: sums over the runs that are there, with what is unknown told apart from nothing."""

from typing import Any

import pytest

from engine.results import RunStatus
from handai_db import RunRecord
from services.home import open_catalogue
from services.past import totals
from tests.pages.made_runs import executed, made_run

NOVEMBER, OCTOBER = 1_794_571_200.0, 1_791_892_800.0  # days in the middle of a month


def ended(
    cost: float | None,
    *,
    model: str = "m",
    provider: str = "openai",
    at: float = NOVEMBER,
    **more: Any,  # noqa: ANN401 any figure
) -> RunRecord:
    record = made_run(2)
    figures = {
        "rows": {"total": 2, "done": 2, "failed": 0},
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
        "cost_usd": cost,
        "cost_complete": cost is not None,
        "duration_s": 1.0,
    }
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.COMPLETED, figures=figures | more)
        catalogue.database.change(
            "UPDATE runs SET provider = ?, model = ?, created_at = ? WHERE id = ?", (provider, model, at, record.id)
        )
    return record


def test_nothing_comes_to_nothing() -> None:
    assert totals.totals() == ()
    assert totals.sum_of(()) is None


def test_runs_are_added_up_by_month_provider_and_model() -> None:
    ended(0.5)
    ended(0.25)
    ended(1.0, model="n")
    ended(2.0, at=OCTOBER)
    found = totals.totals()
    assert [(item.month, item.model, item.runs, item.rows, item.cost_usd) for item in found] == [
        ("2026-11", "m", 2, 4, 0.75),
        ("2026-11", "n", 1, 2, 1.0),
        ("2026-10", "m", 1, 2, 2.0),
    ]
    assert found[0].prompt_tokens == 20
    assert [(item.month, item.cost_usd) for item in totals.totals_by(found, "month")] == [
        ("2026-11", 1.75),
        ("2026-10", 2.0),
    ]
    assert [(item.model, item.cost_usd) for item in totals.totals_by(found, "model")] == [("m", 2.75), ("n", 1.0)]
    assert [(item.provider, item.runs) for item in totals.totals_by(found, "provider")] == [("openai", 4)]


def test_an_unknown_cost_is_not_nothing() -> None:
    ended(None, model="unknown")
    ended(0.5, model="part", cost_complete=False)
    ended(0.5, model="part")
    unknown, part = sorted(totals.totals(), key=lambda item: item.cost_unknown + item.runs)
    assert (unknown.cost_usd, unknown.cost_unknown) == (None, 1)
    assert (part.cost_usd, part.cost_unknown) == (1.0, 1)
    assert totals.figures(unknown)["cost_usd"] is None
    assert not totals.figures(part)["cost_complete"]
    whole = totals.sum_of(totals.totals())
    assert whole is not None
    assert (whole.runs, whole.cost_usd, whole.cost_unknown) == (3, 1.0, 2)


def test_unknown_tokens_are_counted() -> None:
    ended(0.5, usage={"prompt_tokens": None, "completion_tokens": None})
    ended(0.5)
    (found,) = totals.totals()
    assert (found.prompt_tokens, found.tokens_unknown) == (10, 1)


def test_a_run_that_is_not_at_its_end_counts_as_it_is_now() -> None:
    record = executed(made_run(3))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.RUNNING, figures={})
        catalogue.runs.interrupt(record.id)
    assert [(item.runs, item.rows) for item in totals.totals()] == [(1, 3)]


def test_previews_are_left_out() -> None:
    executed(made_run(2, preview=True))
    assert totals.totals() == ()


@pytest.mark.parametrize("way", totals.WAYS)
def test_no_run_is_lost_whatever_it_is_added_up_by(way: totals.By) -> None:
    ended(1.0)
    ended(1.0, model="n", at=OCTOBER, provider="groq")
    whole = totals.sum_of(totals.totals_by(totals.totals(), way))
    assert whole is not None
    assert (whole.runs, whole.cost_usd) == (2, 2.0)

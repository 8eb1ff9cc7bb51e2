"""What helps, one press away: beside each kind of failure and each pause of a run."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.results import PauseReason, RunStatus
from engine.spec import Limits
from handai_db import RunRecord
from services.home import open_catalogue
from services.running import runs
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run


def _script() -> None:
    from pages.run_page import render

    render()


def _page(run_id: str) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = run_id
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The ids of the runs for which a process was asked for; none is started."""
    asked: list[str] = []
    monkeypatch.setattr(
        "services.running.processes.WarmProcess.start", lambda _, run_id, *_others: asked.append(run_id)
    )
    return lambda: asked


def test_rows_that_overwhelmed_a_server_are_retried_with_half_as_many_at_once(
    fake_provider: FakeProvider, started: Callable[[], list[str]]
) -> None:
    fake_provider.configure(faults={"503": 0.2})
    record = executed(made_run(40, base_url=fake_provider.url, limits=Limits(max_attempts=1, concurrency=6)))
    assert record.status is RunStatus.PARTIAL
    kind = runs.view(record.id).errors[0].kind
    page = _page(record.id)
    page.button(key=f"run_slower_{kind}").click().run()
    assert not page.exception
    assert started() == [record.id]
    concurrency = runs.get(record.id).spec.limits.concurrency
    assert isinstance(concurrency, int)
    assert 1 <= concurrency <= 3
    assert runs.view(record.id).failed == 0


def test_a_refusing_model_leads_to_another_one_with_the_same_settings(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 1.0})
    record = executed(made_run(3, base_url=fake_provider.url))
    links = {link.value: link.proto for link in _page(record.id).page_link}
    assert record.id in str(links["Ask another model, with these settings"])


def _paused(reason: PauseReason, provider: str) -> RunRecord:
    record = made_run(3, provider=provider)
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PAUSED, reason=reason)
    return runs.get(record.id)


def test_an_empty_account_leads_to_the_providers_page() -> None:
    page = _page(_paused(PauseReason.CREDITS, "openrouter").id)
    assert "openrouter.ai/settings/credits" in str(page.get("link_button")[0].proto)


def test_a_run_that_paused_for_repeated_failures_resumes_more_gently(started: Callable[[], list[str]]) -> None:
    record = _paused(PauseReason.CIRCUIT_BREAKER, "demo")
    page = _page(record.id)
    page.button(key="run_slower_pause").click().run()
    assert started() == [record.id]
    assert runs.get(record.id).spec.limits.concurrency == 4


def test_a_run_that_asked_one_at_a_time_can_not_be_gentler() -> None:
    record = made_run(3, provider="demo", limits=Limits(concurrency=1))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PAUSED, reason=PauseReason.CIRCUIT_BREAKER)
    page = _page(record.id)
    with pytest.raises(KeyError):
        page.button(key="run_slower_pause")

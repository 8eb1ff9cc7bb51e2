"""The panel of a run that executes: calm, honest about what is left, and clear about why not more at once."""

from contextlib import closing

from streamlit.testing.v1 import AppTest

from engine.results import LiveState, RunStatus
from engine.spec import Limits
from handai_db import RunRecord
from services.home import open_catalogue, run_path
from services.running import runs
from services.running.processes import is_alive, own_lease
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.pages.made_runs import made_run
from tests.services.stored_runs import done, failed, put


def _script() -> None:
    from pages.run_page import render

    render()


def _page(record: RunRecord) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = record.id
    page.run()
    assert not page.exception
    return page


def _said(page: AppTest) -> str:
    return "\n".join(str(item.value) for item in (*page.subheader, *page.markdown, *page.caption))


def _running(rows: int, waiting: str | None = None, *, limits: Limits | None = None) -> RunRecord:
    """A run that this process seems to execute: three requests of four in flight, two rows a second."""
    record = made_run(rows, limits=limits)
    with open_catalogue() as catalogue:
        assert catalogue.leases.take(own_lease(record.id), is_alive) is None
        catalogue.runs.set_status(record.id, RunStatus.RUNNING)
    with closing(open_run_writer(run_path(record.id))) as connection:
        connection.execute("INSERT INTO executions (started_at, pid) VALUES (unixepoch() - 20, 1)")
        Batch(live=LiveState(4, 4, waiting), rows_per_s=2.0).write(connection)
    return runs.get(record.id)


def test_before_enough_rows_no_time_left_is_claimed() -> None:
    record = _running(400)
    put(record, *[done(row, answer="x") for row in range(3)])
    said = _said(_page(record))
    assert ":material/play_circle: Running" in said
    assert "not known yet" in said
    assert "4 of 4" in said


def test_with_enough_rows_the_time_left_and_the_pace_are_told() -> None:
    record = _running(400)
    put(record, *[done(row, answer="x") for row in range(40)])
    page = _page(record)
    assert "about 3 min" in _said(page)  # 360 rows at 2 a second
    assert "2.0 a second" in _said(page).replace("\\", "")
    assert list(page.dataframe[0].value["Row"]) == [40, 39, 38, 37, 36]


def test_why_it_is_not_faster_is_said_in_the_providers_place() -> None:
    said = _said(_page(_running(400, "waiting 12 s: the provider limits the rate")))
    assert "Not faster: waiting 12 s: the provider limits the rate." in said.replace("\\", "")


def test_one_who_allowed_no_more_requests_is_told_so() -> None:
    assert "as many requests as you allow" in _said(_page(_running(400, limits=Limits(concurrency=4))))
    assert "more follow as answers come" in _said(_page(_running(400, limits=Limits(concurrency=8))))


def test_failures_are_told_by_kind_while_it_runs_and_lead_on() -> None:
    record = _running(400)
    put(record, *[failed(row) for row in range(2)], done(2, answer="x"))
    page = _page(record)
    assert "**The model refused** :red-badge[2 rows]" in _said(page)
    assert "Ask another model, with these settings" in [link.value for link in page.page_link]


def test_the_cap_stands_beside_what_was_spent() -> None:
    assert "of $0.50" in _said(_page(_running(400, limits=Limits(max_cost_usd=0.5)))).replace("\\", "")

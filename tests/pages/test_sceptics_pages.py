"""What pages promise and no other test would miss: broken on purpose once, and nothing failed."""

from contextlib import closing

import pytest
from streamlit.testing.v1 import AppTest

from engine.results import Attempt, AttemptState, LiveState, RunStatus
from engine.spec import Limits
from handai_db import RunRecord
from pages.components.run_choice import PAGE_ROWS
from pages.components.setup.preview_compare import CHANGED
from providers.base import Message, Usage
from services.forms.estimates import about_tokens
from services.home import open_catalogue, run_path
from services.running import runs
from services.running.processes import is_alive, own_lease
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import made_run
from tests.pages.transform_visit import Launched, press, ran, ready, said, visit, write
from tests.services.stored_runs import done, failed, put


def test_the_first_screen_leads_to_a_new_dataset() -> None:
    labels = [link.proto.label for link in visit().get("page_link")]
    assert "Make a dataset" in labels


@pytest.mark.usefixtures("launched")
def test_the_tokens_told_are_those_of_every_message_of_the_row() -> None:
    page = write(ready(), "Say whether the person was happy, in as few words as you can, and why you think so.")
    shown = [Message("user", str(item.value)) for item in page.code]
    assert len(shown) == 2
    assert f"About **{about_tokens(shown):,}** tokens" in said(page)


def test_just_the_cells_that_changed_are_coloured(
    launched: Launched, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDAI_PROVIDER", "custom")
    monkeypatch.setenv("HANDAI_MODEL", "fake-1")
    monkeypatch.setenv("HANDAI_BASE_URL", fake_provider.url)
    coloured = []
    fake_provider.configure(reply="cold")
    page = _previewed(ready(), launched)
    for answer, text in (("cold", "The same again."), ("warm", "Another.")):
        fake_provider.configure(reply=answer)
        page = _previewed(write(page, text), launched)
        table = page.dataframe(key="transform_pair_table")
        assert CHANGED in table.value.columns
        coloured.append(table.proto.arrow_data.styler.styles.count("background-color"))
    assert coloured[0] == 0
    assert coloured[1] > 0


def _previewed(page: AppTest, launched: Launched) -> AppTest:
    page = press(page, "transform_preview")
    launched.execute()
    return ran(page)


def _run_script() -> None:
    from pages.run_page import render

    render()


def _run_page(record: RunRecord) -> AppTest:
    page = AppTest.from_function(_run_script, default_timeout=30)
    page.query_params["run"] = record.id
    return ran(page)


def _running(cap_usd: float) -> RunRecord:
    """A run of 400 rows that this process seems to execute; 40 rows have cost 0.40 US dollars."""
    record = made_run(400, limits=Limits(max_cost_usd=cap_usd))
    with open_catalogue() as catalogue:
        assert catalogue.leases.take(own_lease(record.id), is_alive) is None
        catalogue.runs.set_status(record.id, RunStatus.RUNNING)
    paid = [Attempt(row, 0, 1, AttemptState.DONE, 1e9, 0.5, usage=Usage(9, 3, 0.01)) for row in range(40)]
    with closing(open_run_writer(run_path(record.id))) as connection:
        connection.execute("INSERT INTO executions (started_at, pid) VALUES (unixepoch() - 20, 1)")
        Batch(ended=paid, live=LiveState(4, 4, None), rows_per_s=2.0).write(connection)
    put(record, *[done(row, answer="x") for row in range(40)])
    return runs.get(record.id)


@pytest.mark.parametrize(("cap_usd", "told"), [(1.0, True), (100.0, False)], ids=["near", "far"])
def test_a_cap_that_will_be_reached_is_told_before_it_is(cap_usd: float, told: bool) -> None:
    page = _run_page(_running(cap_usd))
    assert ("The cap is reached after about" in said(page)) is told


def test_a_search_is_kept_in_the_address() -> None:
    record = made_run(3)
    put(record, *[done(row, answer="yes") for row in range(3)])
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.COMPLETED)
    page = _run_page(record)
    page.text_input(key="run_search").set_value("yes")
    assert ran(page).query_params["search"] == "yes"


def test_a_filter_that_many_rows_pass_still_sends_one_page_of_them() -> None:
    record = made_run(3 * PAGE_ROWS)
    put(record, *[done(row, answer="yes") for row in range(3 * PAGE_ROWS - 1)], failed(3 * PAGE_ROWS - 1))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PARTIAL)
    page = AppTest.from_function(_run_script, default_timeout=30)
    page.query_params["run"] = record.id
    page.query_params["show"] = "done"
    assert len(ran(page).dataframe(key="run_table").value) == PAGE_ROWS

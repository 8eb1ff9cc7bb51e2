"""Facets, filters and search of a run's page: kept in the address, said in one line, stepped through."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.results import RowResult, RowStatus, RunStatus
from handai_db import RunRecord
from handai_errors import ErrorKind
from services.home import open_catalogue
from services.running import runs
from tests.services.stored_runs import done, failed, put, transform_run

EVIL = "<img src=x onerror=alert(1)> ![x](https://e.invalid/x.png)"


def _script() -> None:
    from pages.run_page import render

    render()


def _page(record: RunRecord, **address: str) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = record.id
    for name, value in address.items():
        page.query_params[name.replace("__", ".")] = value
    page.session_state["run_facets"] = True  # opened
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    """120 rows: every third against, one repaired, 110 on failed, 119 timed out."""
    outputs: list[dict[str, Any]] = [
        {"name": "stance", "type": "category", "values": ["for", "against", EVIL]},
        {"name": "score", "type": "integer"},
    ]
    made = transform_run(tmp_path, outputs, rows=120)
    answers = [done(row, stance="against" if row % 3 == 0 else "for", score=row) for row in range(109)]
    answers += [RowResult(109, 0, 1, RowStatus.DONE, values={"stance": EVIL, "score": 109}, repaired=True)]
    answers += [failed(row) for row in range(110, 119)]
    answers += [RowResult(119, 0, 1, RowStatus.FAILED, kind=ErrorKind.TIMEOUT, cause="Slow.")]
    put(made, *answers)
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(made.id, RunStatus.PARTIAL)
    return runs.get(made.id)


def _rows(page: AppTest) -> list[int]:
    return list(page.dataframe(key="run_table").value["Row"])


def _told(page: AppTest) -> str:
    return "\n".join(str(item.value) for item in page.markdown)


def test_a_filter_is_kept_in_the_address_and_said_in_a_line(record: RunRecord) -> None:
    page = _page(record)
    assert "of 120 rows" not in _told(page)
    page.selectbox(key="run_show").select("timeout").run()
    assert page.query_params["show"] == "timeout"
    assert "**1 of 120 rows:** failed, no answer in time" in _told(page)
    assert _rows(page) == [120]


def test_a_copied_address_shows_the_same_rows(record: RunRecord) -> None:
    page = _page(record, only__stance="is:against", search="T9", row="100")
    assert _rows(page) == [10, 91, 94, 97, 100]
    assert page.number_input(key="run_row").value == 100
    assert page.selectbox(key="run_facet_0").value == "is:against"
    assert page.text_input(key="run_search").value == "T9"


def test_next_and_previous_keep_to_the_filter_beyond_its_page(record: RunRecord) -> None:
    page = _page(record, only__stance="is:for", row="74")
    assert page.query_params.get("run_page") in {None, "1"}
    numbers = []
    for _ in range(3):
        page.button(key="run_row_next").click().run()
        numbers.append(page.number_input(key="run_row").value)
    assert numbers == [75, 77, 78]
    assert 78 in _rows(page)
    assert page.query_params["row"] == "78"


def test_choosing_a_value_shows_its_rows_and_all_is_cleared_with_one_press(record: RunRecord) -> None:
    page = _page(record, show="done")
    page.selectbox(key="run_facet_0").select("is:against").run()
    assert page.query_params["only.stance"] == "is:against"
    assert "**37 of 120 rows:** done, stance is against" in _told(page)
    page.button(key="run_clear").click().run()
    assert _rows(page)[:2] == [1, 2]
    assert not [name for name in page.query_params if name in {"show", "only.stance"}]


def test_no_row_is_like_that_leads_back(record: RunRecord) -> None:
    page = _page(record, search="nowhere to be found")
    assert "No row is like that" in [item.proto.title for item in page.info]
    page.button(key="run_show_all").click().run()
    assert _rows(page)[0] == 1


def test_what_an_address_says_of_others_columns_is_left_out(record: RunRecord) -> None:
    page = _page(record, only__nothing="is:x", only__score="from:a..b", show="unheard")
    assert len(_rows(page)) == 50
    assert "of 120 rows:" not in _told(page)


def test_values_and_searches_with_html_and_markdown_are_only_text(record: RunRecord) -> None:
    page = _page(record, only__stance=f"is:{EVIL}", search=EVIL)
    assert _rows(page) == [110]
    assert "<img" not in _told(page).replace(r"\<img", "")
    assert "![x]" not in _told(page).replace(r"!\[x", "")


def test_charts_are_drawn_from_sums_and_say_what_they_show(record: RunRecord) -> None:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = record.id
    page.session_state["run_tabs"] = "Charts"
    page.run()
    assert not page.exception
    charts = page.get("arrow_vega_lite_chart") or page.get("vega_lite_chart")
    assert len(charts) == 1  # nothing was asked: no latency, tokens or cost
    assert "110 done, 10 failed" in charts[0].proto.alt

"""Compare: which runs, what differs, and what can't be read."""

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from engine.results import RunStatus
from handai_db import RunRecord
from pages.components.compare.figures import percent
from pages.components.compare.settings import changes_of
from services.home import open_catalogue, run_path
from services.running import runs
from tests.services.stored_runs import done, put, transform_run

LABEL = {"name": "label", "type": "category", "values": ["a", "b"]}


def _script() -> None:
    from pages.compare_page import render

    render()


def visit(*records: RunRecord) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["runs"] = ",".join(record.id for record in records)
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return "\n".join(
        str(item.value) for item in (*page.caption, *page.markdown, *page.info, *page.error, *page.success)
    )


def made(folder: Path, labels: str, status: RunStatus = RunStatus.COMPLETED) -> RunRecord:
    record = transform_run(folder, [LABEL], rows=60)
    put(record, *(done(row, label=labels[row % len(labels)]) for row in range(60)))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, status)
    return runs.get(record.id)


def test_nothing_chosen_says_what_to_do() -> None:
    page = visit()
    assert page.info[0].proto.title == "Nothing to compare yet"


def test_one_run_without_another_over_its_table_says_so(tmp_path: Path) -> None:
    page = visit(made(tmp_path, "ab"))
    assert page.info[0].proto.title == "No other run over this table"


def test_two_runs_are_shown_with_only_the_rows_that_differ(tmp_path: Path) -> None:
    one, other = made(tmp_path, "ab"), made(tmp_path, "abb")
    page = visit(one, other)
    assert page.metric[0].value == "50 %"
    assert "30 of 60 rows that both answered" in said(page)
    assert "Cohen's kappa" in said(page)
    frame = page.dataframe[0].value
    assert list(frame.columns) == ["Row", "A · label", "B · label", "id", "text"]
    assert (frame["A · label"] != frame["B · label"]).all()
    assert len(frame) == 30
    assert "Nothing: their settings are the same." in said(page)


def test_all_rows_are_paged(tmp_path: Path) -> None:
    page = visit(made(tmp_path, "ab"), made(tmp_path, "abb"))
    page.segmented_control(key="compare_rows").select("All rows")
    assert len(ran(page).dataframe[0].value) == 50


def test_runs_that_agree_say_so(tmp_path: Path) -> None:
    page = visit(made(tmp_path, "ab"), made(tmp_path, "ab"))
    assert page.metric[0].value == "100 %"
    assert "No row differs" in said(page)


def test_a_choice_is_kept_in_the_address(tmp_path: Path) -> None:
    one, other = made(tmp_path, "ab"), made(tmp_path, "abb")
    page = visit(one)
    page.multiselect(key="compare_runs").select(other.id)
    ran(page)
    assert f"{one.id},{other.id}" in page.query_params["runs"]
    assert page.metric


def test_a_damaged_run_is_told_and_the_others_are_compared(tmp_path: Path) -> None:
    one, broken, other = made(tmp_path, "ab"), made(tmp_path, "ab"), made(tmp_path, "abb")
    run_path(broken.id).write_bytes(b"no database at all" * 200)
    page = visit(one, runs.get(broken.id), other)
    assert page.error[0].proto.title == "B can't be read"
    assert list(page.dataframe[0].value.columns)[:3] == ["Row", "A · label", "C · label"]


def test_a_run_that_is_gone_is_told() -> None:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["runs"] = "261101-abcdef"
    assert ran(page).error[0].proto.title == "These runs can't be compared"


def test_a_running_run_is_said_to_be_running(tmp_path: Path) -> None:
    one, other = made(tmp_path, "ab"), made(tmp_path, "ab", RunStatus.QUEUED)
    page = visit(one, other)
    assert "B is still running: this is what is there so far." in said(page)
    assert page.button(key="compare_again")


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    assert [percent(share) for share in (1, 0.9999, 0.994, 0.5, 0.001, 0)] == [
        "100 %",
        "99 %",
        "99 %",
        "50 %",
        "under 1 %",
        "0 %",
    ]


def test_changed_lines_are_marked() -> None:
    assert changes_of("Same. Old.\nEnd", "Same. New.\nEnd").splitlines() == ["   Same.", "A: Old.", "B: New.", "   End"]


def test_cells_that_are_no_text_are_told_apart_and_empty_ones_say_so(tmp_path: Path) -> None:
    kinds = [
        {"name": "stars", "type": "integer", "required": False},
        {"name": "share", "type": "number", "required": False},
        {"name": "urgent", "type": "boolean", "required": False},
        {"name": "tags", "type": "list", "items": "text", "required": False},
        {"name": "day", "type": "date", "required": False},
    ]
    one, other = (transform_run(tmp_path, kinds, rows=4) for _ in range(2))
    same: dict[str, Any] = {"stars": 4, "share": 0.5, "urgent": True, "tags": ["a", "b"], "day": "2026-11-21"}
    empty: dict[str, Any] = dict.fromkeys(same)
    put(one, done(0, **same), done(1, **same), done(2, **same), done(3, **empty))
    put(
        other,
        done(0, **same | {"share": 0.50, "stars": 4.0}),
        done(1, stars=5, share=0.25, urgent=False, tags=["b", "a"], day="2026-11-20"),
        done(2, **empty),
        done(3, **empty | {"day": ""}),
    )
    page = visit(runs.get(one.id), runs.get(other.id))
    frame = page.dataframe[0].value
    assert list(frame["Row"]) == [2, 3]
    assert set(frame["Differs in"]) == {"stars, share, urgent, tags, day"}
    first = dict(frame.iloc[0])
    assert [first[f"A · {name}"] for name in same] == ["4", "0.5", "true", '["a","b"]', "2026-11-21"]
    assert [first[f"B · {name}"] for name in same] == ["5", "0.25", "false", '["b","a"]', "2026-11-20"]
    assert {frame.iloc[1][f"B · {name}"] for name in same} == {"(empty)"}
    assert "true → false: 1 row" in said(page)
    assert "true → (empty): 1 row" in said(page)


def test_answers_that_differ_after_what_is_shown_of_them_are_said_to_differ(tmp_path: Path) -> None:
    texts = [{"name": "why"}, {"name": "what"}]
    one, other = (transform_run(tmp_path, texts, rows=1) for _ in range(2))
    put(one, done(0, why="x" * 5_000 + "a", what="same"))
    put(other, done(0, why="x" * 5_000 + "b", what="same"))
    frame = visit(runs.get(one.id), runs.get(other.id)).dataframe[0].value
    assert list(frame["Differs in"]) == ["why"]


def test_one_run_offers_the_others_over_its_table(tmp_path: Path) -> None:
    one, other = made(tmp_path, "ab"), made(tmp_path, "abb")
    page = visit(other)
    page.button(key=f"compare_with_{one.id}").click()
    ran(page)
    assert page.query_params["runs"] == f"{other.id},{one.id}"
    assert page.metric[0].value == "50 %"

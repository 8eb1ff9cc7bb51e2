"""Which rows a filter shows: by how they stand, by their answers, by a text, all of these at once."""

from pathlib import Path
from typing import Any

import pytest

from engine.gate import Verdict
from engine.results import RowResult, RowStatus, RunStatus
from handai_db import RunRecord, Standing
from handai_errors import ErrorKind
from services.home import open_catalogue
from services.results import corrections, facets, inspect, row_filters
from services.results.again import Which, rows_that
from services.results.corrections import Edit
from services.results.facet_choice import Choice, How
from services.results.facets import facets_of
from services.results.row_filters import ALL, APPROVED, ASIDE, CORRECTED, LOW, WAITING, RowFilter, matching
from services.running import runs
from tests.services.stored_runs import done, failed, generate_run, put, transform_run

STANCE: dict[str, Any] = {"name": "stance", "type": "category", "values": ["for", "against"]}
SCORE: dict[str, Any] = {"name": "score", "type": "integer"}


def _run(folder: Path) -> RunRecord:
    """Ten rows: 0 to 5 answered, 6 refused, 7 timed out, 8 and 9 not run."""
    record = transform_run(folder, [STANCE, SCORE], rows=10)
    stances = ["for", "against", "for", "for", "against", "for"]
    answers = [done(row, stance=stance, score=row * 10) for row, stance in enumerate(stances)]
    answers[2] = RowResult(2, 0, 1, RowStatus.DONE, values={"stance": "for", "score": 20}, repaired=True)
    answers[3] = RowResult(3, 0, 1, RowStatus.DONE, values={"stance": "for", "score": 30}, cached=True)
    put(record, *answers, failed(6), RowResult(7, 0, 1, RowStatus.FAILED, kind=ErrorKind.TIMEOUT, cause="Slow."))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PARTIAL)
    return runs.get(record.id)


def _is(value: str) -> Choice:
    return Choice(How.IS, value)


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (RowFilter(), list(range(10))),
        (RowFilter(show=Standing.DONE), [0, 1, 2, 3, 4, 5]),
        (RowFilter(show=Standing.FAILED), [6, 7]),
        (RowFilter(show=Standing.FAILED, kind="timeout"), [7]),
        (RowFilter(show=Standing.REPAIRED), [2]),
        (RowFilter(show=Standing.CACHED), [3]),
        (RowFilter(show=Standing.STALE), [3]),
        (RowFilter(show=WAITING), [8, 9]),
        (RowFilter(choices=(("stance", _is("against")),)), [1, 4]),
        (RowFilter(choices=(("score", Choice(How.FROM, low=20, high=50)),)), [2, 3, 4]),
        (RowFilter(choices=(("stance", _is("for")), ("score", Choice(How.FROM, low=20, high=50)))), [2, 3]),
        (RowFilter(show=Standing.REPAIRED, choices=(("stance", _is("against")),)), []),
        (RowFilter(search="AGAINST"), [1, 4]),
        (RowFilter(search="t9"), [9]),
        (RowFilter(search="stance"), []),
        (RowFilter(show=Standing.FAILED, search="T7"), [7]),
        (RowFilter(show=WAITING, search="T8"), [8]),
    ],
)
def test_a_filter_shows_its_rows_in_order(tmp_path: Path, wanted: RowFilter, rows: list[int]) -> None:
    assert list(matching(_run(tmp_path), wanted)) == rows


def test_an_answer_that_was_taken_over_from_the_same_question_is_not_stale(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [STANCE], rows=3)
    same = RowResult(0, 0, 1, RowStatus.DONE, values={"stance": "for"}, cached=True, request_hash=b"same")
    older = RowResult(1, 0, 1, RowStatus.DONE, values={"stance": "for"}, cached=True)
    alike = RowResult(2, 0, 1, RowStatus.DONE, values={"stance": "for"}, cached=True, similar_to=1, similarity=0.9)
    put(record, same, older, alike)
    assert list(matching(record, RowFilter(show=Standing.STALE))) == [1]
    assert [bool(row.result and row.result.stale) for row in inspect.page(record, 0, 3)] == [False, True, False]
    assert rows_that(record, Which.STALE) == [1]


def test_a_persons_word_counts_in_filters_and_facets(tmp_path: Path) -> None:
    record = _run(tmp_path)
    corrections.edit(record.id, [Edit(0, {"stance": "against"}), Edit(4, approve=True), Edit(5, aside=True)])
    assert list(matching(record, RowFilter(show=CORRECTED))) == [0]
    assert list(matching(record, RowFilter(show=APPROVED))) == [4]
    assert list(matching(record, RowFilter(show=ASIDE))) == [5]
    assert list(matching(record, RowFilter(choices=(("stance", _is("against")),)))) == [0, 1, 4]
    assert [(bar.label, bar.rows) for bar in facets_of(record).columns[0].bars] == [("against", 3), ("for", 3)]


def test_every_bar_shows_as_many_rows_as_it_says(tmp_path: Path) -> None:
    record = _run(tmp_path)
    for facet in facets_of(record).columns:
        for bar in facet.bars:
            assert len(matching(record, RowFilter(choices=((facet.key, bar.choice),)))) == bar.rows


def test_a_look_is_kept_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = _run(tmp_path)
    wanted = RowFilter(show=Standing.FAILED)
    assert list(matching(record, wanted)) == [6, 7]
    with monkeypatch.context() as patched:
        patched.setattr(row_filters, "filtered_rows", lambda *_: pytest.fail("read again"))
        assert list(matching(record, wanted)) == [6, 7]
    put(record, failed(8))
    assert list(matching(record, wanted)) == [6, 7, 8]


def test_of_a_long_run_the_first_rows_are_counted_until_all_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "FIRST_ROWS", 3)
    record = _run(tmp_path)
    first, every = facets_of(record), facets_of(record, every_row=True)
    assert (first.rows, first.whole, first.columns[0].filled) == (3, False, 3)
    assert (every.rows, every.whole, every.columns[0].filled) == (10, True, 6)


def test_rows_of_several_steps_are_found_by_any_of_them_and_refused_draws_are_not(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [STANCE, {"name": "why", "prompt": "Why {{ stance }}?"}], rows=3)
    put(
        record,
        RowResult(0, 0, 1, RowStatus.DONE, values={"stance": "for"}),
        done(0, 1, why="because"),
        RowResult(1, 0, 1, RowStatus.DONE, values={"stance": "for"}),
        failed(1, 1),
        RowResult(2, 0, 1, RowStatus.DONE, values={"stance": "against"}),
        done(2, 1, why="so"),
    )
    assert list(matching(record, RowFilter(choices=(("stance", _is("for")),)))) == [0, 1]
    both = RowFilter(choices=(("stance", _is("for")), ("why", _is("because"))))
    assert list(matching(record, both)) == [0]
    assert list(matching(record, RowFilter(show=Standing.FAILED, search="T1"))) == [1]


def test_low_scores_and_checks_of_a_generated_table(tmp_path: Path) -> None:
    columns = (
        {"name": "topic", "sampler": "category", "values": ["a", "b"]},
        {"name": "joke", "prompt": "A joke on {{ topic }}"},
        {"name": "fun", "judge": {"criteria": "Is it funny?", "columns": ["joke"]}},
    )
    record = generate_run(*columns, rows=3)
    for row, score in enumerate((1, 5, 2)):
        put(record, done(row, 0, joke=f"J{row}"), done(row, 1, fun=score, fun_reason="so"))
    put(record, verdicts=[(1, 0, Verdict.MARKED, "Too long.")])
    assert list(matching(record, RowFilter(show=LOW))) == [0, 2]
    assert list(matching(record, RowFilter(show=Standing.MARKED))) == [1]
    assert RowFilter(show=ALL).is_everything


def test_a_row_drawn_without_a_model_is_done_when_a_search_finds_it() -> None:
    record = generate_run({"name": "topic", "sampler": "category", "values": ["red lamp"]}, rows=3)
    found = matching(record, RowFilter(search="LAMP"))
    assert list(found) == [0, 1, 2]
    assert [row.status for row in inspect.chosen(record, found)] == ["done"] * 3

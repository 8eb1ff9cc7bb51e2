"""Runs side by side: merged row by row, held against the first, and honest about what can't be read."""

import random
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.results import Attempt, AttemptState, RunStatus
from engine.spec import RunSpec
from engine.tables.cells import is_same
from handai_db import RunRecord, latency_quantiles
from handai_errors import ConflictError, DamagedFileError, NotFoundError, SpecError
from providers.base import Usage
from services.comparing import compare
from services.comparing.agreement import Tally, kappa_of, kappa_words
from services.comparing.compare_specs import Difference, differences
from services.home import open_catalogue, run_path
from services.running import runs
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.services.stored_runs import done, failed, generate_run, put, transform_run

CATEGORY = {"name": "label", "type": "category", "values": ["a", "b", "c"]}
TEXT = {"name": "why"}


def ended(record: RunRecord, status: RunStatus = RunStatus.COMPLETED) -> RunRecord:
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, status)
    return runs.get(record.id)


def two_runs(folder: Path, here: str, there: str) -> tuple[RunRecord, RunRecord]:
    """Two runs whose rows got these labels; a dot is a row that failed, a blank one that is not answered."""
    made = []
    for labels in (here, there):
        record = transform_run(folder, [CATEGORY, TEXT], rows=max(len(here), len(there)))
        found = [
            failed(row) if label == "." else done(row, label=label, why=f"Because {row}")
            for row, label in enumerate(labels)
            if label != " "
        ]
        put(record, *found)
        made.append(ended(record))
    return made[0], made[1]


def test_equal_cells_are_counted_where_both_answered(tmp_path: Path) -> None:
    found = compare.compare(two_runs(tmp_path, "aabbc.", "aabacb"))
    (label,), (why,) = found.agreements["label"], found.agreements["why"]
    assert (label.compared, label.equal, label.one_only) == (5, 4, 1)
    assert label.share == 0.8
    assert label.changes == (("b", "a", 1),)
    assert (why.compared, why.equal, why.kappa) == (5, 5, None)
    assert found.answered == (5, 6)


def test_only_rows_that_differ_are_named_by_column(tmp_path: Path) -> None:
    found = compare.compare(two_runs(tmp_path, "aabbc. ", "aabacbc"))
    assert list(found.differing(None)) == [3, 5, 6]
    assert list(found.differing("label")) == [3, 5, 6]
    assert list(found.differing("why")) == [5, 6]


def test_rows_stand_beside_their_own_cells(tmp_path: Path) -> None:
    records = two_runs(tmp_path, "aab", "abb")
    found = compare.compare(records)
    (row,) = compare.page_of(records, found, found.differing(None))
    assert (row.row, row.cells["id"]) == (1, "001")
    assert [answers["label"] if answers else None for answers in row.answers] == ["a", "b"]


def test_more_than_two_runs_are_held_against_the_first(tmp_path: Path) -> None:
    first, second = two_runs(tmp_path, "aab", "abb")
    third, _ = two_runs(tmp_path, "aab", "aaa")
    found = compare.compare((first, second, third))
    assert [agreement.equal for agreement in found.agreements["label"]] == [2, 3]
    assert list(found.differing("label")) == [1]


def test_a_column_that_only_one_run_has_is_left_out(tmp_path: Path) -> None:
    one = transform_run(tmp_path, [CATEGORY], rows=2)
    put(one, done(0, label="a"), done(1, label="b"))
    other = transform_run(tmp_path, [TEXT], rows=2)
    put(other, done(0, why="x"), done(1, why="y"))
    assert compare.compare((ended(one), ended(other))).columns == ()


def test_true_is_not_one() -> None:
    tally = Tally("x", declared=True)
    assert not tally.add(True, 1)
    assert tally.add([1, {"a": None}], [1, {"a": None}])


def test_kappa_is_that_of_the_textbook() -> None:
    """Two readers of 50 grant proposals: 20 yes both, 15 no both, 5 and 10 apart; kappa is 0.4."""
    pairs = Counter({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15})
    assert kappa_of(pairs) == pytest.approx(0.4)
    assert "0.40, moderate" in kappa_words(0.4)


def test_guessing_has_a_kappa_near_nothing_and_a_single_value_has_none() -> None:
    chance = random.Random(1)
    assert kappa_of(Counter((chance.choice("ab"), chance.choice("ab")) for _ in range(5000))) == pytest.approx(
        0, abs=0.05
    )
    assert kappa_of(Counter({("y", "y"): 9})) is None
    assert kappa_of(Counter()) is None


def test_free_text_has_no_kappa_and_is_not_held() -> None:
    tally = Tally("x", declared=False)
    for number in range(1000):
        tally.add(f"text {number}", f"other {number}")
    assert tally.result().kappa is None
    assert tally.result().changes == ()


def test_a_run_that_can_not_be_read_says_so(tmp_path: Path) -> None:
    one, other = two_runs(tmp_path, "aab", "abb")
    run_path(other.id).write_bytes(b"no database at all" * 200)
    side = compare.side_of(runs.get(other.id))
    assert side.problem is not None
    assert "damaged" in side.problem
    assert compare.side_of(one).problem is None
    with pytest.raises(DamagedFileError):
        compare.compare((one, runs.get(other.id)))


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    records = two_runs(tmp_path, "aa ", "aa ")
    assert not compare.compare(records).rows
    put(records[0], done(2, label="c", why="new"))
    assert list(compare.compare(tuple(runs.get(record.id) for record in records)).rows) == [2]


def test_runs_that_can_not_stand_side_by_side_are_refused(tmp_path: Path) -> None:
    one, other = two_runs(tmp_path, "aab", "abb")
    bigger, _ = two_runs(tmp_path, "aabb", "abba")
    assert compare.named([one.id, other.id, one.id]) == (one, other)
    with pytest.raises(ConflictError, match="different tables"):
        compare.named([one.id, bigger.id])
    with pytest.raises(ConflictError, match="generated"):
        compare.named([generate_run({"name": "x", "sampler": "sequence"}).id])
    with pytest.raises(NotFoundError):
        compare.named(["nobody"])
    with pytest.raises(SpecError, match="too many"):
        compare.named([transform_run(tmp_path, [TEXT]).id for _ in range(compare.MOST_RUNS + 1)])


def test_only_runs_over_the_same_table_are_offered(tmp_path: Path) -> None:
    one, other = two_runs(tmp_path, "aab", "abb")
    two_runs(tmp_path, "aabb", "abba")
    assert {record.id for record in compare.comparable(one)} == {one.id, other.id}


def test_the_middle_and_the_slow_end_of_the_answers(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [TEXT], rows=100)
    assert latency_quantiles(run_path(record.id), (0.5, 0.95)) == (None, None)
    attempts = [
        Attempt(row, 0, 1, AttemptState.DONE, 1.0, latency_s=(row + 1) / 10, usage=Usage(1, 1, 0.0))
        for row in range(100)
    ]
    with closing(open_run_writer(run_path(record.id))) as connection:
        Batch(ended=attempts).write(connection)
    side = compare.side_of(ended(record))
    assert (side.p50_s, side.p95_s) == (5.1, 9.6)


def spec_with(**changes: Any) -> RunSpec:  # noqa: ANN401 any part
    base: dict[str, Any] = {
        "input": {"kind": "transform"},
        "prompt": {"instructions": "Do it."},
        "outputs": [CATEGORY],
        "model": {"provider": "openai", "model": "m"},
    }
    return RunSpec.checked(base | changes)


def test_equal_settings_have_no_difference() -> None:
    assert differences([spec_with(), spec_with(input={"kind": "transform", "dataset": "other"})]) == ()


def test_only_what_differs_is_told_in_words() -> None:
    other = spec_with(
        model={"provider": "openai", "model": "n", "temperature": 0.2},
        outputs=[CATEGORY | {"values": ["a", "b"]}],
        prompt={"instructions": "Do it well."},
    )
    assert differences([spec_with(), other]) == (
        Difference("Instructions", ("Do it.", "Do it well.")),
        Difference("Model", ("m", "n")),
        Difference("Temperature", ("not set", "0.2")),
        Difference("Column label: allowed values", ("a, b, c", "a, b")),
    )


def test_a_new_column_is_one_difference_with_what_it_holds() -> None:
    found = differences([spec_with(), spec_with(outputs=[CATEGORY, {"name": "score", "type": "integer"}])])
    assert found[0] == Difference("New columns", ("label", "label, score"))
    assert Difference("Column score: type", ("not set", "integer")) in found


def test_a_run_begins_beside_the_newest_other_one_and_the_older_stands_first(tmp_path: Path) -> None:
    first, second = two_runs(tmp_path, "a", "a")
    assert compare.beside(first) == compare.beside(second) == (first.id, second.id)
    third = ended(transform_run(tmp_path, [CATEGORY, TEXT], rows=1))
    assert compare.beside(first) == (first.id, third.id)
    assert compare.beside(generate_run({"name": "n", "sampler": "uniform", "low": 0, "high": 1}))[1:] == ()


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        ([1, 2], [1, True], False),
        ([1, {"a": [0]}], [1.0, {"a": [0]}], True),
        ([1, {"a": [0]}], [1, {"a": [False]}], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ("", None, True),
        (0, None, False),
        (False, "", False),
        ("1", 1, False),
    ],
)
def test_cells_are_the_same_if_they_say_the_same(here: object, there: object, same: bool) -> None:
    assert is_same(here, there) is is_same(there, here) is same

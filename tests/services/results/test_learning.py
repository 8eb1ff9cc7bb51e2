"""Judged rows as examples, and how often a run's answers are what a person said, before and after."""

from pathlib import Path
from typing import Any

import pytest

from engine.results import RunStatus
from handai_db import RunRecord
from services.home import open_catalogue
from services.results.corrections import Edit, edit
from services.results.learning import examples_of, judged_rows, measured, same, usual_choice, with_examples
from services.running import runs
from tests.services.stored_runs import done, failed, put, transform_run

OUTPUTS: list[dict[str, Any]] = [
    {"name": "mood", "type": "category", "values": ["warm", "cold"]},
    {"name": "score", "type": "integer"},
]


def ended(record: RunRecord) -> RunRecord:
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.COMPLETED)
    return runs.get(record.id)


@pytest.fixture
def run(tmp_path: Path) -> RunRecord:
    record = transform_run(tmp_path, OUTPUTS, rows=10)
    put(record, *(done(row, mood="warm", score=row) for row in range(9)), failed(9))
    return ended(record)


def test_rows_whose_every_answer_is_judged_become_examples(run: RunRecord) -> None:
    edit(run.id, [Edit(1, {"mood": "cold"}, approve=True)])
    edit(run.id, [Edit(2, {"mood": "cold"})])
    edit(run.id, [Edit(3, approve=True, aside=True)])
    found = judged_rows(run)
    assert [(one.row, one.whole, one.corrected, one.aside) for one in found] == [
        (3, True, False, True),
        (2, False, True, False),
        (1, True, True, False),
    ]
    [example] = examples_of(run, [1, 2, 3])
    assert (example.row, example.output) == (1, {"mood": "cold", "score": 1})
    assert example.input == {"id": "001", "text": "T1"}


def test_the_usual_choice_is_the_newest_of_each_category(run: RunRecord) -> None:
    for row in (1, 2, 3, 4, 5, 6):
        edit(run.id, [Edit(row, approve=True)])
    edit(run.id, [Edit(0, {"mood": "cold"}, approve=True)])
    for row in (7, 8):
        edit(run.id, [Edit(row, approve=True)])
    assert usual_choice(run.spec, judged_rows(run)) == [0, 5, 6, 7, 8]


def test_asking_again_keeps_all_but_the_examples_and_the_rows(run: RunRecord) -> None:
    edit(run.id, [Edit(1, approve=True)])
    new = with_examples(run, examples_of(run, [1]), rows=[7, 4])
    assert new.spec.model_copy(update={"examples": (), "input": run.spec.input}) == run.spec
    assert (new.spec.input.rows, len(new.spec.examples), new.name) == (
        (4, 7),
        1,
        f"{run.name}, with 1 example",
    )
    assert runs.create(new).total == 2


def test_agreement_before_and_after_is_measured_on_the_rows_set_aside(run: RunRecord) -> None:
    edit(run.id, [Edit(row, {"mood": "cold"}, approve=True, aside=True) for row in (4, 5)])
    edit(run.id, [Edit(6, approve=True, aside=True), Edit(1, {"mood": "cold"}, approve=True)])
    edit(run.id, [Edit(2, approve=True)])  # judged, but neither an example nor set aside
    edit(run.id, [Edit(9, {"mood": "cold", "score": "9"}, aside=True)])
    later = runs.create(with_examples(run, examples_of(run, [1]), rows=[4, 5, 6, 9]))
    put(
        later, done(4, mood="cold", score=4), done(5, mood=" cold ", score=50), done(6, mood="warm", score=6), failed(9)
    )
    later = ended(later)

    found = measured(later)

    assert found.rows == 4
    assert found.before is not None and found.now is not None  # noqa: PT018 one thing: both are there
    assert (found.before.agreed, found.before.of) == (4, 8)
    assert (found.now.agreed, found.now.of) == (5, 8)
    assert dict(found.now.equal) == {"mood": 3, "score": 2}
    assert measured(run).before is None


def test_a_row_that_is_an_example_does_not_measure(run: RunRecord) -> None:
    edit(run.id, [Edit(1, approve=True), Edit(4, approve=True, aside=True)])
    runs.create(with_examples(run, examples_of(run, [1])))
    edit(run.id, [Edit(1, aside=True)])
    assert measured(run).rows == 1


@pytest.mark.parametrize(
    ("answer", "right", "equal"),
    [
        ("a ", "a", True),
        ("A", "a", False),
        (3, 3.0, True),
        (3, 3.0001, False),
        (True, 1, False),
        (None, "", True),
        (None, "a", False),
        (["a"], ["a"], True),
        ({"k": 1}, None, False),
    ],
)
def test_answers_are_equal(answer: Any, right: Any, equal: bool) -> None:  # noqa: ANN401 any cell
    assert same(answer, right) is equal

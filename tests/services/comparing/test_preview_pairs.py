"""Two previews are compared only where both have come to an end, cell by cell, whatever their column is called."""

import pytest

from engine.columns import Output
from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from handai_db import RunRecord
from services.comparing.preview_pairs import asked_differently, in_words, pair
from services.running import runs
from services.tables.datasets import dataset
from tests.pages.made_runs import executed, made_run


def _other(first: RunRecord, **changes: object) -> RunRecord:
    spec = first.spec.model_copy(update=changes)
    return runs.create(runs.NewRun(spec, first.dataset_id, preview=True))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_DEMO_LATENCY_S", "0")


def test_a_column_with_another_name_is_the_same_when_it_is_the_only_one() -> None:
    first = executed(made_run(3, preview=True))
    second = executed(_other(first, outputs=(Output(name="mood"),)))
    found = pair(second, first)

    assert found.columns == ("mood",)
    assert (found.changed, found.cells) == (0, 3)
    assert found.rows[0].now["mood"] == found.rows[0].before["mood"]


def test_rows_that_only_one_asked_are_left_out() -> None:
    first = executed(made_run(6, preview=True))
    source = TransformInput(dataset=first.dataset_id, file="reviews.csv", columns=("text",), rows=(1, 4))
    second = executed(_other(first, input=source))

    assert [row.index for row in pair(second, first).rows] == [1, 4]


def test_a_row_that_has_not_ended_does_not_count() -> None:
    first = executed(made_run(3, preview=True))
    found = pair(_other(first), first)

    assert (found.changed, found.cells) == (0, 0)
    assert not found.rows[0].ended


def test_what_was_asked_differently_is_said_without_rows_and_speed() -> None:
    first = made_run(3)
    table = dataset(first.dataset_id or "")
    newer = RunSpec(
        input=TransformInput(dataset=table.id, columns=("text",), rows=(0,)),
        prompt=Prompt(instructions="Other words."),
        outputs=(Output(name="answer"),),
        model=ModelSettings(provider="demo", model="demo", temperature=0.5),
        limits=Limits(max_attempts=3),
    )
    assert asked_differently(newer, first.spec) == ("Instructions", "Temperature: 0.5 instead of not set")
    assert asked_differently(first.spec, first.spec) == ()


def test_a_long_list_of_differences_is_cut() -> None:
    assert in_words(()) == "The same was asked."
    assert in_words(("A", "B")) == "Asked differently: A; B."
    assert in_words(tuple("ABCDEF")) == "Asked differently: A; B; C; D and 2 more."

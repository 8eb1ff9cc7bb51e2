"""Rows much like answered ones take their answers: only when asked to, and never below the threshold (002-5)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from engine.job import Member
from engine.plan import RunPlan
from engine.results import RowResult, RowStatus
from engine.similar import SimilarAnswers, similar_answers
from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from storage.run_reader import RunReader
from tests.engine.scripted import Settings, Stored, answer, executing

LONG = "The delivery came two days late and the box was open"


def plan_with(similar: float | None, instructions: str = "Judge it.") -> RunPlan:
    spec = RunSpec(
        input=TransformInput(),
        prompt=Prompt(instructions=instructions, template="{{ n }}"),
        model=ModelSettings(provider="custom", model="m"),
        limits=Limits(similar=similar),
    )
    return RunPlan(spec, ("n", "who"))


def told(cache: SimilarAnswers, plan: RunPlan, row: int, text: str, who: str = "a") -> None:
    job = plan.job([Member(row, {"n": text, "who": who})])
    cache.add(job, RowResult(row, 0, 1, RowStatus.DONE, values={"output": text}, request_hash=job.request_hash))


def found_for(cache: SimilarAnswers, plan: RunPlan, text: str, who: str = "a") -> RowResult | None:
    return cache.find(plan.job([Member(9, {"n": text, "who": who})]))


def test_it_is_off_unless_asked_for() -> None:
    assert similar_answers(plan_with(None)) is None
    assert isinstance(similar_answers(plan_with(0.9)), SimilarAnswers)


def test_a_similar_row_takes_the_answer_with_its_source() -> None:
    plan, cache = plan_with(0.9), SimilarAnswers(0.9)
    told(cache, plan, 3, LONG)
    found = found_for(cache, plan, LONG + "!")
    assert found is not None
    assert (found.row, found.similar_to, found.cached, found.values) == (9, 3, True, {"output": LONG})
    assert found.similarity == Indel.normalized_similarity(LONG, LONG + "!")
    assert found.request_hash == b""


def test_a_full_cache_takes_no_more_in_and_keeps_what_it_has() -> None:
    plan, cache = plan_with(1), SimilarAnswers(1, room_bytes=3_000)
    for row in range(10):
        told(cache, plan, row, f"{row} {LONG}")

    shared = [found_for(cache, plan, f"{row} {LONG}") is not None for row in range(10)]

    assert shared == [True] * 3 + [False] * 7


def test_a_threshold_of_one_takes_equal_texts_only() -> None:
    plan, cache = plan_with(1), SimilarAnswers(1)
    told(cache, plan, 3, LONG)
    assert found_for(cache, plan, LONG + "!") is None
    found = found_for(cache, plan, LONG)
    assert found is not None
    assert found.similarity == 1


def test_other_instructions_are_never_similar() -> None:
    plan, cache = plan_with(0.8, "Judge it for {{ who }}."), SimilarAnswers(0.8)
    told(cache, plan, 3, LONG)
    assert found_for(cache, plan, LONG, "b") is None


@given(st.lists(st.text("ab.A ", max_size=30), min_size=2, max_size=12), st.sampled_from([0.8, 0.9, 1.0]))
def test_nothing_below_the_threshold_is_reused(texts: list[str], threshold: float) -> None:
    plan, cache = plan_with(threshold), SimilarAnswers(threshold)
    for row, text in enumerate(texts):
        found = found_for(cache, plan, text)
        if found is not None and found.similar_to is not None:
            alike = Indel.normalized_similarity(texts[found.similar_to], text)
            assert found.similarity == alike >= threshold
        told(cache, plan, row, text)


def test_a_generated_table_has_no_such_cache() -> None:
    columns = [{"name": "t", "prompt": "Write."}]
    spec = RunSpec.checked(
        {
            "input": {"kind": "generate", "rows": 1, "columns": columns},
            "model": {"provider": "custom", "model": "m"},
            "limits": {"similar": 0.9},
        }
    )
    assert similar_answers(RunPlan(spec, ())) is None


@pytest.mark.anyio
@pytest.mark.parametrize(("similar", "asked"), [(None, 3), (1.0, 1)])
async def test_equal_rows_are_asked_once_when_wanted(tmp_path: Path, similar: float | None, asked: int) -> None:
    path, settings = tmp_path / "run.db", Settings(concurrency=1, similar=similar)
    async with executing(path, lambda _row, _number: answer("good"), settings) as execution:
        for row in range(3):  # one after the other: what is in flight has no answer to share yet
            await execution.run([(row, {"n": "7"})])
        assert execution.client.asked[7] == asked
    Stored(path).check_clean()
    with RunReader(path) as reader:
        results = list(reader.iter_results())
    assert [found.values for found in results] == [{"output": "good"}] * 3
    assert [found.similar_to for found in results] == ([None, 0, 0] if similar else [None] * 3)


@pytest.mark.anyio
async def test_a_file_of_before_it_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    async with executing(path, lambda _row, _number: answer()) as execution:
        await execution.run([(0, {"n": "0"})])
    with closing(sqlite3.connect(path)) as connection:
        for column in ("similar_to", "similarity"):
            connection.execute(f"ALTER TABLE results DROP COLUMN {column}")
        connection.execute("PRAGMA user_version = 3")
    with RunReader(path) as reader:
        assert [(found.values, found.similar_to) for found in reader.iter_results()] == [({"output": "ok"}, None)]

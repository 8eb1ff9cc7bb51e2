"""A row's model calls run one after another, each kept on its own; rows that repeat others are drawn again."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest

from engine.flow import RunEnd
from engine.job import Member
from engine.results import PauseReason
from engine.tables.model import Row
from handai_errors import ErrorKind, ProviderError
from providers.base import AnswerForm, Completion, CompletionRequest
from storage.run_file import reopen_failed
from storage.run_reader import RunReader
from storage.run_writer import RunWriter
from tests.engine.generating import Generation, Model, user_text

pytestmark = pytest.mark.anyio

CHAIN: dict[str, Any] = {
    "rows": 6,
    "duplicates": False,
    "columns": [
        {"name": "n", "sampler": "sequence"},
        {"name": "story", "prompt": "Tell {{ n }}"},
        {"name": "stars", "type": "integer", "prompt": "Rate {{ story }}"},
        {"name": "double", "expression": "stars * 2"},
    ],
}
ONE_TEXT: dict[str, Any] = {
    "rows": 8,
    "columns": [{"name": "n", "sampler": "sequence"}, {"name": "story", "prompt": "Tell {{ n }}"}],
}
CAPITAL = "The capital of this small country lies on a river that few have heard of"
WRONG_KEY = ProviderError(ErrorKind.AUTH, "The key is wrong.", "Mend it.", status=401)


def chained(request: CompletionRequest) -> str:
    text = user_text(request)
    return f"story of {text.removeprefix('Tell ')}" if text.startswith("Tell") else json.dumps({"stars": 4})


async def test_a_later_step_reads_what_an_earlier_one_wrote(tmp_path: Path) -> None:
    generation, model = Generation(tmp_path / "run.db", CHAIN), Model(chained)
    assert await generation.execute(model) == RunEnd()
    assert generation.values()[3] == {"story": "story of 3", "stars": 4, "double": 8}
    assert sorted(model.asked) == sorted([f"Tell {n}" for n in range(6)] + [f"Rate story of {n}" for n in range(6)])


async def test_a_row_counts_once_all_its_steps_are_done(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", CHAIN)
    await generation.execute(Model(chained))
    with RunReader(generation.path) as reader:
        assert (reader.progress().done, reader.progress().attempts) == (6, 12)


async def test_a_crash_between_two_steps_pays_only_for_the_second(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", CHAIN)

    def first_only(request: CompletionRequest) -> str | BaseException:
        is_first = user_text(request).startswith("Tell")
        return (
            chained(request) if is_first else ProviderError(ErrorKind.AUTH, "The key is wrong.", "Mend it.", status=401)
        )

    paused = await generation.execute(Model(first_only))
    assert paused.pause is PauseReason.AUTH
    kept = {row: found.values for row, found in generation.results().items()}
    again = Model(chained)
    assert await generation.execute(again) == RunEnd()
    written = {f"Tell {row}" for row, values in kept.items() if values}
    assert written
    assert not written & set(again.asked)
    assert len(generation.values()) == 6


async def test_a_process_killed_between_two_steps_leaves_the_first_one_done(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", CHAIN | {"rows": 1})
    writer = RunWriter(generation.path)
    at_second, never = asyncio.Event(), asyncio.Event()

    class Hanging(Model):
        async def complete(self, request: CompletionRequest) -> Completion:
            if user_text(request).startswith("Rate"):
                at_second.set()
                await never.wait()
            return await super().complete(request)

    running = asyncio.create_task(generation.runner(Hanging(chained), writer).run([(0, {"n": 0})]))
    await at_second.wait()
    running.cancel()
    with pytest.raises((asyncio.CancelledError, BaseExceptionGroup)):
        await running
    await writer.close()
    again = Model(chained)
    await generation.execute(again)
    assert again.asked == ["Rate story of 0"]


async def test_a_failed_step_fails_its_row_and_a_retry_asks_only_for_that_step(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", CHAIN | {"rows": 12})

    def one_bad(request: CompletionRequest) -> str:
        return "no stars" if user_text(request) == "Rate story of 2" else chained(request)

    await generation.execute(Model(one_bad))
    found = generation.results()[2]
    assert (found.status, found.kind, found.raw) == ("failed", ErrorKind.INVALID_OUTPUT, "no stars")

    assert reopen_failed(generation.path, None) == 1
    again = Model(chained)
    await generation.execute(again)
    assert again.asked == ["Rate story of 2"]
    assert generation.values()[2]["double"] == 8


async def test_an_invalid_answer_is_asked_again_with_what_was_wrong(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", CHAIN | {"rows": 1})

    def learns(request: CompletionRequest) -> str:
        told = len(request.messages) > 2
        return chained(request) if told or user_text(request).startswith("Tell") else '{"stars": "many"}'

    model = Model(learns)
    await generation.execute(model)
    assert generation.values()[0]["stars"] == 4
    last = model.requests[-1].messages
    assert [message.role for message in last[-2:]] == ["assistant", "user"]
    assert last[-2].content == '{"stars": "many"}'
    assert "stars" in last[-1].content


async def test_a_server_that_takes_no_schema_is_asked_in_json_mode_from_then_on(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", CHAIN)

    def refuses_schema(request: CompletionRequest) -> str | BaseException:
        if request.form is AnswerForm.JSON_SCHEMA:
            cause = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
            return ProviderError(ErrorKind.UNSUPPORTED, cause, status=400, parameter="response_format")
        return chained(request)

    model = Model(refuses_schema)
    assert await generation.execute(model) == RunEnd()
    assert len(generation.values()) == 6
    refused = [request for request in model.requests if request.form is AnswerForm.JSON_SCHEMA]
    assert 1 <= len(refused) <= generation.slots
    with RunReader(generation.path) as reader:
        assert reader.meta()["answer_form"] == AnswerForm.JSON_OBJECT
        assert reader.progress().failed == 0


async def test_a_setting_that_the_model_refuses_is_left_out_from_then_on(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", CHAIN)
    generation.spec = generation.spec.model_copy(
        update={"model": generation.spec.model.model_copy(update={"temperature": 1.2})}
    )

    def refuses(request: CompletionRequest) -> str | BaseException:
        if request.temperature is not None:
            return ProviderError(ErrorKind.UNSUPPORTED, "temperature is fixed", status=400, parameter="temperature")
        return chained(request)

    model = Model(refuses)
    assert await generation.execute(model) == RunEnd()
    assert len(generation.values()) == 6
    assert 1 <= sum(request.temperature is not None for request in model.requests) <= generation.slots
    with RunReader(generation.path) as reader:
        assert reader.meta()["left_out"] == "temperature"


def told(request: CompletionRequest) -> str:
    """Rows 0 to 3 all tell the same until they are drawn again."""
    n = int(user_text(request).removeprefix("Tell "))
    chance = random.Random(n)
    return CAPITAL if n < 4 else " ".join("".join(chance.choices("abcdefghij", k=5)) for _ in range(12))


async def test_a_row_that_repeats_another_is_drawn_again(tmp_path: Path) -> None:
    generation, model = Generation(tmp_path / "run.db", ONE_TEXT), Model(told)
    assert await generation.execute(model) == RunEnd()
    results = generation.results()
    assert [results[row].draw for row in range(8)] == [0, 1, 1, 1, 0, 0, 0, 0]
    assert results[1].redrawn == {"n": 1001}
    assert len({found.values["story"] for found in results.values() if found.values}) == 8
    with RunReader(generation.path) as reader:
        assert (reader.progress().done, reader.progress().refused) == (8, 3)


@pytest.mark.parametrize("after", [1, 3, 5, 8, 9])
async def test_a_broken_off_generation_ends_as_an_unbroken_one(tmp_path: Path, after: int) -> None:
    whole = Generation(tmp_path / "whole.db", ONE_TEXT)
    await whole.execute(Model(told))
    broken = Generation(tmp_path / "broken.db", ONE_TEXT, slots=2)
    answered: list[str] = []

    def until(request: CompletionRequest) -> str | BaseException:
        if len(answered) == after:
            return WRONG_KEY
        answered.append(user_text(request))
        return told(request)

    assert (await broken.execute(Model(until))).pause is PauseReason.AUTH
    again = Model(told)
    await broken.execute(again)
    assert broken.values() == whole.values()
    assert len(answered) + len(again.asked) == 11  # 8 rows and 3 redraws, none paid twice


async def test_a_row_that_always_repeats_fails_and_says_which_it_repeats(tmp_path: Path) -> None:
    schema = ONE_TEXT | {"duplicates": {"redraws": 1, "stop_share": 1}}
    generation = Generation(tmp_path / "run.db", schema)
    await generation.execute(Model(lambda _request: CAPITAL))
    results = generation.results()
    assert results[0].status == "done"
    assert {found.status for row, found in results.items() if row} == {"failed"}
    assert "row 1" in (results[5].cause or "")


async def test_the_stop_rule_pauses_a_run_that_only_repeats_itself(tmp_path: Path) -> None:
    generation = Generation(tmp_path / "run.db", ONE_TEXT | {"rows": 200})
    model = Model(lambda _request: CAPITAL)
    end = await generation.execute(model)
    assert end.pause is PauseReason.CIRCUIT_BREAKER
    assert "repeat" in str(end.why)
    assert len(model.asked) < 120


async def test_checks_mark_drop_and_draw_again(tmp_path: Path) -> None:
    schema = CHAIN | {
        "checks": [
            {"rule": "n != 1", "on_fail": "drop"},
            {"rule": "n != 2", "on_fail": "mark"},
            {"rule": "n != 3", "on_fail": "redraw"},
        ]
    }
    generation = Generation(tmp_path / "run.db", schema)
    await generation.execute(Model(chained))
    results = generation.results()
    assert [results[row].verdict for row in range(6)] == [None, "dropped", "marked", None, None, None]
    assert results[3].draw == 1
    with RunReader(generation.path) as reader:
        found = reader.progress()
        assert (found.done, found.dropped, found.marked, found.refused) == (6, 1, 1, 1)


def several(request: CompletionRequest) -> str:
    """Answers a request for several rows with that many, the second one broken in the first request."""
    text = user_text(request)
    asked = [line.removeprefix("Tell ") for line in text.splitlines() if line.startswith("Tell ")]
    if len(asked) == 1:
        return json.dumps({"story": f"alone {asked[0]}", "stars": 3})
    rows: list[Row] = [{"story": f"together {n}", "stars": 99 if n == "1" else 3} for n in asked]
    return json.dumps({"rows": rows})


async def test_several_rows_are_asked_together_and_each_is_checked_on_its_own(tmp_path: Path) -> None:
    columns = [
        {"name": "n", "sampler": "sequence"},
        {"name": "story", "prompt": "Tell {{ n }}"},
        {"name": "stars", "type": "integer", "maximum": 5, "prompt": "Tell {{ n }}"},
    ]
    schema = {"rows": 9, "rows_per_call": 4, "duplicates": False, "columns": columns}
    generation, model = Generation(tmp_path / "run.db", schema), Model(several)
    assert await generation.execute(model) == RunEnd()
    assert generation.values()[0]["story"] == "together 0"
    assert generation.values()[1]["story"] == "alone 1"
    assert len(generation.values()) == 9
    assert len(model.asked) == 4  # 4 + 4 + 1 rows, and the broken one alone


TOGETHER: list[dict[str, Any]] = [
    {"name": "n", "sampler": "sequence"},
    {"name": "story", "prompt": "Tell {{ n }}"},
    {"name": "stars", "type": "integer", "prompt": "Rate {{ story }}"},
]


def all_together(request: CompletionRequest) -> str:
    text = user_text(request)
    if text.startswith("Rate"):
        return json.dumps({"stars": 3})
    asked = [line.removeprefix("Tell ") for line in text.splitlines() if line.startswith("Tell ")]
    return json.dumps({"rows": [{"story": f"story {n}"} for n in asked]}) if len(asked) > 1 else f"story {asked[0]}"


@pytest.mark.parametrize(("slots", "rows_per_call"), [(1, 50), (4, 10)])
async def test_rows_that_are_asked_together_stay_together_when_later_steps_end_one_by_one(
    tmp_path: Path, slots: int, rows_per_call: int
) -> None:
    schema = {"rows": 600, "rows_per_call": rows_per_call, "duplicates": False, "columns": TOGETHER}
    generation, model = Generation(tmp_path / "run.db", schema, slots=slots), Model(all_together)
    assert await generation.execute(model) == RunEnd()
    assert len(generation.values()) == 600
    assert len([text for text in model.asked if not text.startswith("Rate")]) == 600 // rows_per_call


async def test_when_the_provider_breaks_down_no_row_that_was_asked_with_others_stays_failed(tmp_path: Path) -> None:
    schema = {"rows": 400, "rows_per_call": 4, "duplicates": False, "columns": TOGETHER[:2]}
    generation = Generation(tmp_path / "run.db", schema)
    broken = ProviderError(ErrorKind.UPSTREAM, "The provider broke.", status=500)
    end = await generation.execute(Model(lambda _request: broken))
    assert end.pause is PauseReason.CIRCUIT_BREAKER
    with RunReader(generation.path) as reader:
        assert (reader.progress().done, reader.progress().failed) == (0, 0)
    assert await generation.execute(Model(all_together)) == RunEnd()
    assert len(generation.values()) == 400


@pytest.mark.parametrize("kind", [ErrorKind.CONTEXT_LENGTH, ErrorKind.REFUSAL, ErrorKind.INVALID_OUTPUT])
async def test_rows_that_can_not_be_answered_together_are_asked_one_by_one(tmp_path: Path, kind: ErrorKind) -> None:
    schema = {"rows": 9, "rows_per_call": 4, "duplicates": False, "columns": TOGETHER}
    generation = Generation(tmp_path / "run.db", schema)

    def one_at_a_time(request: CompletionRequest) -> str | BaseException:
        return ProviderError(kind, "Not so many.") if "Row 2" in user_text(request) else all_together(request)

    assert await generation.execute(Model(one_at_a_time)) == RunEnd()
    assert len(generation.values()) == 9


async def test_rows_missing_from_an_answer_that_was_cut_are_asked_one_by_one(tmp_path: Path) -> None:
    schema = {"rows": 4, "rows_per_call": 4, "duplicates": False, "columns": TOGETHER[:2]}
    generation = Generation(tmp_path / "run.db", schema)

    class Cut(Model):
        async def complete(self, request: CompletionRequest) -> Completion:
            whole = await super().complete(request)
            if len(self.requests) > 1:
                return whole
            return Completion('{"rows": [{"story": "a"}, {"story": "b', model="m", finish_reason="length")

    model = Cut(all_together)
    assert await generation.execute(model) == RunEnd()
    assert [found["story"] for found in generation.values().values()] == ["a", "story 1", "story 2", "story 3"]
    assert len(model.asked) == 4


def test_what_a_call_can_cost_counts_its_json_schema(tmp_path: Path) -> None:
    values = [f"a category with a rather long name, number {n}" for n in range(100)]
    columns = [
        {"name": "n", "sampler": "sequence"},
        {"name": "kind", "type": "category", "values": values, "prompt": "?"},
    ]
    plan = Generation(tmp_path / "run.db", {"columns": columns}).plan
    job = plan.job([Member(0, {"n": 0})])
    job.form = AnswerForm.JSON_SCHEMA
    sent = sum(len(message.content) for message in job.messages) + len(json.dumps(plan.request(job).json_schema))
    assert job.bound_tokens > sent

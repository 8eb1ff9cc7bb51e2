"""The key of a kept answer: whatever could change the answer changes it."""

from dataclasses import replace
from typing import Any

import pytest

from engine.answer_key import AnswerKeys
from engine.identity import messages_digest
from engine.job import Job, Member
from engine.plan import RunPlan
from engine.spec import RunSpec
from providers.base import Message

MODEL = {"provider": "custom", "model": "m", "base_url": "http://127.0.0.1:9/v1"}
ONE_NUMBER = [{"name": "n", "type": "integer"}]
SAID = (Message("user", "the same for all"),)  # so that only what is beside the messages can tell


def job_of(row: int, draw: int = 0, **parts: Any) -> tuple[RunPlan, Job]:  # noqa: ANN401 any part
    given = {"input": {"kind": "transform"}, "prompt": {"template": "{{ n }}"}, **parts}
    plan = RunPlan(RunSpec.checked({**given, "model": MODEL | parts.get("model", {})}), ("n",))
    job = plan.job([Member(row, {"n": "1"}, draw)])
    job.messages, job.digest = SAID, messages_digest(SAID)
    return plan, job


def key_of(row: int = 0, draw: int = 0, **parts: Any) -> bytes | None:  # noqa: ANN401 any part
    plan, job = job_of(row, draw, **parts)
    return AnswerKeys(plan).key(job, plan.models[0])


OTHER: dict[str, dict[str, Any]] = {
    "model": {"model": {"model": "another"}},
    "host": {"model": {"base_url": "http://127.0.0.1:10/v1"}},
    "path": {"model": {"base_url": "http://127.0.0.1:9/mine/v1"}},
    "temperature": {"model": {"temperature": 0.5}},
    "max_tokens": {"model": {"max_tokens": 9}},
    "seed": {"model": {"seed": 3}},
    "json": {"model": {"json_mode": True}},
    "schema": {"outputs": ONE_NUMBER},
}


def test_another_text_is_another_key() -> None:
    plan, _ = job_of(0)
    keys = AnswerKeys(plan)
    jobs = [plan.job([Member(0, {"n": text})]) for text in ("1", "2", "1")]
    first, second, again = (keys.key(job, plan.models[0]) for job in jobs)
    assert first == again != second


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_another_parameter_is_another_key(other: dict[str, Any]) -> None:
    assert key_of(**other) != key_of()


def test_another_schema_of_the_same_columns_is_another_key() -> None:
    assert key_of(outputs=ONE_NUMBER) != key_of(outputs=[{"name": "n", "type": "number"}])


def test_whom_an_aggregator_may_ask_is_part_of_the_key() -> None:
    router = {"provider": "openrouter", "model": "a/m", "base_url": "https://openrouter.ai/api/v1"}
    plain = key_of(model=router)
    assert key_of(model={**router, "fallbacks": ["b/m"]}) != plain
    assert key_of(model={**router, "routing": {"order": ["somebody"]}}) != plain


def test_equal_rows_share_a_key_but_those_of_a_generated_table_don_t() -> None:
    assert key_of(0) == key_of(1)
    columns = [{"name": "n", "sampler": "sequence"}, {"name": "story", "prompt": "Tell {{ n }}"}]
    generated: dict[str, Any] = {"input": {"kind": "generate", "rows": 3, "columns": columns}, "prompt": {}}
    assert len({key_of(0, **generated), key_of(1, **generated), key_of(0, 1, **generated)}) == 3


def test_a_redrawn_row_of_a_longer_table_is_sent_another_seed_and_has_another_key() -> None:
    columns = [{"name": "n", "sampler": "sequence"}, {"name": "story", "prompt": "Tell {{ n }}"}]
    shorter, longer = (
        key_of(0, 1, input={"kind": "generate", "rows": rows, "columns": columns}, prompt={}, model={"seed": 5})
        for rows in (3, 4)
    )
    assert shorter != longer


def test_requests_about_several_rows_have_none() -> None:
    plan, job = job_of(0)
    job = replace(job, members=(*job.members, Member(1, {"n": "2"})))
    assert AnswerKeys(plan).key(job, plan.models[0]) is None

"""Implemented is not connected: every setting of a spec is seen in what a server receives (row 002-13)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import Limits, ModelSettings, RunSpec
from handai_db import RunReader, StoredAttempt
from providers.base import AnswerForm, CompletionRequest, Message
from providers.specs import PROVIDERS, ProviderSpec
from services.home import run_path
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.providers.clients import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_ways")]

KEY = SecretStr("k3y" * 8)
FAST = {"initial_s": 0.01, "max_s": 0.01}
Seen = Callable[[FakeProvider, str], bool]


def body(provider: FakeProvider) -> dict[str, Any]:
    found: dict[str, Any] = provider.requests[0].json()
    return found


def attempts(run_id: str, rows: int) -> list[StoredAttempt]:
    with RunReader(run_path(run_id)) as reader:
        return [attempt for row in range(rows) for attempt in reader.attempts(row)]


def spaced(run_id: str, rows: int, at_least_s: float) -> bool:
    starts = sorted(attempt.started_at for attempt in attempts(run_id, rows))
    return min(later - earlier for earlier, later in pairwise(starts)) >= at_least_s


@dataclass(frozen=True, slots=True)
class Case:
    """A setting, and how the server sees it; `unset` is what it must not see without the setting."""

    settings: dict[str, Any]
    seen: Seen
    provider: str = "custom"
    rows: int = 1
    behaviour: dict[str, Any] = field(default_factory=dict)


MODEL: dict[str, Case] = {
    "model": Case({"model": "some/model"}, lambda p, _: body(p)["model"] == "some/model"),
    "temperature": Case({"temperature": 0.3}, lambda p, _: body(p)["temperature"] == 0.3),
    "max_tokens": Case({"max_tokens": 77}, lambda p, _: body(p)["max_tokens"] == 77),
    "json_mode": Case({"json_mode": True}, lambda p, _: body(p)["response_format"] == {"type": "json_object"}),
    "seed": Case({"seed": 5}, lambda p, _: body(p)["seed"] == 5),
    "fallbacks": Case({"fallbacks": ["c/d"]}, lambda p, _: body(p)["models"] == ["m", "c/d"], "openrouter"),
    "routing": Case({"routing": {"zdr": True}}, lambda p, _: body(p)["provider"] == {"zdr": True}, "openrouter"),
}
LIMITS: dict[str, Case] = {
    "concurrency": Case(
        {"concurrency": 2}, lambda p, _: p.stats()["in_flight_peak"] == 2, rows=6, behaviour={"latency_s": 0.1}
    ),
    "rpm": Case({"rpm": 600}, lambda _, run: spaced(run, 4, 0.09), rows=4),
    "spacing_s": Case({"spacing_s": 0.1}, lambda _, run: spaced(run, 4, 0.09), rows=4),
    "daily_requests": Case({"daily_requests": 2}, lambda p, _: p.stats()["total"] == 2, rows=4),
    "max_attempts": Case(
        {"max_attempts": 3, "backoff": FAST}, lambda p, _: p.stats()["total"] == 3, behaviour={"faults": {"500": 1.0}}
    ),
    "backoff": Case(
        {"max_attempts": 2, "backoff": {"initial_s": 0.3, "max_s": 0.3, "jitter": 0}},
        lambda _, run: spaced(run, 1, 0.29),
        behaviour={"faults": {"500": 1.0}},
    ),
    "timeout_s": Case(
        {"timeout_s": 0.2, "max_attempts": 1},
        lambda _, run: [a.kind for a in attempts(run, 1)] == ["timeout"],
        behaviour={"faults": {"hang": 1.0}},
    ),
    "max_cost_usd": Case({"max_cost_usd": 0.000001}, lambda p, _: p.stats()["total"] == 0, "openai"),
}
# Which server is called is shown for every provider by tests/providers/test_only_router.py.
ELSEWHERE = {"provider", "base_url"}
# Fewer requests, shown by tests/engine/test_similar.py and tests/services/running/test_kept_answers.py.
SAVES_REQUESTS = {"similar", "cache"}


def test_every_setting_of_a_spec_has_a_case() -> None:
    assert {*MODEL} | ELSEWHERE == {*ModelSettings.model_fields}
    assert {*LIMITS} | SAVES_REQUESTS == {*Limits.model_fields}


async def executed(case: Case, part: str, provider: FakeProvider, folder: Path) -> str:
    """The id of a run with the case's settings, at its end."""
    table = datasets.store_file(made_table(folder / "in.csv", case.rows))
    name = "gpt-4o" if case.provider == "openai" else "m"
    parts = {"model": {"provider": case.provider, "model": name, "base_url": provider.url}, "limits": {}}
    parts[part] |= case.settings
    given = {"input": {"kind": "transform", "dataset": table.id}, "prompt": {"template": "{{ text }}"}}
    record = runs.create(runs.NewRun(RunSpec.checked({**given, **parts}), table.id))
    provider.configure(**case.behaviour)
    await execute(record.id, KEY)
    return record.id


@pytest.mark.parametrize("name", MODEL)
async def test_a_setting_of_the_model_reaches_the_wire(name: str, fake_provider: FakeProvider, tmp_path: Path) -> None:
    run_id = await executed(MODEL[name], "model", fake_provider, tmp_path)
    assert MODEL[name].seen(fake_provider, run_id)


@pytest.mark.parametrize("name", LIMITS)
async def test_a_limit_reaches_the_wire(name: str, fake_provider: FakeProvider, tmp_path: Path) -> None:
    run_id = await executed(LIMITS[name], "limits", fake_provider, tmp_path)
    assert LIMITS[name].seen(fake_provider, run_id)


@pytest.mark.parametrize("provider", ["custom", "openai", "openrouter", "anthropic"])
async def test_what_is_not_set_is_not_sent(provider: str, fake_provider: FakeProvider, tmp_path: Path) -> None:
    """Temperature above all is unset by default: newer models refuse it."""
    await executed(Case({}, lambda *_: True, provider), "model", fake_provider, tmp_path)
    assert {*body(fake_provider)} == {"model", "messages"}


async def test_a_cap_sends_the_max_tokens_that_it_needs(fake_provider: FakeProvider, tmp_path: Path) -> None:
    await executed(Case({"max_cost_usd": 1.0}, lambda *_: True, "openai"), "limits", fake_provider, tmp_path)
    assert body(fake_provider)["max_completion_tokens"] == 1024


async def test_a_run_waits_for_nothing_when_no_limit_is_set(fake_provider: FakeProvider, tmp_path: Path) -> None:
    """The rpm case above can fail: without it, requests are not spaced."""
    run_id = await executed(Case({}, lambda *_: True, rows=4), "limits", fake_provider, tmp_path)
    assert not spaced(run_id, 4, 0.09)


# As each provider's own documentation names them (docs/requirements.md, rows 000-7 and 002-13).
MAX_TOKENS = dict.fromkeys(("openai", "azure", "cerebras"), "max_completion_tokens")
SEED = {"mistral": "random_seed", "anthropic": None, "deepseek": None}
NO_SCHEMA = {"anthropic", "deepseek"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


@pytest.mark.parametrize("spec", [spec for spec in PROVIDERS if spec.id != "demo"], ids=lambda spec: spec.id)
@pytest.mark.parametrize("form", [AnswerForm.TEXT, AnswerForm.JSON_OBJECT, AnswerForm.JSON_SCHEMA])
async def test_each_provider_gets_settings_under_its_own_names(
    spec: ProviderSpec,
    form: AnswerForm,
    fake_provider: FakeProvider,
) -> None:
    schema = SCHEMA if form is AnswerForm.JSON_SCHEMA else None
    request = CompletionRequest(
        "m", (Message("user", "Give me JSON."),), 0.0, max_tokens=9, seed=3, form=form, json_schema=schema
    )
    async with client_of(fake_provider.url, provider=spec.id, key=KEY.get_secret_value()) as client:
        await client.complete(request)
    sent = body(fake_provider)
    limits = {name: value for name, value in sent.items() if "max" in name}
    seeds = {name: value for name, value in sent.items() if "seed" in name}
    assert sent["temperature"] == 0.0
    assert limits == {MAX_TOKENS.get(spec.id, "max_tokens"): 9}
    assert seeds == ({} if SEED.get(spec.id, "seed") is None else {SEED.get(spec.id, "seed"): 3})
    asked = sent.get("response_format", {}).get("type")
    if form is AnswerForm.TEXT:
        assert asked is None
    elif form is AnswerForm.JSON_OBJECT:
        wanted = {"lmstudio": "json_schema", "anthropic": None}
        assert asked == wanted.get(spec.id, "json_object")
    elif spec.id not in NO_SCHEMA:
        assert asked == "json_schema"
        assert sent["response_format"]["json_schema"]["schema"] == SCHEMA


async def test_the_run_completes_when_settings_are_sent(fake_provider: FakeProvider, tmp_path: Path) -> None:
    run_id = await executed(MODEL["temperature"], "model", fake_provider, tmp_path)
    assert runs.get(run_id).status is RunStatus.COMPLETED


async def test_what_a_table_is_asked_reaches_the_wire(fake_provider: FakeProvider, tmp_path: Path) -> None:
    """The input's own settings and the examples: which rows, and what stands before each."""
    table = datasets.store_file(made_table(tmp_path / "in.csv", 4))
    where = {"conditions": [{"column": "text", "operator": "is not empty"}]}
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id, "rows": [1, 3], "only_where": where, "limit": 1},
            "prompt": {"template": "{{ text }}"},
            "outputs": [{"name": "answer"}],
            "examples": [{"input": {"text": "An example"}, "output": {"answer": "Its answer"}}],
            "model": {"provider": "custom", "model": "m", "base_url": fake_provider.url},
        }
    )
    record = runs.create(runs.NewRun(spec, table.id))
    assert await execute(record.id, None) is RunStatus.COMPLETED
    asked = datasets.rows_of(table.id, 1, 1)[0]["text"]
    assert [message["content"] for message in body(fake_provider)["messages"]] == ["An example", "Its answer", asked]
    assert fake_provider.stats()["total"] == 1

"""Runs at OpenRouter: money that is only in flight is waited for, an empty account pauses, routes reach the wire."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from engine.results import PauseReason, RunStatus
from engine.spec import RunSpec
from handai_db import Place, RunReader, RunRecord
from handai_errors import SpecError
from providers.base import ModelInfo
from services.home import open_catalogue, run_path
from services.results.inspect import log_of
from services.running import runs
from services.running.checks import check
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_listing import Answer, Asked, FakeListing, fake_listing

ROWS = 4
KEY = SecretStr("sk-or-v1-" + "3" * 20)
IN_FLIGHT = {"limit_source": "openrouter_in_flight_budget", "retry_after_seconds": 0}


def refusal(message: str, **metadata: Any) -> tuple[int, Any]:  # noqa: ANN401 any JSON
    return 402, {"error": {"code": 402, "message": message, "metadata": metadata}}


def chat(content: str = "fine") -> Any:  # noqa: ANN401 any JSON
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "cost": 0.001}
    message = {"role": "assistant", "content": content}
    return {"id": "gen-1", "model": "a/b", "provider": "Groq", "choices": [{"message": message}], "usage": usage}


def spec_over(table_id: str, url: str, **more: Any) -> RunSpec:  # noqa: ANN401 any setting
    limits = more.pop("limits", {})
    return RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table_id},
            "prompt": {"instructions": "Repeat it.", "template": "{{ text }}"},
            "outputs": more.pop("outputs", [{"name": "answer"}]),
            "model": {"provider": "openrouter", "model": "a/b", "base_url": url, **more},
            "limits": {"concurrency": 2, **limits},
        }
    )


def made(folder: Path, server: FakeListing, **more: Any) -> RunRecord:  # noqa: ANN401 any setting
    table = datasets.store_file(made_table(folder / "in.csv", ROWS))
    return runs.create(runs.NewRun(spec_over(table.id, f"{server.url}/v1", **more), table.id))


@pytest.mark.anyio
async def test_a_402_about_money_in_flight_is_waited_out(tmp_path: Path) -> None:
    refused: set[str] = set()

    def answer(asked: Asked) -> Any:  # noqa: ANN401 any JSON
        row = str(asked.body["messages"])
        if row in refused:
            return chat()
        refused.add(row)
        return refusal("Too much in flight", **IN_FLIGHT)

    with fake_listing({"/v1/chat/completions": answer}) as server:
        record = made(tmp_path, server)
        assert await execute(record.id, KEY) is RunStatus.COMPLETED
    view = runs.view(record.id)
    assert view.done == ROWS
    assert view.progress is not None
    assert view.progress.rate_limited == ROWS  # no row's own attempts are spent on it
    assert view.retries == 0


@pytest.mark.anyio
async def test_a_402_about_an_empty_account_pauses_and_every_row_can_go_on(tmp_path: Path) -> None:
    answers: dict[str, Answer] = {"/v1/chat/completions": refusal("Insufficient credits")}
    with fake_listing(answers) as server:
        record = made(tmp_path, server)
        assert await execute(record.id, KEY) is RunStatus.PAUSED
        assert len(server.asked) <= 2  # what was in flight; nothing is asked again
        paused = runs.get(record.id)
        assert paused.reason == PauseReason.CREDITS
        assert "openrouter.ai/settings/credits" in (paused.remedy or "")
        assert runs.view(record.id).pending == ROWS

        answers["/v1/chat/completions"] = chat()
        runs.prepare_resume(record.id)
        assert await execute(record.id, KEY) is RunStatus.COMPLETED


@pytest.mark.anyio
async def test_a_run_sends_its_route_and_records_who_served_each_row(tmp_path: Path) -> None:
    with fake_listing({"/v1/chat/completions": chat(orjson.dumps({"words": 3}).decode())}) as server:
        routing = {"only": ["groq"], "data_collection": "deny"}
        outputs = [{"name": "words", "type": "integer"}]
        record = made(tmp_path, server, outputs=outputs, fallbacks=["c/d"], routing=routing)
        assert await execute(record.id, KEY) is RunStatus.COMPLETED
    for asked in server.asked:
        assert asked.body["models"] == ["a/b", "c/d"]
        assert asked.body["provider"] == {**routing, "require_parameters": True}
    with RunReader(run_path(record.id)) as reader:
        served = [reader.attempts(row)[0] for row in range(ROWS)]
    assert {(attempt.model, attempt.upstream) for attempt in served} == {("a/b", "Groq")}


@pytest.mark.anyio
async def test_003_16_a_switch_to_a_fallback_is_in_the_runs_log(tmp_path: Path) -> None:
    with fake_listing({"/v1/chat/completions": chat()}) as server:
        record = made(tmp_path, server, model="x/y", fallbacks=["a/b"])
        await execute(record.id, KEY)
    switched = [event.message for event in log_of(record) if event.level == "warning"]
    assert switched == ["x/y did not answer a row: a/b did in its place."]


@pytest.mark.anyio
@pytest.mark.parametrize(("price", "sent"), [(10.0, ROWS), (1_000_000.0, 0)], ids=["fits", "too dear"])
async def test_a_cap_counts_on_the_price_in_openrouters_own_list(tmp_path: Path, price: float, sent: int) -> None:
    """Nothing is published of a/b: only the list knows it."""
    with fake_listing({"/v1/chat/completions": chat()}) as server:
        model = ModelInfo("a/b", "", prompt_price=price, completion_price=price)
        with open_catalogue() as catalogue:
            catalogue.models.store(Place("openrouter", f"{server.url}/v1"), [model], 1.0)
        record = made(tmp_path, server, max_tokens=10, limits={"max_cost_usd": 1.0})
        status = await execute(record.id, KEY)
    assert len(server.asked) == sent
    assert (status, runs.get(record.id).reason) == (
        (RunStatus.COMPLETED, None) if sent else (RunStatus.PAUSED, PauseReason.BUDGET)
    )
    assert all(asked.body["provider"]["max_price"] == {"prompt": price, "completion": price} for asked in server.asked)


@pytest.mark.anyio
@pytest.mark.parametrize(("allowed", "sent"), [(20.0, ROWS), (1_000_000.0, 0)], ids=["fits", "too dear"])
async def test_a_cap_counts_on_the_dearest_upstream_that_was_allowed(tmp_path: Path, allowed: float, sent: int) -> None:
    bound = {"prompt": allowed, "completion": allowed}
    with fake_listing({"/v1/chat/completions": chat()}) as server:
        model = ModelInfo("a/b", "", prompt_price=10.0, completion_price=10.0)
        with open_catalogue() as catalogue:
            catalogue.models.store(Place("openrouter", f"{server.url}/v1"), [model], 1.0)
        record = made(tmp_path, server, max_tokens=10, routing={"max_price": bound}, limits={"max_cost_usd": 1.0})
        await execute(record.id, KEY)
    assert [asked.body["provider"]["max_price"] for asked in server.asked] == [bound] * sent


@pytest.mark.anyio
async def test_without_a_cap_upstreams_are_not_bounded(tmp_path: Path) -> None:
    with fake_listing({"/v1/chat/completions": chat()}) as server:
        await execute(made(tmp_path, server).id, KEY)
    assert server.asked
    assert all("provider" not in asked.body for asked in server.asked)


def test_a_cap_needs_the_price_of_every_fallback(tmp_path: Path) -> None:
    table = datasets.store_file(made_table(tmp_path / "in.csv", 1))
    priced = {"model": "openai/gpt-6-luna", "max_tokens": 10}
    for fallbacks, known in ((["anthropic/claude-haiku-5.5"], True), (["no/such-model"], False)):
        spec = spec_over(table.id, "http://127.0.0.1:9/v1", **priced, fallbacks=fallbacks)
        spec = spec.model_copy(update={"limits": spec.limits.model_copy(update={"max_cost_usd": 1.0})})
        if known:
            assert check(spec, table.info).spec.model.fallbacks == tuple(fallbacks)
        else:
            with pytest.raises(SpecError, match=r"openai/gpt-6-luna or no/such-model is not known"):
                check(spec, table.info)


@pytest.mark.parametrize("setting", [{"routing": {"zdr": True}}], ids=["routing"])
def test_a_provider_that_does_not_route_refuses_before_anything_is_sent(
    tmp_path: Path, setting: dict[str, Any]
) -> None:
    table = datasets.store_file(made_table(tmp_path / "in.csv", 1))
    spec = spec_over(table.id, "http://127.0.0.1:9/v1", provider="vllm", **setting)
    with pytest.raises(SpecError, match=r"vLLM .*OpenRouter"):
        check(spec, table.info)

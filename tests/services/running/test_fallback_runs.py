"""Two real servers: what the first can't answer the second does, said, counted and recorded by row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import RunReader, RunRecord, StoredAttempt
from handai_errors import InputError, SpecError
from services.home import run_path
from services.models.provider_metrics import provider_metrics
from services.running import runs
from services.running.checks import check
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

KEY = SecretStr("k3y" * 8)
FAST = {"initial_s": 0.01, "max_s": 0.01}
TOO_LONG = {"error": {"message": "Too long.", "code": "context_length_exceeded"}}


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """The server of the fallback `vllm:spare`."""
    with FakeProvider() as server:
        monkeypatch.setenv("VLLM_BASE_URL", server.url)
        yield server


def made(folder: Path, url: str, *, rows: int = 4, **parts: Any) -> RunRecord:  # noqa: ANN401 any part
    table = datasets.store_file(made_table(folder / "in.csv", rows))
    model = {"provider": "custom", "model": "m", "base_url": url, "fallbacks": ["vllm:spare"], **parts.pop("model", {})}
    limits = {"max_attempts": 2, "backoff": FAST, **parts.pop("limits", {})}
    given = {"input": {"kind": "transform", "dataset": table.id}, "prompt": {"template": "{{ text }}"}}
    return runs.create(runs.NewRun(RunSpec.checked({**given, "model": model, "limits": limits, **parts}), table.id))


def attempts(record: RunRecord) -> list[StoredAttempt]:
    with RunReader(run_path(record.id)) as reader:
        return [attempt for row in range(record.total) for attempt in reader.attempts(row)]


def events(record: RunRecord) -> str:
    with RunReader(run_path(record.id)) as reader:
        return "\n".join(event.message for event in reader.events())


@pytest.mark.parametrize("status", [500, 503, 529])
async def test_rows_of_an_overloaded_server_go_to_the_next(
    status: int, fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(status, {"error": {"message": "Overloaded."}})
    record = made(tmp_path, fake_provider.url)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert (fake_provider.stats()["total"], second.stats()["total"]) == (8, 4)
    assert second.requests[0].json()["model"] == "spare"
    answered = [attempt for attempt in attempts(record) if attempt.state == "done"]
    assert {(attempt.fallback, attempt.model) for attempt in answered} == {("vllm:spare", "spare")}
    assert runs.view(record.id).figures()["fallbacks"] == 4
    assert "is asked of vllm:spare instead of m. The provider" in events(record)


async def test_the_first_servers_key_does_not_go_to_the_second(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(500, {})
    await execute(made(tmp_path, fake_provider.url).id, KEY)
    assert all(KEY.get_secret_value() not in str(request.headers) for request in second.requests)


async def test_a_run_moves_on_when_its_server_is_down(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(500, {})
    record = made(tmp_path, fake_provider.url, rows=60, limits={"concurrency": 4})
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert "on, vllm:spare is asked instead of m." in events(record)
    assert fake_provider.stats()["total"] < 60  # two attempts for each of the first ten rows, and what was in flight
    assert second.stats()["total"] == 60


async def test_a_server_that_is_not_there_is_left_at_once(second: FakeProvider, tmp_path: Path) -> None:
    record = made(tmp_path, "http://127.0.0.1:9/v1", rows=30)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert second.stats()["total"] == 30


async def test_a_model_that_is_gone_is_replaced_for_all_rows(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(404, {"error": {"message": "The model `m` does not exist.", "code": "model_not_found"}})
    record = made(tmp_path, fake_provider.url, rows=30, limits={"concurrency": 2})
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert fake_provider.stats()["total"] <= 4
    assert "From row" in events(record)


async def test_a_row_that_is_too_long_goes_to_the_next_alone(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(400, TOO_LONG)
    record = made(tmp_path, fake_provider.url, rows=3)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert (fake_provider.stats()["total"], second.stats()["total"]) == (3, 3)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(401, {"error": {"message": "Bad key."}}, "auth"), (402, {"error": {"message": "Pay."}}, "credits")],
)
async def test_what_a_person_must_know_pauses(
    status: int, body: dict[str, Any], reason: str, fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(status, body)
    record = made(tmp_path, fake_provider.url)
    assert await execute(record.id, KEY) is RunStatus.PAUSED
    assert runs.get(record.id).reason == reason
    assert second.stats()["total"] == 0


async def test_a_refused_row_is_asked_of_nobody_else(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(400, {"error": {"message": "No.", "code": "content_policy_violation"}})
    assert await execute(made(tmp_path, fake_provider.url).id, KEY) is RunStatus.FAILED
    assert second.stats()["total"] == 0


async def test_the_last_one_pauses(fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path) -> None:
    fake_provider.canned(500, {})
    second.canned(500, {})
    record = made(tmp_path, fake_provider.url, rows=60, limits={"concurrency": 4, "max_attempts": 1})
    assert await execute(record.id, KEY) is RunStatus.PAUSED
    assert runs.get(record.id).reason == "circuit_breaker"
    assert runs.view(record.id).failed == 0


async def test_a_pause_leaves_rows_pending_that_the_next_model_may_answer(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.configure(latency_s=0.1)
    fake_provider.canned(500, {})
    second.canned(401, {"error": {"message": "Bad key."}})
    limits = {"spacing_s": 0.02, "concurrency": 20}  # so that some are at their last attempt when others meet the pause
    record = made(tmp_path, fake_provider.url, rows=20, limits=limits)
    assert await execute(record.id, KEY) is RunStatus.PAUSED
    assert runs.view(record.id).failed == 0


async def test_a_resumed_run_begins_with_its_own_model_again(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(500, {})
    second.canned(401, {"error": {"message": "Bad key."}})
    record = made(tmp_path, fake_provider.url, rows=6)
    assert await execute(record.id, KEY) is RunStatus.PAUSED
    fake_provider.behaviour.canned = None
    runs.prepare_resume(record.id)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert runs.view(record.id).figures()["fallbacks"] == 0


async def test_the_second_is_asked_as_it_wants_to_be(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    """What one server taught about settings is not the other's."""
    fake_provider.canned(500, {})
    record = made(tmp_path, fake_provider.url, model={"temperature": 0.5}, rows=2)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert second.requests[0].json()["temperature"] == 0.5


async def test_another_model_of_the_same_provider(fake_provider: FakeProvider, tmp_path: Path) -> None:
    fake_provider.canned(404, {"error": {"message": "The model `m` does not exist.", "code": "model_not_found"}})
    record = made(tmp_path, fake_provider.url, model={"fallbacks": ["big:1b"]}, rows=2)
    assert await execute(record.id, KEY) is not RunStatus.COMPLETED
    assert {request.json()["model"] for request in fake_provider.requests} == {"m", "big:1b"}


async def test_kept_answers_of_the_second_cost_nothing(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(500, {})
    for _ in range(2):
        record = made(tmp_path, fake_provider.url)
        assert await execute(record.id, KEY) is RunStatus.COMPLETED
    assert second.stats()["total"] == 4
    assert runs.view(record.id).figures()["cached"] == 4


def test_a_missing_key_is_told_before_the_run(fake_provider: FakeProvider, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="OpenAI needs a key"):
        made(tmp_path, fake_provider.url, model={"fallbacks": ["openai:gpt-4o"]})


def test_the_demo_is_no_fallback(fake_provider: FakeProvider, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="demo"):
        made(tmp_path, fake_provider.url, model={"fallbacks": ["demo:demo"]})


def test_who_else_sees_the_rows_is_said(
    fake_provider: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k3y" * 8)
    record = made(tmp_path, fake_provider.url, model={"fallbacks": ["openai:gpt-4o"]})
    assert record.dataset_id
    said = check(record.spec, datasets.dataset(record.dataset_id).info).notices
    assert "Rows that m can't answer go to gpt-4o at OpenAI (api.openai.com:443)." in said


def test_a_cap_needs_the_price_of_every_fallback(fake_provider: FakeProvider, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="The price of m"):
        made(tmp_path, fake_provider.url, limits={"max_cost_usd": 1.0})


async def test_what_the_fallback_of_another_provider_did_is_booked_there(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(500, {"error": {"message": "Overloaded."}})
    record = made(tmp_path, fake_provider.url)
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    first, other = provider_metrics("custom"), provider_metrics("vllm")
    assert (first.all.requests, first.all.answered, first.all.fallbacks) == (fake_provider.stats()["total"], 0, 0)
    assert [item.model for item in first.models] == ["m"]
    assert (other.all.requests, other.all.answered, other.all.fallbacks) == (second.stats()["total"], 4, 4)
    assert ([item.model for item in other.models], other.runs) == (["spare"], 1)
    assert provider_metrics("groq").runs == 0


async def test_a_row_that_was_never_sent_to_the_model_before_is_not_counted_as_retried(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(404, {"error": {"message": "The model does not exist.", "code": "model_not_found"}})
    record = made(tmp_path, fake_provider.url, rows=30, limits={"concurrency": 2})
    assert await execute(record.id, KEY) is RunStatus.COMPLETED
    view = runs.view(record.id)
    assert 1 <= fake_provider.stats()["total"] < 30
    assert view.retries == fake_provider.stats()["total"]
    assert view.progress is not None
    assert view.progress.attempts == fake_provider.stats()["total"] + second.stats()["total"]

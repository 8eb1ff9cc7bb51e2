from dataclasses import replace

import orjson
import pytest

from providers.base import AnswerForm, CompletionRequest, Message
from providers.demo import LABEL, LATENCY_VARIABLE, DemoClient
from providers.router import make_client

pytestmark = pytest.mark.anyio

REQUEST = CompletionRequest("demo", (Message("system", "Classify"), Message("user", "A very nice pair of shoes")))


async def test_text_is_labelled_and_made_of_the_row() -> None:
    completion = await DemoClient(0).complete(REQUEST)
    assert completion.text == f"{LABEL}6 words, which begin: A very nice pair of shoes"
    assert completion.finish_reason == "stop"


async def test_json_mode_gives_an_object_whose_texts_are_labelled() -> None:
    completion = await DemoClient(0).complete(replace(REQUEST, form=AnswerForm.JSON_OBJECT))
    value = orjson.loads(completion.text or "")
    assert value["demo_label"].startswith(LABEL)
    assert value["demo_words"] == 6


async def test_the_same_row_gives_the_same_answer() -> None:
    client = DemoClient(0)
    assert await client.complete(REQUEST) == await client.complete(REQUEST)


async def test_it_costs_nothing_and_counts() -> None:
    usage = (await DemoClient(0).complete(REQUEST)).usage
    assert usage.cost_usd == 0.0
    assert usage.prompt_tokens
    assert usage.completion_tokens


async def test_a_stream_adds_up_to_the_completion() -> None:
    *pieces, last = [piece async for piece in DemoClient(0).stream(REQUEST)]
    assert last.completion is not None
    assert "".join(piece.text for piece in pieces) == last.completion.text


async def test_its_latency_can_be_fixed_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LATENCY_VARIABLE, "0")
    client = make_client("demo", base_url=None, api_key=None)
    assert (await client.complete(REQUEST)).latency_s == 0


async def test_its_own_latency_is_human_and_seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("asyncio.sleep", note)
    client = DemoClient()
    for text in ("a", "a", "b"):
        await client.complete(replace(REQUEST, messages=(Message("user", text),)))
    assert all(0.15 <= seconds <= 0.5 for seconds in waited)
    assert waited[0] == waited[1] != waited[2]


async def test_an_empty_row_is_answered() -> None:
    completion = await DemoClient(0).complete(replace(REQUEST, messages=()))
    assert (completion.text or "").startswith(LABEL)

from dataclasses import replace
from typing import Any

import orjson
import pytest

from engine.diversity import TextIndex
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


async def texts_of(requests: list[CompletionRequest]) -> list[str]:
    client = DemoClient(0)
    return [(await client.complete(request)).text or "" for request in requests]


def writing(prompt: str = "Write a warm review by a free customer.", **changes: Any) -> CompletionRequest:  # noqa: ANN401 - a request's settings
    return replace(REQUEST, messages=(Message("user", prompt),), **changes)


async def test_a_thousand_texts_of_a_few_prompts_do_not_repeat_each_other() -> None:
    tones, plans = ("warm", "dry", "angry"), ("free", "pro", "team")
    prompts = [f"Write a {tone} review by a {plan} customer." for tone in tones for plan in plans]
    index, repeats = TextIndex(0.9), 0
    for row, text in enumerate(await texts_of([writing(prompts[row % len(prompts)], seed=3) for row in range(1000)])):
        repeats += index.find(text) is not None
        index.add(row, text)
    assert repeats == 0


async def test_the_same_prompt_asked_again_is_written_anew_and_repeatably_with_a_seed() -> None:
    once = await texts_of([writing(seed=1)] * 3)
    assert len({*once}) == 3
    assert await texts_of([writing(seed=1)] * 3) == once
    assert await texts_of([writing(seed=2)] * 3) != once


async def test_with_temperature_0_it_repeats_itself() -> None:
    assert len({*await texts_of([writing(temperature=0.0)] * 3)}) == 1


async def test_a_schema_is_answered_with_an_object_that_fits_it() -> None:
    schema = {
        "type": "object",
        "properties": {"mood": {"type": "string", "enum": ["good", "bad"]}, "why": {"type": "string"}},
        "required": ["mood", "why"],
        "additionalProperties": False,
    }
    request = replace(REQUEST, form=AnswerForm.JSON_SCHEMA, json_schema=schema)
    value = orjson.loads((await texts_of([request]))[0])
    assert value["mood"] in {"good", "bad"}
    assert value["why"].startswith(LABEL)


async def test_a_correction_is_not_taken_for_the_row() -> None:
    corrected = (*REQUEST.messages, Message("assistant", "bad"), Message("user", "This answer can't be used."))
    assert "A very nice pair" in (await texts_of([replace(REQUEST, messages=corrected)]))[0]

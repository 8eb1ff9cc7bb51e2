"""A prompt that a local server cut: far fewer tokens read than there are words."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_errors import ErrorKind, ProviderError
from providers.base import CompletionRequest, Message
from providers.truncation import least_tokens
from services.results.inspect import log_of
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of, failure_of, pieces_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_ways")]

WORDS = "word " * 3000


def asking(text: str) -> CompletionRequest:
    return replace(REQUEST, messages=(Message("user", text),))


def reading(tokens: int | None) -> dict[str, Any]:
    usage = {} if tokens is None else {"usage": {"prompt_tokens": tokens, "completion_tokens": 3}}
    return {"choices": [{"message": {"role": "assistant", "content": "about the end alone"}}], **usage}


async def test_a_cut_prompt_is_a_failure_that_keeps_the_answer_as_raw(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, reading(2050))
    error = await failure_of(fake_provider.url, asking(WORDS), provider="ollama")
    assert error.kind is ErrorKind.CONTEXT_LENGTH
    assert "read 2,050 tokens of 3,000 or more" in error.cause
    assert "OLLAMA_CONTEXT_LENGTH" in error.remedy
    assert error.raw == "about the end alone"


@pytest.mark.parametrize(
    ("provider", "text", "read"),
    [
        ("ollama", WORDS, 3004),
        ("ollama", WORDS, 2300),
        ("ollama", WORDS, None),
        ("ollama", "word " * 900, 10),
        ("custom", WORDS, 2050),
    ],
    ids=["whole", "close", "unsaid", "short", "another server"],
)
async def test_nothing_is_said_where_it_is_not_sure(
    provider: str, text: str, read: int | None, fake_provider: FakeProvider
) -> None:
    fake_provider.canned(200, reading(read))
    async with client_of(fake_provider.url, provider=provider) as client:
        assert (await client.complete(asking(text))).text == "about the end alone"


async def test_a_streamed_answer_to_a_cut_prompt_ends_in_the_error(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, reading(2050))
    async with client_of(fake_provider.url, provider="ollama") as client:
        with pytest.raises(ProviderError, match="cut the prompt"):
            await pieces_of(client, asking(WORDS))


@pytest.mark.parametrize(
    ("text", "least"), [("one two  three\n", 3), ("研究" * 30, 21), ("", 0)], ids=["words", "unspaced", "empty"]
)
def test_the_bound_is_below_any_tokenizer(text: str, least: int) -> None:
    assert least_tokens([Message("user", text)]) == least


async def test_a_run_marks_the_row_and_warns_once_in_its_log(tmp_path: Path, fake_provider: FakeProvider) -> None:
    path = tmp_path / "in.csv"
    path.write_text("text\n" + f"{WORDS}\n" * 2 + "short\n", encoding="utf-8")
    fake_provider.canned(200, reading(2050))
    table = datasets.store_file(path)
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": {"instructions": "Repeat it.", "template": "{{ text }}"},
            "model": {"provider": "ollama", "model": "m", "base_url": fake_provider.url},
            "limits": {"concurrency": 1},
        }
    )
    record = runs.create(runs.NewRun(spec, table.id))
    assert await execute(record.id, None) is RunStatus.PARTIAL
    view = runs.view(record.id)
    assert (view.done, view.failed) == (1, 2)
    assert [group.kind for group in view.errors] == ["context_length"]
    assert view.cost_usd == 0.0
    assert view.cost_complete
    warned = [event for event in log_of(record) if event.level == "warning"]
    assert len(warned) == 1
    assert "Row 1 is too long" in warned[0].message
    assert fake_provider.stats()["total"] == 3  # asking again would be cut again

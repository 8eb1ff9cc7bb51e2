"""The offline demo: no AI and no network, but answers that show how Handai works; every text says so."""

import asyncio
import hashlib
import os
import random
import re
from collections.abc import AsyncIterator

import orjson

from providers.base import AnswerForm, Completion, CompletionRequest, StreamPiece, Usage
from providers.demo_hints import schema_in
from providers.demo_text import LABEL, sentences, topics_of
from providers.demo_values import DemoValues

__all__ = ["LABEL", "LATENCY_VARIABLE", "DemoClient"]

LATENCY_VARIABLE = "HANDAI_DEMO_LATENCY_S"

_SHORTEST_S = 0.15
_SPREAD_S = 0.35
_QUOTED_WORDS = 12
_TONES = ("positive", "negative", "neutral", "mixed")
_CHARACTERS_PER_TOKEN = 4
_WRITING = re.compile(
    r"\b(?:write|make|create|invent|generate|compose|draft|tell|ask|propose|describe)\b", re.IGNORECASE
)
_MOST_REMEMBERED = 100_000  # prompts


class DemoClient:
    """A CompletionClient that answers from the user's own words, the same for the same words.

    Who asks it several times to write the same thing gets another text each time, as from a model: the first one is
    always the same; later ones are too when the request has a seed. With temperature 0 it repeats itself.
    """

    def __init__(self, latency_s: float | None = None) -> None:
        fixed = os.environ.get(LATENCY_VARIABLE) if latency_s is None else None
        self._latency_s = float(fixed) if fixed else latency_s
        self._times_asked: dict[bytes, int] = {}

    async def complete(self, request: CompletionRequest) -> Completion:
        """The demo's answer after a short wait."""
        prompt = _user_text(request)
        chance = self._chance(request, prompt)
        latency_s = _seeded_latency_s(prompt) if self._latency_s is None else self._latency_s
        await asyncio.sleep(latency_s)
        return _completion(request, prompt, chance, latency_s)

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        """The same answer word by word."""
        completion = await self.complete(request)
        for piece in re.findall(r"\S+\s*", completion.text or ""):
            yield StreamPiece(text=piece)
        yield StreamPiece(completion=completion)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _chance(self, request: CompletionRequest, prompt: str) -> random.Random:
        said = orjson.dumps([request.seed, *((m.role, m.content) for m in request.messages)])
        identity = hashlib.blake2b(said, digest_size=16).digest()
        if request.temperature == 0 or not _WRITING.search(prompt):
            return _repeatable(identity)
        if len(self._times_asked) > _MOST_REMEMBERED:
            self._times_asked.clear()
        times = self._times_asked[identity] = self._times_asked.get(identity, 0) + 1
        if times == 1:
            return _repeatable(identity)
        return _repeatable(os.urandom(16) if request.seed is None else identity + times.to_bytes(8))


def demo_text(prompt: str, chance: random.Random) -> str:
    """Plain text: an invented one where the prompt says to write, else one that quotes the row's longest cell."""
    cell = _longest_cell(prompt)
    if cell is prompt and _WRITING.search(prompt):
        return LABEL + sentences(chance, topics_of(prompt))
    words = cell.split()
    quoted = " ".join(words[:_QUOTED_WORDS]) or "nothing"
    more = "…" if len(words) > _QUOTED_WORDS else ""
    return f"{LABEL}{len(words)} words, which begin: {quoted}{more}"


def _longest_cell(prompt: str) -> str:
    try:
        row = orjson.loads(prompt)
    except orjson.JSONDecodeError:
        return prompt
    cells = [str(cell) for cell in row.values() if cell is not None] if isinstance(row, dict) else []
    return max(cells, key=len, default=str(row))


def demo_object(prompt: str) -> dict[str, str | int]:
    """A JSON object of the prompt's own words, its texts labelled."""
    words = prompt.split()
    return {"demo_label": f"{LABEL}{_TONES[_seed(prompt) % len(_TONES)]}", "demo_words": len(words)}


def _answer(request: CompletionRequest, prompt: str, chance: random.Random) -> str:
    if request.form is AnswerForm.TEXT:
        return demo_text(prompt, chance)
    system = "\n".join(message.content for message in request.messages if message.role == "system")
    schema = request.json_schema or schema_in(system)
    if schema is None:
        return orjson.dumps(demo_object(prompt)).decode()
    return orjson.dumps(DemoValues(schema, chance, topics_of(prompt)).answer()).decode()


def _completion(request: CompletionRequest, prompt: str, chance: random.Random, latency_s: float) -> Completion:
    text = _answer(request, prompt, chance)
    sent = sum(len(message.content) for message in request.messages)
    return Completion(
        text=text,
        model="demo",
        finish_reason="stop",
        usage=Usage(_tokens(sent), _tokens(len(text)), cost_usd=0.0),
        latency_s=latency_s,
    )


def _user_text(request: CompletionRequest) -> str:
    """What is asked: the first message of the user, since later ones only correct an answer."""
    return next((m.content for m in request.messages if m.role == "user"), "")


def _repeatable(seed: bytes) -> random.Random:
    return random.Random(seed)  # noqa: S311 nothing secret is drawn


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _seeded_latency_s(text: str) -> float:
    return _SHORTEST_S + _SPREAD_S * _seed(text) / 2**32


def _tokens(characters: int) -> int:
    return characters // _CHARACTERS_PER_TOKEN + 1

"""The offline demo: no AI and no network, but text that shows how Handai works; every answer says so."""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator

import orjson

from providers.base import AnswerForm, Completion, CompletionRequest, StreamPiece, Usage

LABEL = "[offline demo, no AI] "
LATENCY_VARIABLE = "HANDAI_DEMO_LATENCY_S"

_SHORTEST_S = 0.15
_SPREAD_S = 0.35
_QUOTED_WORDS = 12
_TONES = ("positive", "negative", "neutral", "mixed")
_CHARACTERS_PER_TOKEN = 4


class DemoClient:
    """A CompletionClient that answers from the user's own words, the same for the same words."""

    def __init__(self, latency_s: float | None = None) -> None:
        fixed = os.environ.get(LATENCY_VARIABLE) if latency_s is None else None
        self._latency_s = float(fixed) if fixed else latency_s

    async def complete(self, request: CompletionRequest) -> Completion:
        """The demo's answer after a short wait."""
        prompt = _last_user_text(request)
        latency_s = _seeded_latency_s(prompt) if self._latency_s is None else self._latency_s
        await asyncio.sleep(latency_s)
        return _completion(request, prompt, latency_s)

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        """The same answer word by word."""
        completion = await self.complete(request)
        for piece in re.findall(r"\S+\s*", completion.text or ""):
            yield StreamPiece(text=piece)
        yield StreamPiece(completion=completion)

    async def aclose(self) -> None:
        """Nothing is open."""


def demo_text(prompt: str) -> str:
    """Plain text made of the prompt's own words; of a row sent as JSON, of its longest cell."""
    words = _longest_cell(prompt).split()
    quoted = " ".join(words[:_QUOTED_WORDS]) or "nothing"
    more = "…" if len(words) > _QUOTED_WORDS else ""
    return f"{LABEL}{len(words)} words, which begin: {quoted}{more}"


def _longest_cell(prompt: str) -> str:
    try:
        row = orjson.loads(prompt)
    except orjson.JSONDecodeError:
        return prompt
    cells = [str(cell) for cell in row.values() if cell is not None] if isinstance(row, dict) else []
    return max(cells, key=len, default=prompt)


def demo_object(prompt: str) -> dict[str, str | int]:
    """A JSON object of the prompt's own words, its texts labelled."""
    words = prompt.split()
    return {"demo_label": f"{LABEL}{_TONES[_seed(prompt) % len(_TONES)]}", "demo_words": len(words)}


def _completion(request: CompletionRequest, prompt: str, latency_s: float) -> Completion:
    text = orjson.dumps(demo_object(prompt)).decode() if request.form is not AnswerForm.TEXT else demo_text(prompt)
    sent = sum(len(message.content) for message in request.messages)
    return Completion(
        text=text,
        model="demo",
        finish_reason="stop",
        usage=Usage(_tokens(sent), _tokens(len(text)), cost_usd=0.0),
        latency_s=latency_s,
    )


def _last_user_text(request: CompletionRequest) -> str:
    return next((m.content for m in reversed(request.messages) if m.role == "user"), "")


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _seeded_latency_s(text: str) -> float:
    return _SHORTEST_S + _SPREAD_S * _seed(text) / 2**32


def _tokens(characters: int) -> int:
    return characters // _CHARACTERS_PER_TOKEN + 1

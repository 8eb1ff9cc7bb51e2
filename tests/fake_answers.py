"""What the fake provider says: a fault, a refusal of the rate limit, or an echo of the row."""

import asyncio
import random
from typing import Any

import orjson

from providers.demo_text import sentences, topics_of
from tests.fake_behaviour import Behaviour, TokenBucket
from tests.fake_faults import FAULTS, Canned, chat_body, json_answer
from tests.fake_json import ROW_KEY, json_text, refused_form, refused_setting, spoilt

__all__ = ["ROW_KEY", "Answer", "canned_from", "choose_answer", "prompt_of"]

Answer = Canned | str | list[bytes]


def choose_answer(
    behaviour: Behaviour, headers: dict[str, str], request: dict[str, Any], seen: int, chance: random.Random
) -> Answer:
    """What to answer to one chat request; `seen` counts this row's requests."""
    refusal = _refusal(behaviour, headers, request)
    if refusal is not None:
        return refusal
    if 0 < seen <= behaviour.fail_first:
        return _fault(behaviour, behaviour.fail_first_fault)
    fault = _drawn(behaviour.faults, chance)
    return _fault(behaviour, fault) if fault else _good(behaviour, request, chance)


def _drawn(shares: dict[str, float], chance: random.Random) -> str | None:
    """One of the names by their shares of all requests; None for the rest."""
    roll = chance.random() if shares else 1.0
    for name, share in shares.items():
        if roll < share:
            return name
        roll -= share
    return None


def _refusal(behaviour: Behaviour, headers: dict[str, str], request: dict[str, Any]) -> Canned | None:
    if behaviour.echo_headers:
        return json_answer(400, {"error": {"message": f"Bad request {headers}", "headers": headers}})
    if (canned := behaviour.next_canned()) is not None:
        return canned_from(canned)
    if behaviour.key is not None and headers.get("authorization") != f"Bearer {behaviour.key}":
        return canned_fault("401")
    if behaviour.models is not None and request.get("model") not in behaviour.models:
        return canned_fault("404")
    if behaviour.bucket is not None and not behaviour.bucket.take(asyncio.get_running_loop().time()):
        return _limited(behaviour.bucket)
    return refused_form(behaviour.json_form, request) or refused_setting(behaviour.refused_settings, request)


def canned_fault(name: str) -> Canned:
    """The fixed answer of that name."""
    fault = FAULTS[name]
    assert isinstance(fault, Canned)
    return fault


def canned_from(canned: dict[str, Any]) -> Canned:
    """The answer given as {"status", "headers", "body", "content_type", "declared_length"}; body: JSON, str, bytes."""
    body = canned.get("body", "")
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else orjson.dumps(body)
    kind = canned.get("content_type", "application/json")
    return Canned(canned.get("status", 200), raw, canned.get("headers", {}), kind, canned.get("declared_length"))


def _fault(behaviour: Behaviour, name: str) -> Answer:
    fault = FAULTS[name]
    if isinstance(fault, Canned) and fault.status in {429, 503} and behaviour.retry_after_s is not None:
        return Canned(fault.status, fault.body, {"Retry-After": f"{behaviour.retry_after_s:g}"})
    return fault


def _limited(bucket: TokenBucket) -> Canned:
    body = canned_fault("429").body
    return Canned(429, body, {**bucket.headers(), "retry-after-ms": str(int(bucket.retry_after_s() * 1000) + 1)})


def _text(behaviour: Behaviour, request: dict[str, Any], prompt: str, chance: random.Random) -> str:
    if behaviour.reply is not None:
        return behaviour.reply
    text = json_text(behaviour.json_form, request, prompt, chance)
    if text is None:
        return sentences(chance, topics_of(prompt)) if behaviour.invents else f"echo: {prompt}"
    kind = _drawn(behaviour.spoilt, chance)
    return spoilt(text, kind) if kind else text


def _good(behaviour: Behaviour, request: dict[str, Any], chance: random.Random) -> Answer:
    prompt = prompt_of(request)
    text = _text(behaviour, request, prompt, chance)
    body = chat_body(text)
    body["model"] = request.get("model")
    body["usage"] = {"prompt_tokens": len(prompt) // 4 + 1, "completion_tokens": len(text) // 4 + 1}
    if request.get("stream"):
        return _events(body, text)
    return Canned(200, orjson.dumps(body), behaviour.bucket.headers() if behaviour.bucket else {})


def _events(body: dict[str, Any], text: str) -> list[bytes]:
    def event(choices: list[dict[str, Any]], **extra: Any) -> bytes:  # noqa: ANN401 - any JSON
        chunk = {"id": "c", "object": "chat.completion.chunk", "model": body["model"], "choices": choices, **extra}
        return b"data: " + orjson.dumps(chunk) + b"\n\n"

    pieces = [text[i : i + 8] for i in range(0, len(text), 8)]
    events = [event([{"index": 0, "delta": {"content": piece}, "finish_reason": None}]) for piece in pieces]
    events.append(event([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    return [*events, event([], usage=body["usage"]), b"data: [DONE]\n\n"]


def prompt_of(request: dict[str, Any]) -> str:
    """The first user message's text: the row. Later ones only correct an answer."""
    texts = [m["content"] for m in request.get("messages", ()) if m.get("role") == "user"]
    return str(texts[0]) if texts else ""

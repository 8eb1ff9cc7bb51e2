"""The ways in which a provider misbehaves: canned answers, and faults of the connection itself."""

import http.client
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Canned:
    """One fixed HTTP answer; `declared_length` lies about the body's length."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    declared_length: int | None = None
    close: bool = False

    def encode(self) -> bytes:
        """The bytes on the wire."""
        length = len(self.body) if self.declared_length is None else self.declared_length
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, 'Unknown')}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines.append(f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.close:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def json_answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Canned:  # noqa: ANN401 - any JSON
    """A canned JSON answer."""
    return Canned(status, orjson.dumps(body), headers or {})


def chat_body(text: str | None = "hi", *, finish_reason: str = "stop", **message: Any) -> dict[str, Any]:  # noqa: ANN401
    """A plain chat completion as OpenAI writes it; `message` overrides fields of the message."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake-model",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
    }


def _error(status: int, message: str, kind: str | None = None, code: str | None = None) -> Canned:
    return json_answer(status, {"error": {"message": message, "type": kind, "param": None, "code": code}})


_TRUNCATED = orjson.dumps(chat_body())[:60]

# A Canned is sent as it is; a word is a fault of the connection that the server acts out.
FAULTS: dict[str, Canned | str] = {
    "401": _error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
    "402": json_answer(402, {"error": {"message": "Insufficient credits", "code": 402}}),
    "404": _error(404, "The model `nope` does not exist", "invalid_request_error", "model_not_found"),
    "429": _error(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded"),
    "429_quota": _error(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
    "400": _error(400, "Something about the request is wrong", "invalid_request_error"),
    "500": _error(500, "The server had an error", "server_error"),
    "503": _error(503, "The engine is currently overloaded", "server_error"),
    "529": json_answer(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    "502_html": Canned(502, b"<html><body>Bad gateway</body></html>", content_type="text/html"),
    "html": Canned(200, b"<html><body>Sign in to the network</body></html>", content_type="text/html"),
    "empty": Canned(200, b""),
    "malformed": Canned(200, _TRUNCATED),
    "bad_utf8": Canned(200, b'{"id":"\xff\xfe"}'),
    "null_content": json_answer(200, chat_body(None)),
    "refusal": json_answer(200, chat_body(None, refusal="I can't help with that.")),
    "content_filter": json_answer(200, chat_body("", finish_reason="content_filter")),
    "length": json_answer(200, chat_body('{"a": "tru', finish_reason="length")),
    "truncated": Canned(200, _TRUNCATED, declared_length=500, close=True),
    "redirect": Canned(307, b"", {"Location": "http://127.0.0.1:9/elsewhere"}),
    "hang": "hang",
    "drip": "drip",
    "huge": "huge",
    "reset": "reset",
    "disconnect": "disconnect",
    "garbage": "garbage",
}

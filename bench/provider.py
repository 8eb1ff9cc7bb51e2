"""The bench's own fake provider, in a process of its own and far faster than any client; see `--help`.

    python -m bench.provider --latency 0.2 --rate 50 --burst 50 --headers openai

prints its base URL and serves until it is ended. Beside chat completions it takes
GET /stats (counts and times as JSON), POST /reset (count anew, bucket full again, the storm starts over with the next
request) and POST /config with any of {"latency", "tail_share", "tail", "rate", "burst", "headers", "storm", "faults"}.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.bucket import DIALECTS, Bucket, refusal_body

ANSWER = orjson.dumps(
    {
        "id": "chatcmpl-0000000000000000000000000000",
        "object": "chat.completion",
        "created": 1763700000,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "A quick brown fox, in short.", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 21, "completion_tokens": 8, "total_tokens": 29},
        "service_tier": "default",
        "system_fingerprint": "fp_0000000000",
    }
)
_REASONS = {200: "OK", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}
_FAULT_BODY = orjson.dumps({"error": {"message": "The server had an error", "type": "server_error"}})
_STORM = Bucket(rate=1.0, burst=1, level=0.0)


@dataclass(slots=True)
class Settings:
    """How it answers. `faults` maps a status, or "reset" and "hang", to its share; `storm` is seconds of only 429s."""

    latency: float = 0.0
    tail_share: float = 0.0
    tail: float = 5.0
    rate: float | None = None
    burst: int = 50
    headers: str = "none"
    storm: float = 0.0
    faults: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Counts:
    """What it saw; `repeated` are requests equal to one that was answered with 200 before."""

    total: int = 0
    in_flight: int = 0
    in_flight_peak: int = 0
    connections: int = 0
    repeated: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    first_unix: float = 0.0
    by_status: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """GET /stats."""
        return {
            "total": self.total,
            "in_flight": self.in_flight,
            "in_flight_peak": self.in_flight_peak,
            "connections": self.connections,
            "repeated": self.repeated,
            "span_s": self.last_at - self.first_at,
            "first_unix": self.first_unix,
            "by_status": dict(self.by_status),
        }


class State:
    """What all connections share."""

    def __init__(self, settings: Settings, seed: int = 0) -> None:
        self.settings = settings
        self.loop = asyncio.get_running_loop()
        self.random = random.Random(seed)
        self.answered: set[int] = set()
        self.reset()

    def reset(self) -> None:
        """Count anew, with a full bucket."""
        settings = self.settings
        self.counts = Counts()
        self.answered.clear()
        self.bucket = Bucket(settings.rate, settings.burst) if settings.rate else None
        self.dialect = DIALECTS[settings.headers]
        self.faults = list(settings.faults.items())
        self.plain = response(200, ANSWER, {}) if self.bucket is None else None

    def answer(self) -> tuple[str, bytes]:
        """The status and the bytes of the next answer; no bytes for what is none."""
        settings, now = self.settings, time.monotonic()
        if settings.storm and now - self.counts.first_at < settings.storm:
            return "429", self._refusal(_STORM)
        if self.bucket is not None and not self.bucket.take(now):
            return "429", self._refusal(self.bucket)
        if self.faults:
            chance = self.random.random()
            for fault, share in self.faults:
                chance -= share
                if chance < 0:
                    return fault, response(int(fault), _FAULT_BODY, {}) if fault.isdigit() else b""
        if self.plain is not None:
            return "200", self.plain
        return "200", response(200, ANSWER, self.dialect.told(self.bucket) if self.bucket else {})

    def _refusal(self, bucket: Bucket) -> bytes:
        headers, body = self.dialect.refusal(bucket)
        return response(429, refusal_body(body), self.dialect.told(bucket) | headers)

    def delay_s(self) -> float:
        """Seconds until the answer goes out."""
        settings = self.settings
        slow = settings.tail_share and self.random.random() < settings.tail_share
        return settings.latency + (settings.tail if slow else 0.0)


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    __slots__ = ("buffer", "state", "transport")

    def __init__(self, state: State) -> None:
        self.state = state
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what asyncio gives for a TCP server
        self.transport = transport
        self.state.counts.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget where answers would go."""
        self.transport = None

    def data_received(self, data: bytes) -> None:
        """Take each whole request."""
        self.buffer = self.buffer + data if self.buffer else data
        while self.buffer:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _length(self.buffer[:end])
            if len(self.buffer) < end + 4 + length:
                return
            head, body = self.buffer[:end], self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            self._take(head, body)

    def _take(self, head: bytes, body: bytes) -> None:
        line = head[: head.find(b"\r\n")]
        if line.startswith(b"POST") and b"/chat/completions" in line:
            self._chat(body)
        else:
            self._write(_control(self.state, line.decode("latin-1"), body))

    def _chat(self, body: bytes) -> None:
        state, counts = self.state, self.state.counts
        if not counts.total:
            counts.first_at, counts.first_unix = time.monotonic(), time.time()
        counts.total += 1
        counts.in_flight += 1
        counts.in_flight_peak = max(counts.in_flight_peak, counts.in_flight)
        key = hash(body)
        counts.repeated += key in state.answered
        status, answer = state.answer()
        delay = state.delay_s()
        if delay:
            state.loop.call_later(delay, self._send, counts, key, status, answer)
        else:
            self._send(counts, key, status, answer)

    def _send(self, counts: Counts, key: int, status: str, answer: bytes) -> None:
        counts.by_status[status] += 1
        counts.in_flight -= 1
        counts.last_at = time.monotonic()
        if status == "200":
            self.state.answered.add(key)
        if status == "reset" and self.transport is not None:
            self.transport.abort()
        elif answer:
            self._write(answer)

    def _write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)


def response(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    """One HTTP answer."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} {_REASONS.get(status, 'Fault')}\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _length(head: bytes) -> int:
    place = head.lower().find(b"\r\ncontent-length:")
    if place < 0:
        return 0
    end = head.find(b"\r\n", place + 2)
    return int(head[place + 17 : end if end > 0 else len(head)])


def _control(state: State, line: str, body: bytes) -> bytes:
    method, target, _ = line.split(" ", 2)
    name = target.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    if (method, name) == ("GET", "stats"):
        return response(200, orjson.dumps(state.counts.as_json()), {})
    if (method, name) == ("GET", "models"):
        return response(200, orjson.dumps({"object": "list", "data": [{"id": "m", "object": "model"}]}), {})
    if method == "POST" and name in {"reset", "config"}:
        for setting, value in (orjson.loads(body) if name == "config" else {}).items():
            setattr(state.settings, setting, value)
        state.reset()
        return response(200, b"{}", {})
    return response(404, orjson.dumps({"error": {"message": f"Invalid URL ({method} {target})"}}), {})


def _arguments() -> tuple[int, int, Settings]:
    parser = argparse.ArgumentParser(description="A fake provider on 127.0.0.1 for measurements.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--tail-share", type=float, default=0.0, help="share of answers that take --tail longer")
    parser.add_argument("--tail", type=float, default=5.0)
    parser.add_argument("--rate", type=float, help="requests a second that the bucket allows; none without it")
    parser.add_argument("--burst", type=int, default=50)
    parser.add_argument("--headers", choices=DIALECTS, default="none", help="who tells of the limit how")
    parser.add_argument("--storm", type=float, default=0.0, help="seconds from the first request with only 429s")
    parser.add_argument("--faults", type=orjson.loads, default={}, help='JSON, such as {"503": 0.01, "reset": 0.01}')
    told = vars(parser.parse_args())
    return told.pop("port"), told.pop("seed"), Settings(**told)


async def _main() -> None:
    port, seed, settings = _arguments()
    state = State(settings, seed)
    server = await state.loop.create_server(lambda: Connection(state), "127.0.0.1", port, backlog=2048)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        try:
            import uvloop  # type: ignore[import-not-found]  # where it happens to be installed
        except ImportError:
            asyncio.run(_main())
        else:
            uvloop.run(_main())

"""The fake provider's HTTP server: chat completions over asyncio, fast enough to load a client."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.fake_answers import ROW_KEY, Answer, canned_fault, canned_from, choose_answer, prompt_of
from tests.fake_behaviour import Behaviour
from tests.fake_faults import Canned, chat_body, json_answer

MAX_KEPT_REQUESTS = 1000


@dataclass(slots=True)
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The parsed body."""
        return orjson.loads(self.body)


@dataclass(slots=True)
class Counts:
    """What the server saw: chat requests only, except `connections`.

    `paid_twice` are requests equal to one that was answered with status 200 before.
    """

    total: int = 0
    answered: int = 0
    in_flight: int = 0
    in_flight_peak: int = 0
    paid_twice: int = 0
    connections: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The counts as GET /stats shows them."""
        return {
            "total": self.total,
            "answered": self.answered,
            "in_flight": self.in_flight,
            "in_flight_peak": self.in_flight_peak,
            "paid_twice": self.paid_twice,
            "connections": self.connections,
            "rows": dict(self.rows),
            "by_status": dict(self.by_status),
        }


class ServerState:
    """What all connections of one server share."""

    def __init__(self, behaviour: Behaviour, seed: int = 0) -> None:
        self.behaviour = behaviour
        self.counts = Counts()
        self.requests: deque[Received] = deque(maxlen=MAX_KEPT_REQUESTS)
        self.random = random.Random(seed)
        self.held: list[Callable[[], None]] = []
        self.answered: set[int] = set()

    def reset(self) -> None:
        """Forget what was counted, not what is in flight."""
        self.counts = Counts(in_flight=self.counts.in_flight, in_flight_peak=self.counts.in_flight)
        self.requests.clear()
        self.answered.clear()

    def release(self) -> None:
        """Send every answer that was held back."""
        self.behaviour.hold = False
        held, self.held = self.held, []
        for send in held:
            send()


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests are answered one after the other."""

    def __init__(self, state: ServerState) -> None:
        self.state = state
        self.buffer = b""
        self.transport: asyncio.Transport | None = None
        self.busy = False
        self.hanging = False
        self.request_hash = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.state.counts.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.state.counts.in_flight -= self.hanging

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.buffer.startswith(b"\x16\x03"):  # a TLS greeting: say what plain web servers say
            self.write(Canned(400, b"Bad Request", close=True).encode(), close=True)
            return
        self._next_request()

    def _next_request(self) -> None:
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if self.busy or not separator:
            return
        request_line, *header_lines = head.decode("latin-1").split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in header_lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        self.busy = True
        method, target, _ = request_line.split(" ", 2)
        self._handle(method, target.partition("?")[0], headers, rest[:length])

    def _handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        if path.endswith("/chat/completions") and method == "POST":
            self.state.requests.append(Received(path, headers, body))
            self._chat(headers, body)
        else:
            self.write(_control(self.state, method, path, headers, body).encode())

    def _chat(self, headers: dict[str, str], body: bytes) -> None:
        state, behaviour, counts = self.state, self.state.behaviour, self.state.counts
        request = orjson.loads(body)
        rows = {*ROW_KEY.findall(prompt_of(request))}
        counts.total += 1
        self.request_hash = hash(body)
        counts.paid_twice += self.request_hash in state.answered
        counts.in_flight += 1
        counts.in_flight_peak = max(counts.in_flight_peak, counts.in_flight)
        counts.rows.update(rows)
        seen = max((counts.rows[row] for row in rows), default=0)
        answer = choose_answer(behaviour, headers, request, seen, state.random)
        delay = behaviour.latency_s
        if behaviour.tail_share and state.random.random() < behaviour.tail_share:
            delay += behaviour.tail_s
        if delay > 0:
            asyncio.get_running_loop().call_later(delay, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        if self.state.behaviour.hold:
            self.state.held.append(lambda: self._send(answer))
            return
        counts = self.state.counts
        self.hanging = answer == "hang"
        counts.in_flight -= not self.hanging
        if isinstance(answer, str):
            counts.by_status[answer] += 1
            self._act_out(answer)
            return
        status = answer.status if isinstance(answer, Canned) else 200
        counts.by_status[str(status)] += 1
        counts.answered += status == 200
        if status == 200 and self.transport is not None:
            self.state.answered.add(self.request_hash)
        if isinstance(answer, Canned):
            self.write(answer.encode(), close=answer.close)
        else:
            self._stream(answer)

    def write(self, data: bytes, *, close: bool = False) -> None:
        """Send `data` and turn to the next request of this connection."""
        if self.transport is None:
            return
        self.transport.write(data)
        self.busy = False
        if close:
            self.transport.close()
        elif self.buffer:
            self._next_request()

    def _stream(self, pieces: list[bytes]) -> None:
        if self.transport is None:
            return
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for piece in pieces:
            self.transport.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.write(b"0\r\n\r\n")

    def _act_out(self, fault: str) -> None:
        if self.transport is None or fault == "hang":
            return
        if fault == "reset":
            self.transport.abort()
        elif fault == "disconnect":
            self.transport.close()
        elif fault == "garbage":
            self.write(b"this is not HTTP\r\n\r\n", close=True)
        elif fault == "drip":
            body = orjson.dumps(chat_body())
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n")
            self._drip(body)
        elif fault == "huge":
            self.transport.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"x":"')
            self._flood()

    def _drip(self, rest: bytes) -> None:
        if self.transport is not None and rest:
            self.transport.write(rest[:1])
            asyncio.get_running_loop().call_later(self.state.behaviour.drip_s, self._drip, rest[1:])

    def _flood(self) -> None:
        if self.transport is None:
            return
        if self.transport.get_write_buffer_size() < 4_000_000:
            self.transport.write(b"a" * 1_000_000)
        asyncio.get_running_loop().call_later(0.001, self._flood)


def _control(state: ServerState, method: str, path: str, headers: dict[str, str], body: bytes) -> Canned:
    match method, path.rstrip("/").rsplit("/", 1)[-1]:
        case "GET", "stats":
            return json_answer(200, state.counts.as_json())
        case "POST", "reset":
            state.reset()
            return json_answer(200, {})
        case "POST", "config":
            return _configured(state, body)
        case "GET", "models" | "key":
            return _listed(state, Received(path, headers, body))
        case _:
            return json_answer(404, {"error": {"message": f"Invalid URL ({method} {path})"}})


def _listed(state: ServerState, request: Received) -> Canned:
    behaviour = state.behaviour
    state.requests.append(request)
    if behaviour.canned is not None:
        return canned_from(behaviour.canned)
    if behaviour.list_key is not None and request.headers.get("authorization") != f"Bearer {behaviour.list_key}":
        return canned_fault("401")
    listed = [{"id": m, "object": "model"} for m in behaviour.models or ["fake-model"]]
    return json_answer(200, {"data": listed} if behaviour.model_list is None else behaviour.model_list)


def _configured(state: ServerState, body: bytes) -> Canned:
    try:
        state.behaviour.update(orjson.loads(body))
    except (ValueError, TypeError) as problem:
        return json_answer(422, {"error": str(problem)})
    if not state.behaviour.hold:
        state.release()
    return json_answer(200, {})

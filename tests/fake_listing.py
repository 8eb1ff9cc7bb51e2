"""A server on 127.0.0.1 with a fixed answer for each path: what providers' own model lists look like."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: Any


Answer = Any | Callable[[Asked], Any]  # JSON, a (status, JSON) pair, or what makes one of a request


@dataclass(slots=True)
class FakeListing:
    """The server's address, its answers by path, and what it was asked."""

    url: str
    answers: dict[str, Answer]
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """The status and JSON for one request; an unknown path is not found."""
        self.asked.append(asked)
        found = self.answers.get(asked.target.partition("?")[0], (404, {"error": "not found"}))
        found = found(asked) if callable(found) else found
        return found if isinstance(found, tuple) else (200, found)


@contextmanager
def fake_listing(answers: dict[str, Answer]) -> Iterator[FakeListing]:
    """A server that runs until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
            pass

        def _answer(self, method: str) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = listing.answer(Asked(method, self.path, headers, orjson.loads(raw) if raw else None))
            said = orjson.dumps(body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        listing = FakeListing(f"http://127.0.0.1:{server.server_port}", answers)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield listing
        finally:
            server.shutdown()
            thread.join(10)

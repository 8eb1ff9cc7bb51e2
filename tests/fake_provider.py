"""A provider on 127.0.0.1 that speaks chat completions and misbehaves on request; also runs as its own process.

with FakeProvider(latency_s=0.2) as provider:
    client = make_client("custom", base_url=provider.url, api_key=None)
    provider.configure(faults={"429": 0.1}); provider.stats()["rows"]["ROW7"]

python -m tests.fake_provider --port 0 --latency 0.2     # prints its URL; GET /stats, POST /config, POST /reset
"""

import argparse
import asyncio
import contextlib
import ssl
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import orjson
import pytest

from tests.fake_behaviour import Behaviour, TokenBucket
from tests.fake_server import Connection, Received, ServerState

__all__ = ["Behaviour", "FakeProvider", "TokenBucket", "fake_provider"]


class FakeProvider:
    """The server in a thread of this process; `url` is the base URL with /v1."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, seed: int = 0, **behaviour: Any) -> None:  # noqa: ANN401
        self.behaviour = Behaviour()
        self.behaviour.update(behaviour)
        self._state = ServerState(self.behaviour, seed)
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="fake-provider", daemon=True)
        self.port = 0

    @property
    def root_url(self) -> str:
        """The address without a path, for /stats and /config."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"{self.root_url}/v1"

    @property
    def requests(self) -> list[Received]:
        """The last thousand requests, oldest first."""
        return list(self._state.requests)

    def configure(self, **changes: Any) -> None:  # noqa: ANN401 - any setting
        """Change the behaviour of every request from now on."""
        self.behaviour.update(changes)

    def canned(self, status: int, body: Any, **headers: str) -> None:  # noqa: ANN401 - any JSON
        """Answer every chat request with this; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("content-type", "application/json")
        self.behaviour.canned = {"status": status, "body": body, "headers": named, "content_type": kind}

    def stats(self) -> dict[str, Any]:
        """What the server saw so far."""
        return self._state.counts.as_json()

    def reset(self) -> None:
        """Forget what was counted."""
        self._loop.call_soon_threadsafe(self._state.reset)

    def release(self) -> None:
        """Send the answers that `hold` kept back."""
        self._loop.call_soon_threadsafe(self._state.release)

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        connections: list[Connection] = []

        def connect() -> Connection:
            connections.append(Connection(self._state))
            return connections[-1]

        server = await self._loop.create_server(connect, "127.0.0.1", 0, ssl=self._tls, backlog=2048)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for connection in connections:
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


@pytest.fixture
def fake_provider() -> Iterator[FakeProvider]:
    """A fresh server per test."""
    with FakeProvider() as provider:
        yield provider


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A fake provider on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--key", help="the only key that is accepted")
    parser.add_argument("--rate", type=float, help="requests a second that a token bucket allows")
    parser.add_argument("--burst", type=int, default=50, help="the bucket's size")
    parser.add_argument("--config", default="{}", help="any setting of Behaviour as JSON")
    return parser.parse_args()


async def _main(arguments: argparse.Namespace) -> None:
    behaviour = Behaviour(latency_s=arguments.latency, key=arguments.key)
    if arguments.rate:
        behaviour.bucket = TokenBucket(rate=arguments.rate, burst=arguments.burst)
    behaviour.update(orjson.loads(arguments.config))
    state = ServerState(behaviour, arguments.seed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(state), "127.0.0.1", arguments.port, backlog=2048)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(_arguments()))

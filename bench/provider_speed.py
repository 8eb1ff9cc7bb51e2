"""`python -m bench.provider_speed`: how many requests a second the fake provider answers, so that it is no bottleneck.

The client is a raw protocol in processes of its own: several connections, one request each at a time.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time

from bench.measure import PROJECT
from bench.serving import provider

_BODY = b'{"model":"m","messages":[{"role":"user","content":"ROW1 the quick brown fox"}]}'
_REQUEST = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


class _Asker(asyncio.Protocol):
    def __init__(self, left: list[int], done: asyncio.Event) -> None:
        self._left, self._done = left, done
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection
        self._transport = transport
        transport.write(_REQUEST)

    def data_received(self, data: bytes) -> None:
        self._left[0] -= 1
        if self._left[0] <= 0:
            self._done.set()
        elif self._transport is not None:
            self._transport.write(_REQUEST)


async def _ask(port: int, requests: int, connections: int) -> None:
    loop, done, left = asyncio.get_running_loop(), asyncio.Event(), [requests]
    for _ in range(connections):
        await loop.create_connection(lambda: _Asker(left, done), "127.0.0.1", port)
    await done.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the fake provider.")
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--port", type=int, help="only ask a provider at this port")
    arguments = parser.parse_args()
    if arguments.port:
        asyncio.run(_ask(arguments.port, arguments.requests, arguments.connections))
        return
    with provider() as server:
        port = server.base_url.rsplit(":", 1)[-1].removesuffix("/v1")
        began = time.monotonic()
        command = [sys.executable, "-m", "bench.provider_speed", "--port", port]
        command += ["--requests", str(arguments.requests), "--connections", str(arguments.connections)]
        subprocess.run(command, cwd=PROJECT, check=True)
        took = time.monotonic() - began
        stats = server.stats()
    print(f"{stats['total'] / stats['span_s']:,.0f} requests/s over {stats['span_s']:.1f} s (whole {took:.1f} s)")
    print(json.dumps(stats["by_status"]))


if __name__ == "__main__":
    main()

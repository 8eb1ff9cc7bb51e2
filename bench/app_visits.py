"""A tab without a browser: the messages that Streamlit's page exchanges with its server over the websocket."""

import asyncio
import time
from collections.abc import Sequence

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_PATIENCE_S = 120.0


class Visit:
    """One visitor of a page; `received` are the bytes that came."""

    def __init__(self, url: str, page: str, query: str) -> None:
        self._url = url
        self._page = page
        self._query = query
        self._timers: dict[str, float] = {}  # seconds between two ticks, by fragment
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.received = 0

    async def open(self) -> float:
        """Seconds until the page is drawn for the first time."""
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(
            f"{self._url.replace('http', 'ws')}/_stcore/stream",
            protocols=("streamlit",),
            origin=self._url,
            max_msg_size=0,
        )
        return await self.again()

    async def again(self) -> float:
        """Seconds that the whole page takes, from the request to its last part."""
        self._timers.clear()
        return await self._ask()

    async def follow(self, seconds: float) -> list[float]:
        """Tick as the page's timers say for so long; the seconds that each tick took to its last part."""
        loop = asyncio.get_running_loop()
        end, took = loop.time() + seconds, list[float]()
        due = {fragment: loop.time() + every for fragment, every in self._timers.items()}
        while due and (fragment := min(due, key=lambda name: due[name])) and due[fragment] < end:
            wished = due[fragment]
            await asyncio.sleep(max(0.0, wished - loop.time()))
            asked = time.perf_counter()
            await self._ask(fragment)
            took.append(time.perf_counter() - asked)
            now = loop.time()
            due = {name: max(due.get(name, now + every), now) for name, every in self._timers.items()}
            if fragment in self._timers:
                due[fragment] = max(wished + self._timers[fragment], now)
        return took

    async def close(self) -> None:
        """Leave, as a closed tab does."""
        if self._socket is not None:
            await self._socket.close()
        if self._http is not None:
            await self._http.close()

    @property
    def _opened(self) -> aiohttp.ClientWebSocketResponse:
        if self._socket is None:
            raise RuntimeError("The page is not open.")
        return self._socket

    async def _ask(self, fragment: str = "") -> float:
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_name = self._page
        if fragment:
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
        asked = time.perf_counter()
        await self._opened.send_bytes(message.SerializeToString())
        async with asyncio.timeout(_PATIENCE_S):
            while not await self._is_drawn():
                pass
        return time.perf_counter() - asked

    async def _is_drawn(self) -> bool:
        data = await self._opened.receive_bytes()
        self.received += len(data)
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "auto_rerun":
            self._timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        if message.WhichOneof("type") == "stop_auto_rerun":
            for name in message.stop_auto_rerun.fragment_ids:
                self._timers.pop(name, None)
        ended = ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return bool(message.WhichOneof("type") == "script_finished" and message.script_finished != ended)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which so many are; 0 without any."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0

"""The bench's tab asks as a browser does: it ticks by the page's own timers and waits for the last part of each."""

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.app_visits import Visit, quantile

pytestmark = pytest.mark.anyio


class _App:
    """Answers each request with a timer and the end of the script, as Streamlit's server does."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bool]] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("streamlit",))
        await socket.prepare(request)
        async for message in socket:
            assert message.type is WSMsgType.BINARY
            asked = BackMsg.FromString(message.data).rerun_script
            self.asked.append((asked.query_string, asked.fragment_id, asked.is_auto_rerun))
            if not asked.fragment_id:
                timer = ForwardMsg()
                timer.auto_rerun.fragment_id = "panel"
                timer.auto_rerun.interval = 0.001
                await socket.send_bytes(timer.SerializeToString())
            early = ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN)
            await socket.send_bytes(early.SerializeToString())
            await socket.send_bytes(ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString())
        return socket


async def test_a_tab_loads_its_page_and_then_ticks_by_its_timer() -> None:
    served, app = _App(), web.Application()
    app.router.add_get("/_stcore/stream", served.serve)
    async with TestServer(app) as server:
        visit = Visit(str(server.make_url("/")).rstrip("/"), "run", "run=1")
        await visit.open()
        ticks = await visit.follow(0.05)
        await visit.close()
    assert ticks
    assert served.asked[0] == ("run=1", "", False)
    assert served.asked[1:] == [("run=1", "panel", True)] * len(ticks)


def test_the_slow_end_of_times() -> None:
    assert quantile([float(number) for number in range(1, 101)], 0.95) == 96
    assert quantile([], 0.95) == 0

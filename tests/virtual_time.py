"""An event loop whose clock jumps to the next timer, so that no test waits and a hang is told at once."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

_REAL_PATIENCE_S = 10.0  # for threads, which run in real time


class _JumpingSelector(selectors.DefaultSelector):
    """Adds what it was asked to wait to a clock instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            found = super().select(_REAL_PATIENCE_S)
            if not found:
                raise RuntimeError("Nothing will ever happen again: this is a deadlock.")
            return found
        found = super().select(0)
        if not found:
            self.now += timeout
        return found


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Use it as `("asyncio", {"loop_factory": VirtualTimeLoop})`."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


VIRTUAL_TIME: tuple[str, dict[str, Any]] = ("asyncio", {"loop_factory": VirtualTimeLoop})


class ThreadlessLoop(VirtualTimeLoop):
    """Does at once what threads would: else the clock jumps on while they work."""

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # noqa: ANN401 as in the class
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 it belongs to whoever awaits it
            done.set_exception(error)
        return done


WITHOUT_THREADS: tuple[str, dict[str, Any]] = ("asyncio", {"loop_factory": ThreadlessLoop})

"""One question to a model, asked in a thread of its own: *Try it* on a page, and the Python interface."""

import asyncio
import queue
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace

from pydantic import SecretStr

from handai_errors import REPORT_FAULT, HandaiError, ProviderError
from providers.base import Completion
from services.faults import facts_of
from services.models.asking import Question, addressed, ask, judge, remedy_of
from services.models.keys import require_key
from services.models.model_lists import model_id
from services.run_log import log

__all__ = ["Question", "Trial", "TrialState", "begin"]


@dataclass(frozen=True, slots=True)
class TrialState:
    """How far an answer has come; seconds are since the question was asked.

    `completion` has the usage, with its cost where that is known. `problem` says why there is no whole answer: what
    is in `text` then is no result. `left_out` are settings that the model does not take.
    """

    text: str = ""
    first_piece_s: float | None = None
    latency_s: float | None = None
    completion: Completion | None = None
    problem: HandaiError | None = None
    left_out: frozenset[str] = frozenset()
    stopped: bool = False
    ended: bool = False


def begin(question: Question, typed_key: SecretStr | None = None) -> "Trial":
    """Ask, and return at once; a name of the model that its provider lists stands for the id.

    Raises InputError when the address can't be used, a key is needed and missing or not for that host, or no listed
    model can be meant.
    """
    model = addressed(question.model)
    key = require_key(model.provider, typed_key, model.base_url)
    named = model.model_copy(update={"model": model_id(model.provider, model.base_url, model.model)})
    return Trial(replace(question, model=named), key)


class Trial:
    """A question on its way, to be looked at and stopped from any thread."""

    def __init__(self, question: Question, key: SecretStr | None) -> None:
        self._question = question
        self._key = key
        self._lock = threading.Lock()
        self._pieces: list[str] = []
        self._arrived: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._state = TrialState()
        self._stop_asked = False
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._started = time.perf_counter()
        self._thread = threading.Thread(target=self._run, name="try it", daemon=True)
        self._thread.start()

    def state(self) -> TrialState:
        """How far it is now."""
        with self._lock:
            return replace(self._state, text="".join(self._pieces))

    def pieces(self) -> Generator[str]:
        """The answer's text as it comes, for one reader; one who leaves early stops the request."""
        try:
            while (piece := self._arrived.get()) is not None:
                yield piece
        finally:
            self.stop()

    def stop(self) -> None:
        """Break the request off; what it has cost so far may be billed."""
        with self._lock:
            self._stop_asked = True
            running = self._running
        if running is not None:
            with suppress(RuntimeError):  # it has ended just now
                running[0].call_soon_threadsafe(running[1].cancel)

    def wait(self, timeout_s: float | None = None) -> TrialState:
        """How it is at its end, or after `timeout_s`."""
        self._thread.join(timeout_s)
        return self.state()

    def _run(self) -> None:
        try:
            asyncio.run(self._ask())
        except asyncio.CancelledError:
            self._note(stopped=True)
        except HandaiError as error:
            if isinstance(error, ProviderError):
                error.remedy = remedy_of(error)
            self._note(problem=error)
        except Exception as error:  # noqa: BLE001 whatever breaks it off, whoever waits for the end is told
            log.error("a fault in Handai", **facts_of(error))
            self._note(problem=HandaiError(f"Handai stumbled: {type(error).__name__}.", REPORT_FAULT))
        finally:
            with self._lock:
                self._running = None
            self._note(ended=True, latency_s=time.perf_counter() - self._started)
            self._arrived.put(None)

    async def _ask(self) -> None:
        task = asyncio.current_task()
        with self._lock:
            if self._stop_asked or task is None:
                raise asyncio.CancelledError
            self._running = (asyncio.get_running_loop(), task)
        answered = await ask(self._question, self._key, self._arrive)
        self._note(completion=answered.completion, left_out=answered.left_out)
        problem = judge(answered.completion)
        if problem is not None:
            raise problem

    def _arrive(self, text: str) -> None:
        if not text:
            return
        with self._lock:
            if not self._pieces:
                self._state = replace(self._state, first_piece_s=time.perf_counter() - self._started)
            self._pieces.append(text)
        self._arrived.put(text)

    def _note(self, **changes: object) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type] # fields of TrialState

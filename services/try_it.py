"""One question to a model, asked in a thread of its own: *Try it* on a page, and the Python interface."""

import asyncio
import queue
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog
from pydantic import SecretStr

from engine.answer_form import refused_setting
from engine.columns import Output
from engine.parsing import parse_completion
from engine.spec import DEFAULT_TIMEOUT_S, ModelSettings
from handai_errors import ErrorKind, HandaiError, ProviderError
from providers.base import Completion, CompletionClient, CompletionRequest, Message
from providers.prices import cost_of, price_of
from providers.router import make_client
from services.faults import facts_of
from services.keys import require_key
from services.models import model_id

_REMEDIES = {  # for one question, where a run's speak of rows
    ErrorKind.LENGTH: "Raise max tokens and ask again.",
    ErrorKind.CONTENT_FILTER: "Change the question or the model.",
    ErrorKind.REFUSAL: "Change the question or the model.",
    ErrorKind.INVALID_OUTPUT: "Ask again, or reword the question.",
}
_ANSWER = (Output(name="answer"),)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which model; `streamed` has the answer come piece by piece."""

    model: ModelSettings
    messages: tuple[Message, ...]
    timeout_s: float = DEFAULT_TIMEOUT_S
    streamed: bool = True

    def request(self) -> CompletionRequest:
        """The question as a provider is asked."""
        model = self.model
        return CompletionRequest(
            model=model.model,
            messages=self.messages,
            temperature=model.temperature,
            max_tokens=model.max_tokens,
            seed=model.seed,
            timeout_s=self.timeout_s,
        )


@dataclass(frozen=True, slots=True)
class TrialState:
    """How far an answer has come; seconds are since the question was sent.

    `completion` has the usage, with its cost where that is known. `problem` says why there is no whole answer: what
    is in `text` then is no result. `left_out` are settings that the model did not take.
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

    Raises InputError when a key is needed and missing, is not for that host, or no listed model can be meant.
    """
    model = question.model
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
                error.remedy = _REMEDIES.get(error.kind) or error.remedy or _wait(error)
            self._note(problem=error)
        except Exception as error:  # noqa: BLE001 whatever breaks it off, whoever waits for the end is told
            log.error("a fault in Handai", **facts_of(error))  # noqa: TRY400 a traceback would show values
            self._note(problem=HandaiError(f"Handai stumbled: {type(error).__name__}.", "Please report it."))
        finally:
            with self._lock:
                self._running = None
            self._note(ended=True)
            self._arrived.put(None)

    async def _ask(self) -> None:
        task = asyncio.current_task()
        with self._lock:
            if self._stop_asked or task is None:
                raise asyncio.CancelledError
            self._running = (asyncio.get_running_loop(), task)
        model = self._question.model
        client = make_client(model.provider, base_url=model.base_url, api_key=self._key)
        try:
            completion = await self._answer(client, self._question.request())
        finally:
            await client.aclose()
        self._judge(completion)

    async def _answer(self, client: CompletionClient, request: CompletionRequest) -> Completion:
        """The whole answer; asked again at once without a setting that the model does not take."""
        started = time.perf_counter()
        try:
            completion = await self._attempt(client, request, started)
        except ProviderError as error:
            self._note(latency_s=time.perf_counter() - started)
            name = refused_setting(error)
            if name is None or self._pieces or getattr(request, name, None) is None:
                raise
            self._note(left_out=self._state.left_out | {name})
        else:
            self._note(latency_s=time.perf_counter() - started)
            return completion
        return await self._answer(client, replace(request, **{name: None}))  # type: ignore[arg-type] # a setting's name

    async def _attempt(self, client: CompletionClient, request: CompletionRequest, started: float) -> Completion:
        if not self._question.streamed:
            completion = await client.complete(request)
            self._arrive(completion.text or "", started)
            return completion
        async for piece in client.stream(request):
            if piece.completion is not None:
                return piece.completion
            self._arrive(piece.text, started)
        raise ProviderError(ErrorKind.MALFORMED_RESPONSE, "The answer had no end.", "Ask again.")

    def _arrive(self, text: str, started: float) -> None:
        if not text:
            return
        with self._lock:
            if not self._pieces:
                self._state = replace(self._state, first_piece_s=time.perf_counter() - started)
            self._pieces.append(text)
        self._arrived.put(text)

    def _judge(self, completion: Completion) -> None:
        """Note the answer with its cost, and what makes it none: a refusal, a cut, emptiness."""
        model, usage = self._question.model, completion.usage
        if usage.cost_usd is None:
            usage = replace(usage, cost_usd=cost_of(price_of(model.provider, model.model), usage))
        self._note(completion=replace(completion, usage=usage))
        parse_completion(completion, _ANSWER, json_mode=False)

    def _note(self, **changes: object) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type] # fields of TrialState


def _wait(error: ProviderError) -> str:
    """What to do about a failure that a run would wait out by itself."""
    wait = f"{error.retry_after_s:.0f} seconds" if error.retry_after_s and error.retry_after_s >= 1 else "a little"
    return f"Wait {wait}, then ask again."

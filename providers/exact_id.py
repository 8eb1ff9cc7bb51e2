"""Some servers answer 404 to a catalogue's lower-case id and know the model by its exact-case one: tried once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, CompletionClient, CompletionRequest, StreamPiece


class ExactIdClient:
    """A CompletionClient that asks for `model` under its other id when its own is not found, and stays with it.

    `remember` is told the id that works once it is known to. `sent_as` is what worked before.
    """

    def __init__(
        self,
        client: CompletionClient,
        model: str,
        exact_id: str,
        remember: Callable[[str], None],
        sent_as: str | None = None,
    ) -> None:
        self._client = client
        self._model = model
        self._ids = (model, exact_id) if sent_as != exact_id else (exact_id, model)
        self._remember = remember
        self._now = self._ids[0]
        self._tried = False
        self._trying = asyncio.Lock()

    async def complete(self, request: CompletionRequest) -> Completion:
        """The answer under whichever id the server knows."""
        if request.model != self._model:
            return await self._client.complete(request)
        sent = self._now
        try:
            return await self._client.complete(replace(request, model=sent))
        except ProviderError as error:
            if error.kind is not ErrorKind.MODEL_NOT_FOUND:
                raise
            missing = error
        return await self._other(request, sent, missing)

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        """The answer piece by piece; what is not found has not begun, so it can be asked for again."""
        ids = (self._now, *(name for name in self._ids if name != self._now))
        ids = ids if request.model == self._model else (request.model,)
        for number, model_id in enumerate(ids):
            try:
                async for piece in self._client.stream(replace(request, model=model_id)):
                    yield piece
            except ProviderError as error:
                if error.kind is not ErrorKind.MODEL_NOT_FOUND or number + 1 == len(ids):
                    raise
            else:
                return

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _other(self, request: CompletionRequest, sent: str, missing: ProviderError) -> Completion:
        """Of many requests that came back at once, one tries the other id; the rest follow it."""
        async with self._trying:
            if self._now == sent:
                if self._tried:
                    raise missing
                self._tried = True
                other = self._ids[1]
                try:
                    completion = await self._client.complete(replace(request, model=other))
                except ProviderError as error:
                    raise (missing if error.kind is ErrorKind.MODEL_NOT_FOUND else error) from None
                self._now = other
                self._remember(other)
                return completion
        return await self._client.complete(replace(request, model=self._now))

"""After a run: what its provider can tell of answers about which something is unknown; no failure here is the run's."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from pydantic import SecretStr

from handai_db import OpenAnswer, RunRecord, Told, note_told, open_answers
from handai_errors import HandaiError, ProviderError
from providers.generations import Generation, fetch_generation, generations_call
from providers.listing_http import ListingCall
from providers.specs import get_provider
from services.home import run_path
from services.run_log import log

MOST = 2000
_AT_ONCE = 8
_DEADLINE_S = 20.0
_WAIT_S = 1.5  # the last answers may not be in the provider's books yet
_ROUNDS = 2

Sleep = Callable[[float], Awaitable[None]]


async def fill_in(record: RunRecord, key: SecretStr | None, sleep: Sleep = asyncio.sleep) -> None:
    """Ask about open answers, with the key that made the calls, and keep what is told; never fails a run."""
    spec, base_url = get_provider(record.provider), record.spec.model.base_url
    if not spec.generation_path or base_url is None:
        return
    try:
        asked = await asyncio.to_thread(open_answers, run_path(record.id), MOST)
        if not asked:
            return
        found: list[Told] = []
        try:
            async with asyncio.timeout(_DEADLINE_S), generations_call(spec, base_url, key) as call:
                await _ask(call, asked, found, sleep)
        except TimeoutError:
            log.info("asking about answers took too long", run=record.id)
        await asyncio.to_thread(note_told, run_path(record.id), found)
        log.info("asked about answers", run=record.id, asked=len(asked), told=len(found))
    except HandaiError as error:
        log.warning("nothing more is known of the answers", run=record.id, error=str(error))


async def _ask(call: ListingCall, asked: tuple[OpenAnswer, ...], found: list[Told], sleep: Sleep) -> None:
    left = list(asked)
    for number in range(_ROUNDS):
        if number:
            await sleep(_WAIT_S)
        waiting = iter(left)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_AT_ONCE, len(left))):
                group.create_task(_work(call, waiting, found))
        known = {told.answer for told in found}
        left = [answer for answer in left if answer not in known]
        if not left:
            return


async def _work(call: ListingCall, waiting: Iterator[OpenAnswer], found: list[Told]) -> None:
    for answer in waiting:
        try:
            told = await fetch_generation(call, answer.generation)
        except ProviderError:
            continue  # it stays unknown
        if told != Generation():
            facts = (told.upstream, told.model, told.prompt_tokens, told.completion_tokens, told.cost_usd)
            found.append(Told(answer, *facts))

"""The kept answers of HANDAI_HOME: opened for a run, measured, cleared, and gone with the run that paid for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from handai_db import AnswerCache, CacheUse, RunRecord, cache_use, clear_cache, forget_answers
from providers.dev_mode import dev_mode
from services.home import home

_FILE = "cache.db"


def path() -> Path:
    """The file of kept answers, whether there is one or not."""
    return home() / _FILE


@asynccontextmanager
async def kept_answers(record: RunRecord) -> AsyncIterator[AnswerCache | None]:
    """The answers that a run may take and adds to; None where it wants none."""
    if not record.spec.limits.cache or record.provider == "demo" or dev_mode():
        yield None
        return
    cache = AnswerCache(path(), record.id)
    try:
        yield cache
    finally:
        await asyncio.to_thread(cache.close)


def use() -> CacheUse:
    """How many answers are kept, and the bytes on the disk."""
    return cache_use(path())


def clear() -> CacheUse:
    """Delete every kept answer; returns what was there."""
    found = use()
    clear_cache(path())
    return found


def forget(run_id: str) -> None:
    """Delete what a run has kept: who deletes a run expects its answers gone."""
    forget_answers(path(), run_id)

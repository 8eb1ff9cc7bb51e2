"""Runs of one account in several processes tell each other by the catalogue when to wait and how fast all may go."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Protocol

from pydantic import SecretStr

from engine.limiter import Limiter
from engine.spec import ModelSettings
from handai_db import AccountRun
from handai_errors import SpecError
from providers.base_url import host_of, resolve_base_url
from services.home import open_catalogue

LIVE_S = 12.0  # after its last word; then a process is taken for dead
_TELL_EVERY_S = 4.0
_WORTH_TELLING_S = 1.0  # a shorter wait is over before the others have read of it
_NEWS_S = 0.25
_LONGEST_HOLD_S = 900.0


class Ear(Protocol):
    """Reads the catalogue without holding up who sends."""

    async def others_at(self, account: str) -> list[AccountRun]:
        """What the other runs of an account last told."""
        ...


class SharedLimiter:
    """A limiter, and what its run and the others of the same account and model tell each other."""

    def __init__(self, run_id: str, name: tuple[str, str, str], limiter: Limiter) -> None:
        self.account = ""
        self._run_id = run_id
        self._name = name
        self._limiter = limiter
        self._told_at = self._told_until = float("-inf")
        self._held: tuple[float, float] | None = None  # when it was heard, until when
        self._reason: str | None = None
        self._known: dict[str, float] = {}  # holds of others that were applied

    def hash_with(self, salt: bytes) -> None:
        """Give the account its name in this catalogue, which tells nothing of its key."""
        self.account = blake2b("\0".join(self._name).encode(), key=salt, digest_size=16).hexdigest()

    def news(self, now: float) -> AccountRun | None:
        """What is to be written now; None if nothing is."""
        standing = self._limiter.standing()
        until = now + standing.held_s
        is_new = standing.held_s >= _WORTH_TELLING_S and until > self._told_until + _NEWS_S
        if not is_new and now - self._told_at < _TELL_EVERY_S and now >= self._told_at:
            return None
        if is_new:
            self._told_until, self._reason, self._held = until, standing.reason, (now, until)
        self._told_at = now
        held_at, held_until = self._held or (None, None)
        return AccountRun(self._run_id, now, standing.pace, held_at, held_until, self._reason if self._held else None)

    def hear(self, others: Sequence[AccountRun], now: float) -> None:
        """Take over what others were told, once each, and one part of what all may do."""
        for other in others:
            if other.held_at is None or other.held_until is None or self._known.get(other.run_id) == other.held_until:
                continue
            self._known[other.run_id] = other.held_until
            # A clock that was set must not make a wait longer than it was.
            seconds = min(other.held_until - now, other.held_until - other.held_at, _LONGEST_HOLD_S)
            if seconds > 0:
                self._limiter.hold(seconds, other.reason or "another run of this account was told to wait")
        live = [other for other in others if abs(now - other.seen_at) <= LIVE_S]
        paces = [other.pace for other in live if other.pace]
        self._limiter.share(1 + len(live), sum(paces) / len(paces) if paces else None)


class Accounts:
    """The limiters of one execution, each shared with other runs of its account."""

    def __init__(self, run_id: str, wall: Callable[[], float] = time.time) -> None:
        self._run_id = run_id
        self._wall = wall
        self._shared: list[SharedLimiter] = []

    def add(self, model: ModelSettings, key: SecretStr | None, limiter: Limiter) -> None:
        """Share a limiter with whoever else asks this model at this address with this key."""
        with suppress(SpecError):
            host = host_of(resolve_base_url(model.provider, model.base_url))
            name = (host, key.get_secret_value() if key else "", model.model)
            self._shared.append(SharedLimiter(self._run_id, name, limiter))

    async def join(self) -> None:
        """Tell the others that this run begins, and hear what they know."""
        if self._shared and not self._shared[0].account:
            salt = await asyncio.to_thread(_salt)
            for shared in self._shared:
                shared.hash_with(salt)
            for shared, others in await self._tell():
                shared.hear(others, self._wall())

    async def exchange(self, control: Ear) -> None:
        """Hear what others have told, and tell what is new."""
        await self.join()
        for shared in self._shared:
            shared.hear(await control.others_at(shared.account), self._wall())
        await self._tell()

    async def leave(self) -> None:
        """Tell the others that this run sends nothing more."""
        if self._shared:
            await asyncio.to_thread(_leave, self._run_id)

    async def _tell(self) -> list[tuple[SharedLimiter, list[AccountRun]]]:
        now = self._wall()
        news = [(shared, run) for shared in self._shared if (run := shared.news(now)) is not None]
        return await asyncio.to_thread(_tell, news) if news else []


def _salt() -> bytes:
    with open_catalogue() as catalogue:
        return catalogue.accounts.salt()


def _tell(news: Sequence[tuple[SharedLimiter, AccountRun]]) -> list[tuple[SharedLimiter, list[AccountRun]]]:
    with open_catalogue() as catalogue:
        return [(shared, catalogue.accounts.tell(shared.account, run)) for shared, run in news]


def _leave(run_id: str) -> None:
    with open_catalogue() as catalogue:
        catalogue.accounts.leave(run_id)

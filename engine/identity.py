"""Which requests are equal: digests of what is sent, the part that is the same for every row taken once."""

import hashlib
from collections.abc import Sequence

import orjson

from engine.spec import ModelSettings
from providers.base import Message


def messages_digest(messages: Sequence[Message]) -> bytes:
    """Thirty-two bytes that are equal only for equal messages."""
    said = [(message.role, message.content) for message in messages]
    return hashlib.blake2b(orjson.dumps(said), digest_size=32).digest()


class RequestIdentity:
    """Tells the requests of one model apart; no key goes in."""

    def __init__(self, settings: ModelSettings) -> None:
        identity = (
            settings.provider,
            settings.base_url,
            settings.model,
            settings.temperature,
            settings.max_tokens,
            settings.json_mode,
            settings.seed,
            *_route(settings),
        )
        self._begun = hashlib.blake2b(orjson.dumps(identity), digest_size=16)

    def of(self, digest: bytes) -> bytes:
        """Sixteen bytes that are equal only for requests whose messages have this digest and that ask the same."""
        whole = self._begun.copy()
        whole.update(digest)
        return whole.digest()


def request_hash(settings: ModelSettings, messages: Sequence[Message]) -> bytes:
    """Sixteen bytes that are equal only for requests that are equal on the wire."""
    return RequestIdentity(settings).of(messages_digest(messages))


def _route(settings: ModelSettings) -> tuple[object, ...]:
    """Nothing where nothing is said, so that runs from before there were routes are still found."""
    wishes = settings.routing.preferences if settings.routing else None
    return (settings.fallbacks, wishes) if settings.fallbacks or wishes else ()

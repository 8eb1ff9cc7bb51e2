"""Which requests are equal: digests of what is sent, the part that is the same for every row taken once."""

import hashlib
from collections.abc import Sequence

import orjson

from engine.spec import ModelSettings
from providers.base import Message


def messages_digest(messages: Sequence[Message]) -> bytes:
    """Thirty-two bytes that are equal only for equal messages."""
    return MessagesDigest().of(tuple(messages))


class MessagesDigest:
    """Digests the messages of one row after another; those that stand before a row's own are read once."""

    def __init__(self) -> None:
        self._before: tuple[Message, ...] = ()
        self._begun = hashlib.blake2b(b"[", digest_size=32)

    def of(self, messages: tuple[Message, ...]) -> bytes:
        """Thirty-two bytes that are equal only for equal messages: a hash of their JSON, as one list of pairs."""
        if messages[:-1] != self._before:
            self._before = messages[:-1]
            said = [orjson.dumps((message.role, message.content)) + b"," for message in self._before]
            self._begun = hashlib.blake2b(b"[" + b"".join(said), digest_size=32)
        whole = self._begun.copy()
        if messages:
            last = messages[-1]
            whole.update(orjson.dumps((last.role, last.content)))
        whole.update(b"]")
        return whole.digest()


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

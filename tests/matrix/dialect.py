"""What an error says, and one provider's way of writing it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Body = Any


@dataclass(frozen=True)
class Told:
    """What an error says, whoever says it; `code` and `more` stand where the provider keeps such words."""

    status: int
    message: str
    type: str | None = None
    code: str | None = None
    param: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dialect:
    """One provider's way of writing; `source` says where it was read, and when that was written."""

    provider: str
    source: str
    error: Callable[[Told], Body]
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Own:
    """A provider's own words for a fault, instead of the common ones; `source` is where and when they were seen."""

    status: int
    body: Body
    source: str
    headers: dict[str, str] = field(default_factory=dict)


def as_openai(told: Told) -> Body:
    """OpenAI's own form, which most others took over."""
    kind = told.type or ("server_error" if told.status >= 500 else "invalid_request_error")
    return {"error": {"message": told.message, "type": kind, "param": told.param, "code": told.code, **told.more}}

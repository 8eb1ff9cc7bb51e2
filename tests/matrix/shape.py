"""One way in which a call fails, and what each provider sends when it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from handai_errors import ErrorKind
from tests.matrix.dialect import Body, Own, Told
from tests.matrix.dialects import DIALECTS
from tests.matrix.more_words import MORE_WORDS


@dataclass(frozen=True)
class Shape:
    """A fault and the kind of error that it must become, whoever sends it.

    Exactly one of `told` (each provider writes it in its own format), `answer` (a body with status 200, made for a
    provider), `page` (the same bytes from everyone, as gateways send them) and `fault` (of the connection) is there;
    `own`, and what more_words says, replace it for some. `waits_s` is what the error must say about waiting,
    `parameter` what it must name.
    """

    name: str
    kind: ErrorKind
    source: str
    told: Told | None = None
    answer: Callable[[str], Body] | None = None
    page: tuple[int, Body] | None = None
    fault: str | None = None
    own: dict[str, Own] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    waits_s: float | None = None
    parameter: str | None = None


@dataclass(frozen=True)
class Cell:
    """A shape at a provider."""

    shape: Shape
    provider: str
    status: int
    body: Body
    headers: dict[str, str]
    source: str

    @property
    def canned(self) -> dict[str, Any]:
        """What the fake provider is told to answer."""
        return {
            "status": self.status,
            "body": self.body,
            "headers": self.headers,
            "content_type": self.shape.content_type,
        }


def cell(shape: Shape, provider: str) -> Cell:
    """What that provider sends in that case."""
    dialect = DIALECTS[provider]
    if own := shape.own.get(provider) or MORE_WORDS.get(shape.name, {}).get(provider):
        return Cell(shape, provider, own.status, own.body, {**shape.headers, **own.headers}, own.source)
    source = f"{shape.source}; format: {dialect.source}"
    if shape.told:
        return Cell(shape, provider, shape.told.status, dialect.error(shape.told), shape.headers, source)
    if shape.answer:
        return Cell(shape, provider, 200, shape.answer(provider), shape.headers, source)
    status, body = shape.page or (0, "")
    return Cell(shape, provider, status, body, shape.headers, shape.source)

"""Whom an aggregator may ask, in which order and at what price; only providers that route are told."""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from engine.declared import Declared
from providers.prices import Price, dearest

Upstream = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class MaxPrice(Declared):
    """The most that a million tokens may cost in US dollars; None sets no bound."""

    prompt: _Dollars | None = None
    completion: _Dollars | None = None


class Routing(Declared):
    """Preferences about upstream providers, by their short names at the aggregator; None leaves it to the account.

    `order` is tried first, `only` allows no others, `ignore` is never asked; without `allow_fallbacks` nobody beyond
    `order` is. `data_collection` "deny" and `zdr` (no data kept) leave out upstreams that may keep what they are sent.
    """

    order: tuple[Upstream, ...] = ()
    only: tuple[Upstream, ...] = ()
    ignore: tuple[Upstream, ...] = ()
    allow_fallbacks: bool | None = None
    data_collection: Literal["allow", "deny"] | None = None
    zdr: bool | None = None
    sort: Literal["price", "throughput", "latency"] | None = None
    max_price: MaxPrice | None = None

    @model_validator(mode="after")
    def _someone_is_left(self) -> Self:
        both = sorted({*self.ignore} & {*self.only, *self.order})
        if both:
            raise ValueError(f"{both[0]} is both asked for and ignored")
        strangers = sorted({*self.order} - {*self.only}) if self.only else []
        if strangers:
            raise ValueError(f"{strangers[0]} is in `order`, but `only` doesn't allow it")
        return self

    @cached_property
    def preferences(self) -> dict[str, Any] | None:
        """What goes over the wire; None when nothing is said."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True) or None


def preferences_of(routing: Routing | None, ceiling: Price | None) -> dict[str, Any] | None:
    """What goes over the wire; under a `ceiling` nobody dearer is asked, unless a bound was chosen."""
    said = routing.preferences if routing else None
    if not ceiling or (routing and routing.max_price):
        return said
    prompt, completion = ceiling.highest
    return {**(said or {}), "max_price": {"prompt": prompt, "completion": completion}} if prompt or completion else said


def price_under(price: Price | None, routing: Routing | None) -> Price | None:
    """What a cap counts on: the price that is known, or what was allowed where that is more."""
    allowed = routing.max_price if routing else None
    if price is None or allowed is None:
        return price
    return dearest([price, Price(allowed.prompt or 0.0, allowed.completion or 0.0)])

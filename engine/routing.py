"""Whom an aggregator may ask, in which order and at what price; only providers that route are told."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from engine.declared import Declared

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

    def preferences(self) -> dict[str, Any] | None:
        """What goes over the wire; None when nothing is said."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True) or None

"""A spending cap that is a promise: every send reserves its upper bound first."""

import math
from dataclasses import dataclass

from handai_errors import SpecError
from providers.base import Usage
from providers.prices import FREE, Price, cost_of

_MOST_TOKENS = 2**40


def plausible(usage: Usage) -> Usage:
    """`usage` with counts and costs that can't be (negative, no number, absurd) as unknown."""
    sent, answered, cost = usage.prompt_tokens, usage.completion_tokens, usage.cost_usd
    if (
        (sent is None or 0 <= sent <= _MOST_TOKENS)
        and (answered is None or 0 <= answered <= _MOST_TOKENS)
        and (cost is None or 0 <= cost < math.inf)
    ):
        return usage
    return Usage(
        _plausible_count(sent),
        _plausible_count(answered),
        cost if cost is not None and math.isfinite(cost) and cost >= 0 else None,
    )


def _plausible_count(tokens: int | None) -> int | None:
    return tokens if tokens is not None and 0 <= tokens <= _MOST_TOKENS else None


@dataclass(slots=True)
class Budget:
    """Reserved and spent US dollars against a cap; without a cap everything fits. `holders` have a reservation.

    `stretch` is how far an answer's cost has passed its bound so far, 1 at least: where a price turns out to be higher
    than its list says, later bounds grow with it.
    """

    cap_usd: float | None = None
    price: Price | None = None
    spent_usd: float = 0.0
    reserved_usd: float = 0.0
    holders: int = 0
    stretch: float = 1.0

    def bound(self, prompt_tokens: int, max_tokens: int | None, price: Price | None = None) -> float | None:
        """The most a request can cost in US dollars at the asked model's price; None when there is no cap to keep."""
        price = price or self.price
        if self.cap_usd is None:
            return None
        if price == FREE:
            return 0.0
        if price is None or max_tokens is None:
            raise SpecError(
                "A spending cap needs a model with a known price and max tokens.",
                "Set max tokens, choose another model, or run without a cap.",
            )
        bound = cost_of(price, Usage(prompt_tokens, max_tokens))
        return None if bound is None else bound * self.stretch

    def reserve(self, bound_usd: float | None) -> bool:
        """Whether `bound_usd` still fits under the cap; if so it is set aside."""
        if self.cap_usd is None or bound_usd is None:
            return True
        if bound_usd and self.spent_usd + self.reserved_usd + bound_usd > self.cap_usd:
            return False
        self.reserved_usd += bound_usd
        self.holders += 1
        return True

    def settle(self, bound_usd: float | None, actual_usd: float | None, stretched: float = 1.0) -> None:
        """Turn a reservation into what was really spent; an unknown cost counts as the whole reservation.

        `stretched` is the stretch with which it was made.
        """
        if bound_usd is None:
            self.spent_usd += actual_usd or 0.0
            return
        self.holders -= 1
        self.reserved_usd = self.reserved_usd - bound_usd if self.holders else 0.0  # no rounding is left behind
        self.spent_usd += bound_usd if actual_usd is None else actual_usd
        if bound_usd and actual_usd is not None:
            self.stretch = max(self.stretch, stretched * actual_usd / bound_usd)

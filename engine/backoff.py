"""How long to wait between attempts of a model call when the provider doesn't say."""

from collections.abc import Callable
from typing import Annotated, Self

from pydantic import Field, model_validator

from engine.declared import Declared


class Backoff(Declared):
    """Waits that double from `initial_s` up to `max_s`; `jitter` is the share of each that is left to chance."""

    initial_s: Annotated[float, Field(gt=0, le=600)] = 1.0
    max_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    jitter: Annotated[float, Field(ge=0, le=1)] = 1.0

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.max_s < self.initial_s:
            raise ValueError("the longest wait is shorter than the first one")
        return self

    def wait_s(self, failures: int, uniform: Callable[[float, float], float]) -> float:
        """Seconds to wait after that many failed attempts."""
        longest = min(self.max_s, self.initial_s * 2.0 ** min(failures - 1, 32))
        return uniform(longest * (1 - self.jitter), longest)


DEFAULT_BACKOFF = Backoff()

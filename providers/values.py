"""The decorator of values that are made for every row: frozen to mypy, made as fast as what is not frozen.

A frozen dataclass sets each field through `object.__setattr__`, which takes 1.9 µs for fifteen fields instead of 0.3;
eight such values a row were a sixth of the event loop's time.
"""

from typing import TYPE_CHECKING, Any

__all__ = ["value"]

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool) -> Any:  # noqa: ANN401 mypy sees the dataclass above
        """As `dataclass`, but assigning is refused by mypy alone."""
        return dataclass(slots=slots, unsafe_hash=frozen)

"""`--route NAME=VALUE`: whom an aggregator asks, as the routing part of a spec."""

from collections.abc import Sequence
from typing import Any

from engine.routing import MaxPrice, Routing
from handai_errors import SpecError

_LISTS = {"order", "only", "ignore"}
_SWITCHES = {"true": True, "yes": True, "false": False, "no": False}


def routing_of(said: Sequence[str]) -> dict[str, Any] | None:
    """The `routing` of a spec; None when nothing is said. Raises SpecError for what nobody understands."""
    routing: dict[str, Any] = {}
    for text in said:
        name, _, value = text.partition("=")
        group, _, inner = name.strip().partition(".")
        if not value.strip():
            raise SpecError(f"--route {text} says nothing.", "Write it as in --route order=groq,together.")
        if group == "max_price" and inner in MaxPrice.model_fields:
            routing.setdefault(group, {})[inner] = value.strip()
        elif name.strip() in Routing.model_fields and group != "max_price":
            routing[group] = _read(group, value.strip())
        else:
            raise SpecError(f"--route knows no {name.strip()!r}.", f"It knows: {', '.join(_known())}.")
    return routing or None


def _read(name: str, value: str) -> Any:  # noqa: ANN401 what the field takes
    if name in _LISTS:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return _SWITCHES.get(value.lower(), value)


def _known() -> list[str]:
    prices = [f"max_price.{name}" for name in MaxPrice.model_fields]
    return [*(name for name in Routing.model_fields if name != "max_price"), *prices]

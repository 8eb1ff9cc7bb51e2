"""Takes an error answer apart: every provider wraps the same few facts differently."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

_MAX_DEPTH = 3  # an error that wraps an error that wraps an error
_SAYS_NOTHING = {"provider returned error", "upstream error", "provider error"}


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error answer says, whatever its shape.

    `status` is the HTTP status, or the error's own numeric code when that was 200; `words` are all its codes and
    types in lower case; `text` is its message and whatever it quotes from upstream, in lower case; `is_json` is
    false for a page or plain text; `began` is true when it came with status 200, so that the model may have worked.
    """

    status: int
    message: str = ""
    words: frozenset[str] = frozenset()
    text: str = ""
    parameter: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    availability: dict[str, Any] = field(default_factory=dict)
    details: tuple[dict[str, Any], ...] = ()
    failed_generation: str | None = None
    is_json: bool = True
    began: bool = False


def parse_json(text: str | bytes) -> Any:  # noqa: ANN401 - any JSON, checked by whoever reads it
    """The JSON value of `text`; None if it isn't JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def read_error_body(status: int, text: str) -> ErrorBody:
    """The facts in an error answer's text."""
    value = parse_json(text)
    if value is None:
        return ErrorBody(status, _first_line(text), text=text.lower(), is_json=False)
    return read_error_value(status, value)


def read_error_value(status: int, value: object) -> ErrorBody:
    """The facts in an error answer that is already parsed."""
    layers = list(_layers(value))
    metadata = _first_dict(layers, "metadata")
    availability = _first_dict(layers, "availability")
    message = next((m for m in (_message(layer) for layer in layers) if m), "")
    if message.strip().rstrip(".").lower() in _SAYS_NOTHING:
        message = _said_upstream(metadata) or message
    invalid = [name for layer in layers for name in _invalid_fields(layer)]
    quoted = [metadata.get("raw"), metadata.get("previous_errors"), *(_message(layer) for layer in layers), *invalid]
    return ErrorBody(
        status=_own_status(layers) if status < 300 else status,
        message=message,
        words=frozenset(_words([*layers, metadata, availability, *_details(layers), *_inner_errors(layers)])),
        text=" ".join(str(q) for q in quoted if q).lower(),
        parameter=next((p for p in (_field_at_fault(layer) for layer in layers) if p), None),
        metadata=metadata,
        availability=availability,
        details=tuple(_details(layers)),
        failed_generation=next(
            (str(g) for g in (layer.get("failed_generation") for layer in (*layers, metadata)) if g), None
        ),
        began=status < 300,
    )


def _layers(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The error object and what encloses it, innermost first."""
    if isinstance(value, list):
        value = value[0] if value else {}
    if isinstance(value, str):
        value = {"message": value}
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return
    if value.get("error"):
        yield from _layers(value["error"], depth + 1)
    quoted = value.get("message")
    if isinstance(quoted, str) and quoted.lstrip().startswith(("{", "[")):
        quoted = parse_json(quoted)
    if isinstance(quoted, dict | list):
        yield from _layers(quoted, depth + 1)  # Google, Mistral and some gateways put the whole error in there
    yield value


def _said_upstream(metadata: dict[str, Any]) -> str:
    """What the provider behind an aggregator said, with its name."""
    raw = metadata.get("raw")
    value = parse_json(raw) if isinstance(raw, str) else raw
    said = next((m for m in (_message(layer) for layer in _layers(value)) if m), "")
    said = said or (_first_line(raw) if isinstance(raw, str) and value is None else "")
    name = metadata.get("provider_name")
    return f"{name} said: {said}" if said and isinstance(name, str) else said


def _message(layer: dict[str, Any]) -> str:
    for name in ("message", "detail", "error_description", "title"):
        said = layer.get(name)
        if isinstance(said, str) and said:
            return said
        if isinstance(said, list) and said and isinstance(said[0], dict):
            return str(said[0].get("msg") or said[0])  # FastAPI's list of invalid fields
    return ""


def _field_at_fault(layer: dict[str, Any]) -> str | None:
    return str(layer["param"]) if layer.get("param") else next(_invalid_fields(layer), None)


def _invalid_fields(layer: dict[str, Any]) -> Iterator[str]:
    """The fields that FastAPI's list names: ["body", "response_format", "type"]."""
    invalid = layer.get("detail")
    for item in invalid if isinstance(invalid, list) else ():
        place = item.get("loc") if isinstance(item, dict) else None
        names = [str(name) for name in place if name != "body"] if isinstance(place, list) else []
        if names:
            yield ".".join(names)


def _words(sources: list[dict[str, Any]]) -> Iterator[str]:
    names = ("code", "type", "status", "reason", "error_type", "error_code", "provider_code", "limit_source", "quotaId")
    for source in sources:
        for name in names:
            word = source.get(name)
            if isinstance(word, str | int) and not isinstance(word, bool):
                yield str(word).lower()


def _inner_errors(layers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for layer in layers:
        for name in ("innererror", "inner_error", "details"):
            if isinstance(layer.get(name), dict):
                yield layer[name]


def _details(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for layer in layers:
        details = layer.get("details")
        for detail in details if isinstance(details, list) else ():
            if isinstance(detail, dict):
                violations = detail.get("violations")
                found.append(detail)
                found += [v for v in violations if isinstance(v, dict)] if isinstance(violations, list) else []
    return found


def _first_dict(layers: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next((layer[name] for layer in layers if isinstance(layer.get(name), dict)), {})


def _own_status(layers: list[dict[str, Any]]) -> int:
    for layer in layers:
        code = str(layer.get("code", ""))
        if code.isdigit() and 400 <= int(code) < 600:
            return int(code)
    return 200


def _first_line(text: str) -> str:
    if text.lstrip().startswith("<"):
        return ""  # a page's markup tells a person nothing
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:200]

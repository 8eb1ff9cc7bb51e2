"""JSON text to cells without changing them: exact big integers, and one kind for each column's values."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.tables.model import ColumnKind

_MANY_DIGITS = re.compile(rb"\d{19}")  # only then an integer can be beyond 64 bits
_INT64_MAX = (1 << 63) - 1
_EXACT_IN_FLOAT = 1 << 53


class BigInteger(str):
    """An integer beyond 64 bits, kept as its digits."""

    __slots__ = ()


def parse_json(data: bytes) -> object:
    """The value of JSON text; tolerates NaN and lone surrogates, which some programs write. Raises ValueError."""
    if not _MANY_DIGITS.search(data):
        try:
            value: object = orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
        else:
            return value
    try:
        exact: object = json.loads(data, parse_int=_integer, parse_float=_number, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("its values are nested too deeply") from error
    return exact


def _integer(digits: str) -> int | BigInteger:
    if len(digits) > 20:
        return BigInteger(digits)
    value = int(digits)
    return value if -_INT64_MAX - 1 <= value <= _INT64_MAX else BigInteger(digits)


def _number(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _no_number(_name: str) -> None:
    return None


def to_json_text(value: object) -> str:
    """A value as JSON text, as it is stored in a column of the JSON kind."""
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:  # a lone surrogate, an integer beyond 64 bits or nesting too deep for orjson
        return clean_text(json.dumps(value, ensure_ascii=False, default=str))


def clean_text(text: str) -> str:
    """Text that can be stored as UTF-8: lone surrogates become the replacement character."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


@dataclass(slots=True)
class ColumnTypes:
    """The columns of a stream of objects, in order of first appearance, with the types each one holds."""

    types: dict[str, set[type]] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)

    def add(self, record: Mapping[str, Any]) -> None:
        """Take note of one object."""
        for name, value in record.items():
            kind = type(value)
            seen = self.types.get(name)
            if seen is None:
                self.types[name] = {kind}
            else:
                seen.add(kind)
            if kind is int and abs(value) > _EXACT_IN_FLOAT:
                self.large.add(name)

    def kind(self, name: str) -> ColumnKind:
        """The one kind that holds the column's values unchanged."""
        found = self.types[name] - {type(None)}
        if not found or found == {str} or (BigInteger in found and found <= {str, int, BigInteger}):
            return ColumnKind.TEXT
        if found == {bool}:
            return ColumnKind.BOOLEAN
        if found == {int}:
            return ColumnKind.INTEGER
        if found == {float} or (found == {int, float} and name not in self.large):
            return ColumnKind.NUMBER
        return ColumnKind.JSON


def cells_of(kind: ColumnKind, values: Iterable[Any]) -> list[Any]:
    """Parsed values as they are stored in a column of this kind."""
    if kind is ColumnKind.JSON:
        return [None if value is None else to_json_text(value) for value in values]
    if kind is ColumnKind.TEXT:
        return [None if value is None else clean_text(str(value)) for value in values]
    return list(values)

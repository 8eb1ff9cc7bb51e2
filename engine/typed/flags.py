"""Columns as the command line writes them: `score:integer(1..5)?`, `mood:category(good,bad)`, `tags:list(text,1..3)`.

    NAME                           plain: the answer as it comes
    NAME:TYPE                      text, integer, number, boolean, date, object, list
    …:integer(1..5)  number(0..)   smallest and largest value, either may be left out
    …:text(..200)                  shortest and longest length in characters
    …:category(a,b)                allowed values
    …:list(TYPE,1..3)              what its items are, how many there are; both may be left out
    …?                             after the type or its brackets: the column may be empty

A name with a colon and a value with a comma or bracket in it stand in double or single quotes; a backslash takes the
next character as it is.
"""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from engine.columns import ColumnType, Output
from engine.nearest import close_names
from engine.typed.check import check_output
from engine.typed.flag_text import quoted, split_name, split_outside, unquoted
from engine.typed.words import plain_number
from handai_errors import SpecError

_HELP = "Such as name, score:integer(1..5), mood:category(good,bad), tags:list(text) or day:date?."
_ALIASES = {
    "str": "text",
    "string": "text",
    "int": "integer",
    "float": "number",
    "decimal": "number",
    "bool": "boolean",
    "enum": "category",
    "choice": "category",
    "label": "category",
    "array": "list",
    "json": "object",
    "dict": "object",
    "datetime": "date",
}
_TYPE = re.compile(r"\s*(?P<type>[^()?\s]*)\s*(?P<early>\??)\s*(?:\((?P<args>.*)\))?\s*(?P<late>\??)\s*", re.DOTALL)
_RANGE = re.compile(r"\s*(?P<low>[^.\s]*(?:\.\d+)?[^.\s]*)\s*\.\.\s*(?P<high>\S*)\s*")


def parse_output_flag(text: str) -> Output:
    """The column that a flag declares; raises SpecError with a suggestion."""
    name, told = split_name(text)
    name = unquoted(name)
    if not name.strip():
        raise SpecError(f"`{text}` names no column.", _HELP)
    fields: dict[str, Any] = {} if told is None else _type_fields(told, text)
    try:
        output = Output(name=name, **fields)
    except ValidationError as error:
        raise SpecError(f"`{text}` can't be used: {error.errors()[0]['msg'].lower()}.", _HELP) from None
    check_output(output)
    return output


def _type_fields(told: str, flag: str) -> dict[str, Any]:
    match = _TYPE.fullmatch(told)
    if match is None:
        raise SpecError(f"`{flag}` can't be read.", _bracket_advice(told))
    required = not (match["early"] or match["late"])
    if not match["type"] and match["args"] is None and not required:
        return {"required": False}
    kind = _kind(match["type"], flag)
    return {"type": kind, "required": required, **_arguments(kind, match["args"], flag)}


def _bracket_advice(told: str) -> str:
    if told.count("(") != told.count(")"):
        return "A bracket is missing."
    return f"A name with a colon stands in quotes. {_HELP}"


def _kind(word: str, flag: str) -> ColumnType:
    try:
        return ColumnType(word.casefold())
    except ValueError:
        pass
    known = [kind.value for kind in ColumnType]
    meant = _ALIASES.get(word.casefold()) or next(iter(close_names(word, known)), None)
    advice = f"Did you mean {flag.partition(':')[0]}:{meant}?" if meant else f"The types are {', '.join(known)}."
    raise SpecError(f"`{flag}` has no type that is known: `{word}`.", advice)


def _arguments(kind: ColumnType, args: str | None, flag: str) -> dict[str, Any]:
    if args is None or (not args.strip() and kind is not ColumnType.CATEGORY):
        return {}
    match kind:
        case ColumnType.INTEGER | ColumnType.NUMBER:
            low, high = _range(args, flag)
            return {"minimum": low, "maximum": high}
        case ColumnType.TEXT:
            return _lengths(args, flag)
        case ColumnType.CATEGORY:
            return {"values": _values(args)}
        case ColumnType.LIST:
            return _list_arguments(args, flag)
        case _:
            raise SpecError(f"`{flag}`: {kind} takes nothing in brackets.", "Leave the brackets out.")


def _values(args: str) -> tuple[str, ...]:
    return tuple(unquoted(part) for part in split_outside(args, ",")) if args.strip() else ()


def _list_arguments(args: str, flag: str) -> dict[str, Any]:
    first, *rest = split_outside(args, ",")
    if len(rest) > 1:
        raise SpecError(f"`{flag}`: a list takes a type and a length.", "Such as tags:list(text,1..3).")
    if not rest and ".." in first and "(" not in first:
        return _lengths(first, flag)
    fields = _type_fields(first, flag)
    if not fields.pop("required"):
        raise SpecError(f"`{flag}`: the items of a list are never empty.", "Put the ? behind the last bracket.")
    if "min_length" in fields or "max_length" in fields:
        raise SpecError(f"`{flag}`: the length of a list's items can't be said.", "Such as tags:list(text,1..3).")
    return {"items": fields.pop("type"), **fields, **(_lengths(rest[0], flag) if rest else {})}


def _range(args: str, flag: str) -> tuple[float | None, float | None]:
    match = _RANGE.fullmatch(args)
    if match is None:
        raise SpecError(f"`{flag}`: `{args.strip()}` is no range.", "Write 1..5, or 0.. or ..100 for one bound.")
    return _bound(match["low"], flag), _bound(match["high"], flag)


def _bound(text: str, flag: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise SpecError(f"`{flag}`: `{text}` is no number.", "Write 1..5, or 0.. or ..100 for one bound.") from None


def _lengths(args: str, flag: str) -> dict[str, Any]:
    low, high = _range(args, flag)
    if any(bound is not None and not (bound.is_integer() and bound >= 0) for bound in (low, high)):
        raise SpecError(f"`{flag}`: a length is a whole number.", "Such as summary:text(..200).")
    return {"min_length": None if low is None else int(low), "max_length": None if high is None else int(high)}


def format_output_flag(output: Output) -> str:
    """The flag that declares the column; raises SpecError for one that no flag can declare."""
    unsaid = {
        "description": output.description,
        "pattern": output.pattern,
        "JSON Schema": output.json_schema is not None,
        "prompt": output.prompt,
    }
    if held := [label for label, there in unsaid.items() if there]:
        raise SpecError(f"`{output.name}` has a {held[0]}, which --output can't say.", "Use a schema file.")
    name, optional = quoted(output.name, ":\"'\\"), "" if output.required else "?"
    if output.type is None:
        return f"{name}:?" if optional else name
    return f"{name}:{output.type}{_shown_arguments(output)}{optional}"


def _shown_arguments(output: Output) -> str:
    lengths = _shown_range(output.min_length, output.max_length)
    if output.type is not ColumnType.LIST:
        return _in_brackets([lengths or _shown_held(output)])
    items = f"{output.items}{_in_brackets([_shown_held(output)])}" if output.items else ""
    return _in_brackets([items, lengths])


def _shown_held(output: Output) -> str:
    if output.values:
        return ",".join(quoted(value, ",()\"'\\") for value in output.values)
    return _shown_range(output.minimum, output.maximum)


def _shown_range(low: float | None, high: float | None) -> str:
    shown = ["" if bound is None else plain_number(bound) for bound in (low, high)]
    return "..".join(shown) if any(shown) else ""


def _in_brackets(parts: Sequence[str]) -> str:
    told = ",".join(part for part in parts if part)
    return f"({told})" if told else ""

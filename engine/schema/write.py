"""A schema as the YAML that a person would write: only what differs from the defaults, short parts in one line."""

import io
import re
from datetime import datetime
from enum import StrEnum

import yaml

from engine.schema.columns import Schema
from engine.schema.places import FLOAT, FLOAT_FORM, FREE, TEXT

_WIDTH = 100
_FIRST = ("rows", "seed", "name", "sampler", "type")
_LAST = ("when", "export", "description", "on_fail")
_ONE_A_LINE = ("columns", "checks")
_TOO_LONG = 10**6
_RARE = re.compile("[\x85\u2028\u2029\ufeff]|[^\\S\n ]|^\\s|\\s$| \n")
_MOMENTS = frozenset({"start", "end"})
_NUMBERS = frozenset({"low", "high", "mean", "sd", "minimum", "maximum", "p", "values", "near", "stop_share"})


class _Dumper(yaml.SafeDumper):
    """Quotes what would be read back as something else, and lays out lists below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if "\n" in text:
        return dumper.represent_scalar(TEXT, text, style='"' if _RARE.search(text) else "|")
    return dumper.represent_scalar(TEXT, text, style='"' if _RARE.search(text) or "{{" in text else None)


_Dumper.add_representer(str, _text)
_Dumper.add_implicit_resolver(FLOAT, FLOAT_FORM, list("-+.0123456789"))


def schema_to_yaml(schema: Schema) -> str:
    """The schema as YAML that `read_schema` reads back equal."""
    plain = _plain(schema.model_dump(mode="python", exclude_defaults=True, include=set(Schema.model_fields)))
    node = _Dumper(io.StringIO(), sort_keys=False).represent_data(plain)
    _lay_out(node)
    if isinstance(node, yaml.MappingNode):
        node.flow_style = False
        for key, value in node.value:
            if key.value in _ONE_A_LINE:
                value.flow_style = not value.value
    written: str = yaml.serialize(node, Dumper=_Dumper, width=10**9, allow_unicode=True)
    return written


def _plain(data: object, key: str = "") -> object:
    """Lists for tuples, words for enums, and 5 for 5.0 where a number is meant either way."""
    if isinstance(data, dict):
        if key == "values":
            return {str(name): _plain(value, "values") for name, value in data.items()}
        order = sorted(data, key=_rank) if key not in FREE else data
        return {str(name): _plain(data[name], str(name)) for name in order}
    if isinstance(data, list | tuple):
        return [_plain(item, key) for item in data]
    if isinstance(data, StrEnum) or (isinstance(data, datetime) and key in _MOMENTS):
        return str(data)  # YAML's own form of a time needs a tag within a line
    if isinstance(data, float) and key in _NUMBERS and data.is_integer() and abs(data) < 2**53:
        return int(data)
    return data


def _rank(key: str) -> int:
    """Where a key stands: what a column is first, what is said about it last."""
    if key in _FIRST:
        return _FIRST.index(key) - len(_FIRST)
    return _LAST.index(key) + 1 if key in _LAST else 0


def _lay_out(node: yaml.Node) -> int:
    """Decide which parts stand in one line; the length of the part if it does."""
    if isinstance(node, yaml.ScalarNode):
        return _TOO_LONG if node.style == "|" else len(node.value) + 2
    if not isinstance(node, yaml.CollectionNode):
        return 0
    if isinstance(node, yaml.MappingNode):
        length = sum(_lay_out(key) + _lay_out(value) + 2 for key, value in node.value)
    else:
        length = sum(_lay_out(item) + 2 for item in node.value)
    node.flow_style = length <= _WIDTH
    return length

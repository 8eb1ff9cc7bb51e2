"""YAML or JSON text as plain data, with the line of every part: no aliases, no tags, and text that stays text."""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from engine.schema.problems import Place, Problem, as_error
from handai_errors import SpecError

MAX_CHARACTERS = 500_000
MAX_DEPTH = 50

BOOLEAN, INTEGER, FLOAT, NULL = (f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "null"))
TIMESTAMP, TEXT = "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:str"
FLOAT_FORM = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?$|[-+]?\.(inf|nan)$")
_INTEGER_FORM = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_DATE_FORM = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[-+]\d{1,2}(:?\d{2})?)?)?$")

_TEXTS = frozenset(
    {
        "name", "sampler", "expression", "prompt", "instructions", "description", "type", "items", "of", "kind",
        "locale", "pattern", "column", "dataset", "file", "order", "criteria", "if", "rule", "on_fail", "variation",
        "describe",
    }
)  # fmt: skip
_LISTS_OF_TEXTS = frozenset({"values", "columns", "fields"})
FREE = frozenset({"value", "json_schema"})  # what is below these is the person's own


_CAUSES = {
    "stream end": "it ends before a bracket or quote is closed",
    "unexpected end of stream": "it ends before a bracket or quote is closed",
    "\\t": "there is a tab where only spaces can be",
    "got '?'": "there is a question mark in text without quotes",
    "mapping values": "there is a colon where none can be",
    "could not find expected ':'": "there is a key without a colon",
    "but found another document": "it holds a second document after `---`",
    "escape": "there is a backslash that means nothing",
    "undefined alias": "an alias (*) can't be used here",
}


class _Loader(yaml.SafeLoader):
    """Composes nodes only; yes, no, 012 and 12:30 are text, as in YAML 1.2."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise _Refused("an alias (*) can't be used here", self._mark(), "Write the value out.")
        if self.depth >= MAX_DEPTH:
            raise _Refused("it is nested too deeply", self._mark(), "Write it more simply.")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _mark(self) -> yaml.Mark:
        mark: yaml.Mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML has few types
        return mark


_Loader.yaml_implicit_resolvers = {}  # the readings of YAML 1.1 are replaced, below


class _Refused(yaml.MarkedYAMLError):
    def __init__(self, problem: str, mark: yaml.Mark, remedy: str) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.remedy = remedy


_Loader.add_implicit_resolver(BOOLEAN, re.compile(r"(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(NULL, re.compile(r"(~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(INTEGER, _INTEGER_FORM, list("-+0123456789"))
_Loader.add_implicit_resolver(FLOAT, FLOAT_FORM, list("-+.0123456789"))
_Loader.add_implicit_resolver(TIMESTAMP, _DATE_FORM, list("0123456789"))


_READ = frozenset({BOOLEAN, INTEGER, FLOAT, NULL, TIMESTAMP, TEXT})


@dataclass(slots=True)
class Placed:
    """Plain data, the line of each place in it, and what was wrong on the way."""

    data: Any
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def parse(text: str, name: str) -> Placed:
    """The data of a YAML or JSON document; raises SpecError with the line if it is neither."""
    if len(text) > MAX_CHARACTERS:
        raise SpecError(
            f"{name} has more than {MAX_CHARACTERS:,} characters.", "Put long lists of values into a table column."
        )
    root = _compose(_spaced(text.removeprefix("\ufeff")), name)
    placed = Placed(None)
    if root is not None:
        placed.data = _build(root, (), placed)
    return placed


def _spaced(text: str) -> str:
    """JSON may be indented by tabs, which YAML refuses."""
    if "\t" in text and text.lstrip()[:1] == "{":
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return text
        return text.replace("\t", " ")
    return text


def _compose(text: str, name: str) -> yaml.Node | None:
    loader = None
    try:
        loader = _Loader(text)
        return loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _unreadable(name, line, "a character that can't be printed", "Take it out.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        remedy = error.remedy if isinstance(error, _Refused) else _hint(text, line, error.problem or "")
        cause = error.problem if isinstance(error, _Refused) else _cause(error.problem or "")
        raise _unreadable(name, line, cause or "", remedy) from None
    finally:
        if loader is not None:
            loader.dispose()


def _unreadable(name: str, line: int, cause: str, remedy: str) -> SpecError:
    return as_error([Problem(("line",), f"this is not valid YAML or JSON: {cause}.", remedy)], {("line",): line}, name)


def _cause(problem: str) -> str:
    """What PyYAML found, in plain words."""
    for part, words in _CAUSES.items():
        if part in problem:
            return words
    return "it can't be read here"


def _hint(text: str, line: int, problem: str) -> str:
    lines = text.splitlines()
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\\t" in problem:
        return "Indent with spaces, not tabs."
    if "{{" in shown:
        return "Put text that begins with {{ in quotes."
    if "got '?'" in problem:
        return "Put text that holds a question mark in quotes."
    if "mapping values" in problem:
        return "Put text that holds a colon in quotes."
    return "Look at the indentation, brackets and quotes in that line and the one before."


def _build(node: yaml.Node, place: Place, placed: Placed) -> object:
    placed.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, placed)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*place, number), placed) for number, item in enumerate(node.value)]
    return _scalar(node, place, placed)


def _mapping(node: yaml.MappingNode, place: Place, placed: Placed) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            here = (*place, f"line {line}")
            placed.lines[here] = line
            placed.problems.append(
                Problem(here, "a key must be a single word.", "Put text that begins with {{ in quotes.")
            )
            continue
        text = _whole(key.value)
        here = (*place, text)
        if text in built:
            twice = (*place, f"{text} again")
            placed.lines[twice] = line
            first = placed.lines[here]
            placed.problems.append(
                Problem(twice, f"the key `{text}` is there twice; the first is in line {first}.", "Remove one.")
            )
            continue
        placed.lines[here] = line
        built[text] = _build(value, here, placed)
    return built


def _scalar(node: yaml.Node, place: Place, placed: Placed) -> object:
    if node.tag == TEXT or not isinstance(node, yaml.ScalarNode):
        return _whole(node.value)
    in_values = "values" in place and not FREE.intersection(place)
    if "json_schema" in place and node.tag == TIMESTAMP:
        return _whole(node.value)
    if _is_text(place) and not (node.tag == NULL and not in_values):
        return _whole(node.value)
    if node.tag not in _READ:
        placed.problems.append(
            Problem(place, f"the tag before `{str(node.value)[:40]}` can't be used.", "Take the !… out.")
        )
        return None
    try:
        return _typed(node)
    except (ValueError, OverflowError):
        placed.problems.append(Problem(place, f"`{node.value[:40]}` can't be read.", "Put it in quotes if it is text."))
        return None


def _is_text(place: Place) -> bool:
    """Whether a scalar here is text, whatever it looks like."""
    if not place or FREE.intersection(place):
        return False
    if isinstance(place[-1], int):
        return "values" in place or (len(place) > 1 and place[-2] in _LISTS_OF_TEXTS)
    return place[-1] in _TEXTS and "values" not in place


def _typed(node: yaml.ScalarNode) -> object:
    if node.tag == NULL:
        return None
    if node.tag == BOOLEAN:
        return node.value.lower() == "true"
    if node.tag == INTEGER:
        return int(node.value)
    if node.tag == FLOAT:
        return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return _moment(node.value)


def _moment(text: str) -> date:
    if len(text) == 10:
        return date.fromisoformat(text)
    day, clock = text[:10], text[11:]
    return datetime.fromisoformat(f"{day} {clock if clock[1:2] != ':' else f'0{clock}'}")


def _whole(text: str) -> str:
    """Text whose JSON escapes of one character in two halves are put together."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text
    except UnicodeError:
        return text

"""The variation dial: attributes of style drawn outside the model, so that it is not left to repeat itself."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.columns import ColumnType
from engine.schema.columns import CategoryColumn, ModelColumn, Schema, SchemaColumn
from engine.schema.graph import column_names

AnySchema = TypeVar("AnySchema", bound=Schema)

_MADE_BY_DIAL = "Drawn for variety (the variation dial)"
_LINE_START = "\n\nManner of this text, where nothing above says otherwise: "
_LINE = re.compile(re.escape(_LINE_START) + r"[^\n]*$")


@dataclass(frozen=True, slots=True)
class _Attribute:
    """One thing about a text's manner; left out where a column of the schema is already about one of `kin`."""

    word: str
    values: tuple[str, ...]
    kin: frozenset[str]


def _attribute(word: str, kin: str, *values: str) -> _Attribute:
    return _Attribute(word, values, frozenset({word, *kin.split()}))


_LENGTH = _attribute(
    "length", "words size sentences",
    "very short, a few words to one sentence", "one or two sentences", "two or three sentences", "a short paragraph",
    "a longer paragraph", "longer than usual, with asides",
)  # fmt: skip
_OPENING = _attribute(
    "opening", "start beginning",
    "start in the middle of things", "start with a concrete detail", "start with the conclusion",
    "start with a question or a doubt", "start with a moment in time", "start with a comparison",
    "start with a number or an amount", "start with what was expected", "start plainly, without any lead-in",
    "start with a small exception",
)  # fmt: skip
_VOICE = _attribute(
    "voice", "style register persona writer author formality tone",
    "plain and matter-of-fact", "chatty, as if speaking", "careful and precise", "terse, almost telegraphic",
    "warm and personal", "dry and understated", "like someone in a hurry", "like an expert in the subject",
    "like a beginner in the subject", "formal",
)  # fmt: skip
_ANGLE = _attribute(
    "angle", "focus aspect topic theme subject",
    "cost and value", "time and effort", "how it is used day by day", "a single small detail", "other people involved",
    "what came before", "what should change", "a surprise", "reliability over time", "a comparison with something else",
    "the setting or place", "the reason behind it",
)  # fmt: skip
_MOOD = _attribute(
    "mood", "tone sentiment emotion feeling rating stars score satisfaction attitude label",
    "neutral", "pleased", "doubtful", "amused", "tired", "curious", "irritated", "relieved", "hopeful", "indifferent",
)  # fmt: skip
_DETAIL = _attribute(
    "detail", "specificity",
    "no specifics at all", "one concrete example", "a name of a thing or a place", "an exact number",
    "something seen or heard", "a short quotation of someone", "a list of two or three things",
)  # fmt: skip
_RHYTHM = _attribute(
    "rhythm", "syntax",
    "short sentences", "long, winding sentences", "a mix of short and long sentences", "fragments more than sentences",
    "one single sentence",
)  # fmt: skip
_SITUATION = _attribute(
    "situation", "setting occasion context scenario place",
    "at work", "at home in the evening", "on the way somewhere", "on a busy weekday", "at the weekend", "on holiday",
    "late at night", "after a long wait", "for the first time", "after years of habit", "while helping someone else",
)  # fmt: skip

_SAMPLED = {
    "none": (),
    "low": (_LENGTH, _OPENING),
    "medium": (_LENGTH, _OPENING, _VOICE, _ANGLE),
    "high": (_LENGTH, _OPENING, _VOICE, _ANGLE, _MOOD, _DETAIL),
    "maximum": (_LENGTH, _OPENING, _VOICE, _ANGLE, _MOOD, _DETAIL, _RHYTHM, _SITUATION),
}

# Some providers default to less than 1 and some refuse more, so 1 is the warmest that is right everywhere.
_TEMPERATURES = {"none": None, "low": None, "medium": 1.0, "high": 1.0, "maximum": 1.0}


def temperature_for(variation: str) -> float | None:
    """The temperature that goes with a position of the dial; None leaves it to the provider."""
    return _TEMPERATURES[variation]


def with_variation(schema: AnySchema) -> AnySchema:
    """The schema with hidden sampled attributes that its text columns' prompts name, as its dial says.

    What an earlier turn of the dial added is replaced, so that doing it twice changes nothing.
    """
    plain = without_variation(schema)
    manners = _manners(plain)
    if not manners or not (varied := _varied_places(plain.columns)):
        return plain
    line = _LINE_START + "; ".join(f"{word} – {{{{ {column.name} }}}}" for word, column in manners) + "."
    columns = [
        column.model_copy(update={"prompt": column.prompt + line})
        if place in varied and isinstance(column, ModelColumn)
        else column
        for place, column in enumerate(plain.columns)
    ]
    return plain.model_copy(update={"columns": (*(column for _, column in manners), *columns)})


def without_variation(schema: AnySchema) -> AnySchema:
    """The schema as the person wrote it, without what the dial added."""
    columns = tuple(_plain(column) for column in schema.columns if not is_from_dial(column))
    return schema if columns == schema.columns else schema.model_copy(update={"columns": columns})


def is_from_dial(column: SchemaColumn) -> bool:
    """Whether the dial added this column."""
    return isinstance(column, CategoryColumn) and not column.export and column.description == _MADE_BY_DIAL


def _plain(column: SchemaColumn) -> SchemaColumn:
    if not isinstance(column, ModelColumn) or not _LINE.search(column.prompt):
        return column
    return column.model_copy(update={"prompt": _LINE.sub("", column.prompt)})


def _manners(schema: Schema) -> list[tuple[str, CategoryColumn]]:
    names = [name for column in schema.columns for name in column_names(column)]
    about = {word for name in names for word in re.findall(r"[a-z]+", name.casefold())}
    return [
        (attribute.word, _helper(attribute))
        for attribute in _SAMPLED[schema.variation]
        if attribute.kin.isdisjoint(about)
    ]


def _helper(attribute: _Attribute) -> CategoryColumn:
    return CategoryColumn(
        name=f"variation_{attribute.word}",  # free: a column with this word in its name leaves the attribute out
        sampler="category",
        values=attribute.values,
        export=False,
        description=_MADE_BY_DIAL,
    )


def _varied_places(columns: Sequence[SchemaColumn]) -> set[int]:
    """Where model columns stand that write text, or share a call with one that does: its prompt must stay shared."""
    calls: dict[tuple[str, str], list[int]] = defaultdict(list)
    written = set()
    for place, column in enumerate(columns):
        if isinstance(column, ModelColumn):
            call = (column.instructions, column.prompt)
            calls[call].append(place)
            if column.type in {None, ColumnType.TEXT}:
                written.add(call)
    return {place for call in written for place in calls[call]}

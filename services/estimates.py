"""Rough figures that a person sees before paying: tokens of a prompt, and a whole table judged by its preview."""

from collections.abc import Sequence
from dataclasses import dataclass

from providers.base import Message
from services.views import RunView

_ASCII_PER_TOKEN = 4.0
_OTHERS_PER_TOKEN = 1.6  # letters beyond ASCII: between Cyrillic's two to three and Chinese's one
_PER_MESSAGE = 4


@dataclass(frozen=True, slots=True)
class WholeTable:
    """What all rows would take if they are like those of the preview; None is unknown."""

    tokens: float | None
    cost_usd: float | None


def about_tokens(messages: Sequence[Message]) -> int:
    """A guess at the prompt's tokens, within a third for most languages."""
    return round(sum(_tokens(message.content) + _PER_MESSAGE for message in messages))


def whole_table(preview: RunView, rows: int) -> WholeTable:
    """The preview's tokens and cost, scaled to `rows`."""
    answered = preview.done + preview.failed
    if not answered:
        return WholeTable(None, None)
    share = rows / answered
    prompt, completion = preview.tokens
    tokens = None if prompt is None or completion is None else (prompt + completion) * share
    return WholeTable(tokens, None if preview.cost_usd is None else preview.cost_usd * share)


def _tokens(text: str) -> float:
    others = sum(not letter.isascii() for letter in text)
    return (len(text) - others) / _ASCII_PER_TOKEN + others / _OTHERS_PER_TOKEN

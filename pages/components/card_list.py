"""A list of things as cards that are opened to be edited, moved, copied and removed; shared by all editors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import streamlit as st

from pages.components import words
from pages.components.state import app_state, forget_all

Change = Literal["up", "down", "copy", "remove"]
T = TypeVar("T")
# On a telephone a card's words have the whole width, and its buttons stand below them.
_NARROW = """<style>
@media (max-width: 640px) {
  .stHorizontalBlock > div:has(> [class*="_headline_"]) { flex-basis: 100% !important; min-width: 100%; }
}
</style>"""

_LABELS: dict[str, Change] = {"Move up": "up", "Move down": "down", "Duplicate": "copy", "Remove": "remove"}


@dataclass(frozen=True, slots=True)
class Card:
    """What a closed card shows of a thing."""

    title: str
    badges: str = ""
    summary: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked of the card at `place`: to open or close it, or to change the list."""

    what: Literal["open", "close"] | Change
    place: int


def draw_cards(prefix: str, cards: Sequence[Card], draw_open: Callable[[int], Card]) -> Asked | None:
    """The cards, the open one with its fields; what was asked for must be done once all fields are read.

    `draw_open` returns the card as its fields have it now: the heading, which stands above them, says the same.
    """
    asked: Asked | None = None
    opened = app_state().opened.get(prefix)
    st.html(_NARROW)
    with st.container(key=f"{prefix}_list", gap="xsmall"):
        for place, card in enumerate(cards):
            with st.container(border=True, key=f"{prefix}_card_{place}", gap="xsmall"):
                head = st.container()
                now = draw_open(place) if place == opened else card
                with head:
                    asked = _draw_head(prefix, place, now, is_open=place == opened) or asked
    return asked


def _draw_head(prefix: str, place: int, card: Card, *, is_open: bool) -> Asked | None:
    with st.container(horizontal=True, vertical_alignment="center"):
        mark = ":orange[:material/warning:] " if card.wrong else ""
        with st.container(gap=None, width="stretch", key=f"{prefix}_headline_{place}"):
            st.markdown(f"{mark}**{words.plain(card.title)}** {card.badges}")
            if card.summary and not is_open:
                st.caption(words.plain(card.summary))
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            pressed = st.button(
                "Done" if is_open else "Edit",
                key=f"{prefix}_edit_{place}",
                icon=":material/check:" if is_open else ":material/edit:",
                type="primary" if is_open else "tertiary",
                help=None if is_open else f"Edit {card.title}",
            )
            chosen = st.menu_button(
                "More", list(_LABELS), key=f"{prefix}_menu_{place}", type="tertiary", icon=":material/more_horiz:"
            )
    if chosen:
        return Asked(_LABELS[chosen], place)
    if pressed:
        return Asked("close" if is_open else "open", place)
    return None


def rearranged(items: Sequence[T], asked: Asked, copied: Callable[[T], T]) -> tuple[T, ...]:
    """The list as it is after what was asked for."""
    made, place = list(items), asked.place
    if not 0 <= place < len(made):
        return tuple(made)
    match asked.what:
        case "remove":
            del made[place]
        case "copy":
            made.insert(place + 1, copied(made[place]))
        case "up" | "down":
            other = min(max(0, place + (1 if asked.what == "down" else -1)), len(made) - 1)
            made.insert(other, made.pop(place))
        case _:
            pass
    return tuple(made)


def opened_after(opened: int | None, asked: Asked, count: int) -> int | None:
    """Which card is open after that: it stays with its thing."""
    if asked.what in {"open", "close"}:
        return asked.place if asked.what == "open" else None
    order = list(range(count))
    moved = rearranged(order, asked, lambda _: -1)
    return moved.index(opened) if opened in moved else None


def open_card(prefix: str, place: int | None) -> None:
    """Open a card with fields that show its thing as it is; None closes the open one."""
    forget_all(f"{prefix}_field_")
    if place is None:
        app_state().opened.pop(prefix, None)
    else:
        app_state().opened[prefix] = place


def act(prefix: str, asked: Asked, items: Sequence[T], copied: Callable[[T], T]) -> tuple[T, ...]:
    """Do what was asked for: the list, with the right card open."""
    opened = app_state().opened.get(prefix)
    after = opened_after(opened, asked, len(items))
    if asked.what in {"open", "close"} or after is None:
        open_card(prefix, after)
    else:
        app_state().opened[prefix] = after
    return rearranged(items, asked, copied)

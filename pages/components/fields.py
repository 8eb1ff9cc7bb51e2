"""Input fields of an editor: each is filled from the thing that is edited when its card is opened, and read back."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.components.state import held, place_of, put, seed


def text_field(prefix: str, name: str, label: str, value: str, **more: Any) -> str:  # noqa: ANN401 the widget's own
    """A line of text."""
    key = f"{prefix}_field_{name}"
    return st.text_input(label, seed(key, value), key=key, **more) or ""


def long_field(
    prefix: str,
    name: str,
    label: str,
    value: str,
    *,
    height: int = 120,
    placeholder: str | None = None,
    help_text: str | None = None,
) -> str:
    """Several lines of text."""
    key = f"{prefix}_field_{name}"
    return st.text_area(label, seed(key, value), key=key, height=height, placeholder=placeholder, help=help_text) or ""


def number_field(prefix: str, name: str, label: str, value: float | None, **more: Any) -> float | None:  # noqa: ANN401 the widget's own
    """A number with decimals; None where it may be left open."""
    key = f"{prefix}_field_{name}"
    now = within(seed(key, None if value is None else float(value)), **more)
    found = st.number_input(label, value=now, key=key, **{"step": 1.0, "format": "%g", **more})
    return None if found is None else float(found)


def whole_field(prefix: str, name: str, label: str, value: int | None, **more: Any) -> int | None:  # noqa: ANN401 the widget's own
    """A whole number; None where it may be left open."""
    key = f"{prefix}_field_{name}"
    now = within(seed(key, value), **more)
    found = st.number_input(label, value=now, key=key, **{"step": 1, **more})
    return None if found is None else int(found)


def within(value: float | None, **more: Any) -> Any:  # noqa: ANN401 the widget's own
    """The value, or the nearest one that the field takes; as whole or as broken a number as it was."""
    low, high = more.get("min_value"), more.get("max_value")
    if value is None:
        return None
    return low if low is not None and value < low else high if high is not None and value > high else value


def switch_field(prefix: str, name: str, label: str, *, value: bool, help_text: str | None = None) -> bool:
    """On or off."""
    key = f"{prefix}_field_{name}"
    return bool(st.toggle(label, seed(key, value), key=key, help=help_text))


def choice_field(
    prefix: str,
    name: str,
    label: str,
    options: Sequence[str],
    value: str,
    **more: Any,  # noqa: ANN401 the widget's own
) -> str:
    """One of some options; what the thing holds is always among them."""
    key = f"{prefix}_field_{name}"
    everything = list(dict.fromkeys([*options, *([value] if value else [])]))
    now = seed(key, value or (everything[0] if everything else None))
    return str(st.selectbox(label, everything, place_of(everything, now), key=key, **more) or "")


def many_field(
    prefix: str,
    name: str,
    label: str,
    options: Sequence[str],
    value: Sequence[str],
    **more: Any,  # noqa: ANN401 the widget's own
) -> tuple[str, ...]:
    """Some of the options; what the thing holds is always among them."""
    key = f"{prefix}_field_{name}"
    everything = list(dict.fromkeys([*options, *value]))
    now = [name for name in seed(key, list(value)) if name in everything]
    return tuple(st.multiselect(label, everything, now, key=key, **more))


def insert_pills(prefix: str, name: str, names: Sequence[str], *, braces: bool = True) -> None:
    """The columns; a pressed one is put into the text field `name`."""
    if names:
        key = f"{prefix}_field_{name}_insert"
        st.pills("Insert a column", names, key=key, on_change=_insert, args=(f"{prefix}_field_{name}", key, braces))


def _insert(target: str, key: str, braces: bool) -> None:
    name = held(key)
    if isinstance(name, str):
        text = str(held(target) or "")
        put(target, f"{text}{' ' if text and not text.endswith((' ', chr(10))) else ''}{placed(name, braces=braces)}")
        put(key, None)


def placed(name: str, *, braces: bool) -> str:
    """A column as a prompt names it, or as an expression does."""
    if braces:
        return f"{{{{ {name} }}}}"
    return name if name.isidentifier() else f'col("{name}")'

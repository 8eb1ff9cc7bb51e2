"""Reusable instructions beside the field for instructions: chosen, kept under a name, changed and deleted."""

import streamlit as st

from handai_errors import HandaiError
from pages.components import words
from pages.components.provider_errands import draw_problem, note_problem
from pages.components.state import forget, held, put
from services.forms import personas
from services.forms.personas import Persona

_ABOUT = "persona"


def draw_personas(prefix: str, field: str) -> None:
    """The picker for the instructions in the widget `field`."""
    with st.popover("Reusable instructions", key=f"{prefix}_personas", icon=":material/bookmark:"):
        known = {persona.name: persona for persona in personas.all_personas()}
        chosen = st.selectbox(
            "Choose",
            list(known),
            format_func=lambda name: _label(known[name]),
            index=None,
            placeholder="How should the model work?",
            key=f"{prefix}_persona",
        )
        if chosen is not None:
            _draw_chosen(prefix, field, known[chosen])
        _draw_keep(prefix, field)
        _draw_deleted(prefix)
        draw_problem(_ABOUT)


def _label(persona: Persona) -> str:
    if not persona.built_in:
        return persona.name
    return f"{persona.name} · built in{', changed' if persona.changed else ''}"


def _draw_chosen(prefix: str, field: str, persona: Persona) -> None:
    with st.container(horizontal=True):
        st.button(
            "Use it",
            key=f"{prefix}_persona_use",
            type="primary",
            icon=":material/check:",
            on_click=_use,
            args=(field, persona),
        )
        st.button(
            "Copy",
            key=f"{prefix}_persona_copy",
            icon=":material/content_copy:",
            on_click=_copy,
            args=(prefix, persona.name),
        )
        if persona.changed:
            st.button(
                "Bring back",
                key=f"{prefix}_persona_reset",
                icon=":material/undo:",
                on_click=_reset,
                args=(prefix, persona.name),
            )
        if not persona.built_in:
            st.button(
                "Delete",
                key=f"{prefix}_persona_delete",
                icon=":material/delete:",
                on_click=_delete,
                args=(prefix, persona.name),
            )
    if persona.built_in:
        with st.container(height=180, border=False):
            st.text(persona.instructions)
        return
    text = f"{prefix}_persona_text_{persona.id}"
    st.text_area("Text", value=persona.instructions, key=text, height=180)
    st.button(
        "Save the change",
        key=f"{prefix}_persona_save",
        icon=":material/save:",
        on_click=_change,
        args=(persona.name, text),
    )


def _draw_keep(prefix: str, field: str) -> None:
    st.text_input(
        "Keep the instructions that are written now as",
        key=f"{prefix}_persona_name",
        max_chars=personas.LONGEST_NAME,
        placeholder="A name for them",
    )
    st.button(
        "Keep", key=f"{prefix}_persona_keep", icon=":material/bookmark_add:", on_click=_keep, args=(prefix, field)
    )


def _draw_deleted(prefix: str) -> None:
    deleted = personas.deleted_built_ins()
    if deleted:
        st.caption(words.plain(f"Deleted: {', '.join(deleted)}."))
        st.button(
            "Bring them back",
            key=f"{prefix}_persona_restore",
            icon=":material/undo:",
            on_click=_restore,
            args=(deleted,),
        )


def _use(field: str, persona: Persona) -> None:
    put(field, personas.used(persona, str(held(field) or "")))


def _keep(prefix: str, field: str) -> None:
    try:
        kept = personas.keep(str(held(f"{prefix}_persona_name") or ""), str(held(field) or ""))
    except HandaiError as error:
        note_problem(_ABOUT, error)
    else:
        put(f"{prefix}_persona_name", "")
        _show(prefix, kept)


def _change(name: str, text: str) -> None:
    try:
        personas.save(name, str(held(text) or ""))
    except HandaiError as error:
        note_problem(_ABOUT, error)


def _copy(prefix: str, name: str) -> None:
    try:
        _show(prefix, personas.copy(name))
    except HandaiError as error:
        note_problem(_ABOUT, error)


def _reset(prefix: str, name: str) -> None:
    try:
        _show(prefix, personas.reset(name))
    except HandaiError as error:
        note_problem(_ABOUT, error)


def _delete(prefix: str, name: str) -> None:
    try:
        personas.delete(name)
        put(f"{prefix}_persona", None)
    except HandaiError as error:
        note_problem(_ABOUT, error)


def _restore(names: tuple[str, ...]) -> None:
    try:
        for name in names:
            personas.reset(name)
    except HandaiError as error:
        note_problem(_ABOUT, error)


def _show(prefix: str, persona: Persona) -> None:
    """Have it chosen, with its text as it is now."""
    forget(f"{prefix}_persona_text_{persona.id}")
    put(f"{prefix}_persona", persona.name)

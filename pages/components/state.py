"""What one visit remembers between reruns: the only module that touches st.session_state."""

from dataclasses import dataclass, field

import streamlit as st
from pydantic import SecretStr

from handai_db import DatasetRecord
from handai_errors import HandaiError
from services.models import ModelList
from services.transform_form import TransformForm

_KEY = "handai_app_state"


@dataclass(frozen=True, slots=True)
class PreviewMade:
    """A preview of this visit: its run, and what it was asked over which table."""

    run_id: str
    dataset_id: str
    asked: bytes


@dataclass(slots=True)
class AppState:
    """One visit; a reload begins a new one, so whatever must outlive it is in the address or on the disk.

    `form` is None until the first drawing; `seeding` makes `seed` overwrite what widgets hold, once.
    `arrived` is the address that was acted on; `filled_from` names the run whose settings fill the form;
    `added_to` is the run whose answers are taken over for the rows that a newer file shares with its own.
    """

    form: TransformForm | None = None
    saved_form: TransformForm | None = None
    seeding: bool = False
    table: DatasetRecord | None = None
    upload_changed: bool = False
    problem: HandaiError | None = None
    arrived: tuple[str | None, ...] | None = None
    filled_from: str | None = None
    added_to: str | None = None
    previews: list[PreviewMade] = field(default_factory=list)
    typed_keys: dict[str, SecretStr] = field(default_factory=dict)
    key_shown_for: str | None = None
    model_shown_for: str | None = None
    models_wanted: bool = False
    model_lists: dict[tuple[str, str | None, bool], tuple[float, ModelList]] = field(default_factory=dict)

    def preview_of(self, dataset_id: str) -> PreviewMade | None:
        """The newest preview over a table."""
        return next((made for made in reversed(self.previews) if made.dataset_id == dataset_id), None)


def app_state() -> AppState:
    """The state of this visit."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = AppState()
    state: AppState = st.session_state[_KEY]
    return state


def seed(key: str, value: object) -> None:
    """Give a widget its value before it is drawn, unless a person has set it already."""
    if app_state().seeding or key not in st.session_state:
        st.session_state[key] = value


def put(key: str, value: object) -> None:
    """Give a widget another value; only before it is drawn, or in a callback."""
    st.session_state[key] = value


def held(key: str) -> object:
    """What a widget holds, for callbacks; None if it was not drawn."""
    return st.session_state.get(key)


def forget(*keys: str) -> None:
    """Have widgets seeded anew."""
    for key in keys:
        if key in st.session_state:
            del st.session_state[key]

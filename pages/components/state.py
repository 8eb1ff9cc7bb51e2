"""What one visit remembers between reruns: the only module that touches st.session_state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import streamlit as st

from handai_db import DatasetRecord
from handai_errors import HandaiError
from services.errands import Errand, Starts
from services.forms.generate_form import GenerateForm
from services.forms.transform_form import TransformForm
from services.models.keys import VisitKeys
from services.models.model_options import Options
from services.models.try_it import Trial

_KEY = "handai_app_state"
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class PreviewMade:
    """A preview of this visit: its run, what it is about (a table's id, a draft's), and what was asked."""

    run_id: str
    about: str
    asked: bytes


@dataclass(frozen=True, slots=True)
class Undo:
    """What filled the form, in a sentence, the form before it, and the instructions that it made."""

    told: str
    form: TransformForm
    made: str


@dataclass(slots=True)
class GenerateState:
    """The Generate page of one visit: the schema under way and the draft that keeps it.

    `arrived` is the address that was acted on; `problem` what stands in the way of beginning; `proposing` the hidden
    run that proposes a schema; `notes` what to know of how the schema came about; `yaml_problem` why the YAML that a
    person wrote can't be used yet.
    """

    form: GenerateForm | None = None
    saved: GenerateForm | None = None
    draft_id: str | None = None
    arrived: tuple[str | None, ...] | None = None
    problem: HandaiError | None = None
    proposing: str | None = None
    notes: tuple[str, ...] = ()
    yaml_problem: HandaiError | None = None


@dataclass(slots=True)
class ProvidersState:
    """The Providers page of one visit: what was started there, by its name, and the question on its way.

    `trial_of` is the provider that was asked, `streaming` while its end was not looked at; `curl` is its request as a
    command; `problems` are told once, beside what they are about.
    """

    errands: dict[str, Errand[Any]] = field(default_factory=dict)
    trial: Trial | None = None
    trial_of: str | None = None
    streaming: bool = False
    curl: str | None = None
    problems: dict[str, HandaiError] = field(default_factory=dict)


@dataclass(slots=True)
class Presses:
    """By the buttons' keys: the presses of this `place` that no drawing has obeyed yet, and what they have begun."""

    place: tuple[str, str | None] | None = None
    waiting: dict[str, float] = field(default_factory=dict)
    starts: dict[str, Starts[Any]] = field(default_factory=dict)


@dataclass(slots=True)
class AppState:
    """One visit; a reload begins a new one, so whatever must outlive it is in the address or on the disk.

    `form` is None until the first drawing; `seeding` makes `seed` overwrite what widgets hold, once; `seeded` are those
    that have it already, if that drawing was cut short.
    `arrived` is the address that was acted on; `undo` takes back what filled the form;
    `added_to` is the run whose answers are taken over for the rows that a newer file shares with its own.
    `page` is the one drawn last of those that share widgets; `opened` the card that is edited in each list;
    `suggesting` the hidden run that suggests columns; `again` asks for the page to be drawn anew at its end.
    `models_listed` are the models of the provider that this drawing shows; `uploads` the table that was handed to each
    other uploader, by its key, or why it can't be read; None is not read yet.
    """

    form: TransformForm | None = None
    saved_form: TransformForm | None = None
    seeding: bool = False
    seeded: set[str] = field(default_factory=set)
    table: DatasetRecord | None = None
    upload_changed: bool = False
    problem: HandaiError | None = None
    arrived: tuple[str | None, ...] | None = None
    undo: Undo | None = None
    added_to: str | None = None
    generate: GenerateState = field(default_factory=GenerateState)
    providers: ProvidersState = field(default_factory=ProvidersState)
    page: str | None = None
    opened: dict[str, int] = field(default_factory=dict)
    suggesting: str | None = None
    again: bool = False
    previews: list[PreviewMade] = field(default_factory=list)
    typed_keys: VisitKeys = field(default_factory=VisitKeys)
    key_shown_for: str | None = None
    model_shown_for: str | None = None
    models_wanted: bool = False
    models_listed: Options | None = None
    uploads: dict[str, str | HandaiError | None] = field(default_factory=dict)
    presses: Presses = field(default_factory=Presses)

    def begin(self, page: str, run: str | None) -> None:
        """Begin to draw a page, perhaps of a run: presses on another one are void."""
        if self.presses.place != (page, run):
            self.presses.place = (page, run)
            self.presses.waiting.clear()

    def fill(self) -> None:
        """Have the widgets show the form as it is now, whatever they hold, once."""
        self.seeding = True
        self.seeded.clear()

    def preview_of(self, about: str | None) -> PreviewMade | None:
        """The newest preview over a table or of a draft."""
        return next((made for made in reversed(self.previews) if made.about == about), None)

    def previews_of(self, about: str) -> tuple[PreviewMade, ...]:
        """The previews over a table, oldest first."""
        return tuple(made for made in self.previews if made.about == about)

    def finish(self) -> None:
        """Draw the page anew if a part of it changed what stands above; widgets below keep their state that way."""
        if self.again:
            self.again = False
            st.rerun()

    def enter(self, page: str) -> None:
        """Come to a page: what its widgets show is its own, not what another page left in those they share."""
        if self.page != page:
            self.page = page
            self.fill()


def app_state() -> AppState:
    """The state of this visit."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = AppState()
    state: AppState = st.session_state[_KEY]
    return state


def seed(key: str, value: _Value) -> _Value:
    """Give a widget its value before it is drawn, unless a person has set it already; returns what it holds.

    Hand that to the widget as its default too. A value is sent to the browser with this one drawing only; who clicks on
    before it arrives gets the next drawing alone, and would see a select box's first option instead.
    """
    state = app_state()
    if key not in st.session_state or (state.seeding and key not in state.seeded):
        st.session_state[key] = value
        if state.seeding:
            state.seeded.add(key)
    return cast("_Value", st.session_state[key])


def place_of(options: Sequence[object], held_now: object) -> int | None:
    """Where among its options a select box stands that holds this; None where it is empty."""
    if held_now is None:
        return None
    found = list(options)
    return found.index(held_now) if held_now in found else 0


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


def forget_all(prefix: str) -> None:
    """Have every widget whose key begins so seeded anew."""
    forget(*[str(key) for key in st.session_state if str(key).startswith(prefix)])
    uploads = app_state().uploads
    for key in [key for key in uploads if key.startswith(prefix)]:
        del uploads[key]


def is_held(key: str) -> bool:
    """Whether a widget of this key was drawn and holds something."""
    return key in st.session_state

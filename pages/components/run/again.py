"""Some rows asked again: those that are ticked or shown, that failed, are empty, are stale, or that a person names."""

from collections.abc import Sequence

import streamlit as st

from engine.spec import TransformInput
from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.presses import draw_starter, started_by
from pages.components.run_key import ask_for_key
from pages.components.run_links import go, link
from pages.components.run_ticks import Ticks
from pages.components.state import held, put, seed
from services.forms.preview_rows import MOST_PICKED, as_numbers
from services.models import key_hosts, keys
from services.results import again
from services.results.again import Which
from services.running import runs
from services.running.views import RunView

_TICKED, _SHOWN = "ticked", "shown"
_ASK = "run_again_now"
_WHICH, _TICKS_SEEN = "run_again_which", "run_again_ticks"
_TITLES: dict[str, str] = {
    _TICKED: "Ticked rows",
    _SHOWN: "Rows shown now",
    Which.FAILED: "Rows that failed",
    Which.EMPTY: "Rows with empty answers",
    Which.STALE: "Stale rows, answered with older settings",
    Which.SELECTED: "Rows that I name",
}


def may_ask_again(view: RunView) -> bool:
    """Whether single rows of this run can be asked again now."""
    return not view.status.is_live and not view.damage and isinstance(view.record.spec.input, TransformInput)


def draw_again(view: RunView, shown: Sequence[int] | None) -> None:
    """The choice of rows, what else may be asked of them, and what that takes; `shown` if a filter narrows the rows."""
    ticked = Ticks(view.record).now()
    label = f"Ask {_these(len(ticked))} again" if ticked else "Ask some rows again"
    folded = st.popover(label, icon=":material/replay:", key="run_again_rows", on_change="rerun")
    if not folded.open:
        return
    with folded:
        try:
            rows = _ask_rows(view.record, ticked, shown)
            if rows:
                _draw_asking(view, rows)
        except HandaiError as error:
            st.error(words.error_words(error))


def _these(count: int) -> str:
    return "this row" if count == 1 else f"these {words.rows_words(count)}"


def _ask_rows(record: RunRecord, ticked: Sequence[int], shown: Sequence[int] | None) -> Sequence[int]:
    found: dict[str, Sequence[int]] = {_TICKED: ticked, _SHOWN: shown or ()}
    found |= {which: again.rows_that(record, which) for which in Which if which is not Which.SELECTED}
    options: list[str] = [*(which for which, rows in found.items() if rows), Which.SELECTED]
    if held(_TICKS_SEEN) != ticked or held(_WHICH) not in options:  # whoever ticks rows means them
        put(_TICKS_SEEN, ticked)
        put(_WHICH, options[0])
    titles = _TITLES | {which: f"{_TITLES[which]} ({len(rows):,})" for which, rows in found.items()}
    which = st.selectbox("Which rows", options, format_func=lambda one: titles[one], key=_WHICH, width=360)
    if which in found:
        return found[which]
    text = st.text_input("Rows", key="run_again_named", placeholder="3, 7-12", width=360)
    return again.rows_named(record, text) if text.strip() else []


def _draw_asking(view: RunView, rows: Sequence[int]) -> None:
    record = view.record
    otherwise = st.toggle(
        "With other instructions or another model",
        key="run_again_otherwise",
        help="A run of its own asks these rows in the new way and keeps the other answers of this one.",
    )
    instructions, model = _ask_how(record) if otherwise else (record.spec.prompt.instructions, record.model)
    is_new = (instructions, model) != (record.spec.prompt.instructions, record.model)
    typed = ask_for_key(record, "run_again_key")
    missing = view.record.total - view.done if is_new else 0
    st.caption(_said(view, len(rows), missing, is_new=is_new))
    draw_starter(f"Ask {words.rows_words(len(rows))} again", _ASK, type="primary", icon=":material/replay:")
    if len(rows) <= MOST_PICKED:
        link(
            "transform",
            "Change other settings and preview these rows",
            key="run_again_transform",
            icon=":material/tune:",
            query={"from": record.id, "picked": as_numbers(rows)},
        )

    def start() -> str:
        keys.require_key(record.provider, typed, record.spec.model.base_url)  # asked before anything is changed
        if is_new:
            key_hosts.remember_meant(record.provider, record.spec.model.base_url, typed=typed is not None)
            made = again.create_changed(record, again.changed(record, rows, instructions=instructions, model=model))
        else:
            made = again.prepare_again(record.id, rows)
        runs.launch(made, typed)
        return made.id

    if run_id := started_by(_ASK, record.id, start):  # whichever rows: the first press has unticked its own
        Ticks(record).clear()
        go("run", run=run_id)


def _ask_how(record: RunRecord) -> tuple[str, str]:
    seed("run_again_instructions", record.spec.prompt.instructions)
    seed("run_again_model", record.model)
    instructions = st.text_area("Instructions", key="run_again_instructions", height=120)
    model = st.text_input("Model", key="run_again_model", width=360)
    return instructions or "", model.strip() or record.model


def _said(view: RunView, rows: int, missing: int, *, is_new: bool) -> str:
    """What it takes and what stays, in plain words."""
    cost = view.cost_usd
    share = None if cost is None or not view.done + view.failed else cost * rows / (view.done + view.failed)
    price = "at an unknown price" if share is None else f"for about {words.cost(share)}"
    asked = f"{words.rows_words(rows)} will be asked, {words.plain(price)}"
    if not is_new:
        return (
            f"{asked}. A new answer takes the old one's place; the old one stays readable with its row. "
            "What you corrected or approved stays as you said."
        )
    more = f" The {words.rows_words(missing)} without an answer are asked too." if missing else ""
    kept = words.rows_words(max(0, view.done - rows))
    return f"{asked}; {kept} or so keep their answers, marked as stale.{more} This run stays as it is."

"""Some rows asked again: those that failed, are empty, have older settings, or that a person names."""

from collections.abc import Sequence

import streamlit as st

from engine.spec import TransformInput
from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.run_actions import go_on
from pages.components.run_key import ask_for_key
from pages.components.run_links import go
from pages.components.state import seed
from services import again, key_hosts, keys, runs
from services.again import Which
from services.views import RunView

_TITLES = {
    Which.FAILED: "Rows that failed",
    Which.EMPTY: "Rows with empty answers",
    Which.STALE: "Rows answered with older settings",
    Which.SELECTED: "Rows that I name",
}


def draw_again(view: RunView) -> None:
    """The choice of rows, what else may be asked of them, and what that takes."""
    if view.status.is_live or view.damage or not isinstance(view.record.spec.input, TransformInput):
        return
    folded = st.expander("Ask some rows again", icon=":material/replay:", key="run_again_rows", on_change="rerun")
    if not folded.open:
        return
    with folded:
        try:
            rows = _ask_rows(view.record)
            if rows:
                _draw_asking(view, rows)
        except HandaiError as error:
            st.error(words.error_words(error))


def _ask_rows(record: RunRecord) -> list[int]:
    found = {which: again.rows_that(record, which) for which in Which if which is not Which.SELECTED}
    options = [*(which for which, rows in found.items() if rows), Which.SELECTED]
    titles = _TITLES | {which: f"{_TITLES[which]} ({len(rows):,})" for which, rows in found.items()}
    which = st.selectbox("Which rows", options, format_func=lambda one: titles[one], key="run_again_which", width=360)
    if which is not None and which is not Which.SELECTED:
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
    typed = ask_for_key(record)
    missing = view.record.total - view.done if is_new else 0
    st.caption(_said(view, len(rows), missing, is_new=is_new))
    if not st.button(
        f"Ask {words.rows_words(len(rows))} again", key="run_again_now", type="primary", icon=":material/replay:"
    ):
        return
    if not is_new:
        go_on(record, typed, lambda: again.prepare_again(record.id, rows))
        return
    keys.require_key(record.provider, typed, record.spec.model.base_url)
    key_hosts.remember_meant(record.provider, record.spec.model.base_url, typed=typed is not None)
    made = again.create_changed(record, again.changed(record, rows, instructions=instructions, model=model))
    runs.launch(made, typed)
    go("run", run=made.id)


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
    return f"{asked}; {kept} or so keep their answers, marked as taken over.{more} This run stays as it is."

"""What went wrong in a run so far, one entry a kind: how many rows, why, what to do, and the way there."""

import streamlit as st

from engine.results import PauseReason
from handai_db import ErrorGroup, RunRecord
from handai_errors import ErrorKind, NotFoundError
from pages.components import words
from pages.components.run_actions import go_on
from pages.components.run_filters import show_failed
from pages.components.run_links import link, page_of
from pages.components.state import app_state
from providers.specs import get_provider
from services.running import runs
from services.running.slower import ask_fewer_at_once, fewer_at_once
from services.running.views import RunView

_ANOTHER_MODEL = frozenset(
    {
        ErrorKind.MODEL_NOT_FOUND,
        ErrorKind.PERMISSION,
        ErrorKind.MODERATION,
        ErrorKind.CONTENT_FILTER,
        ErrorKind.REFUSAL,
        ErrorKind.CONTEXT_LENGTH,
        ErrorKind.REQUEST_TOO_LARGE,
        ErrorKind.INVALID_OUTPUT,
        ErrorKind.MALFORMED_RESPONSE,
        ErrorKind.OVERLOADED,
        ErrorKind.UPSTREAM,
    }
)
_OTHER_SETTINGS = frozenset(
    {
        ErrorKind.LENGTH,
        ErrorKind.TIMEOUT,
        ErrorKind.UNSUPPORTED,
        ErrorKind.INVALID_REQUEST,
        ErrorKind.WRONG_ENDPOINT,
    }
)
_TOO_MUCH_AT_ONCE = frozenset(
    {ErrorKind.RATE_LIMIT, ErrorKind.OVERLOADED, ErrorKind.UPSTREAM, ErrorKind.TIMEOUT, ErrorKind.CONNECTION}
)
_CREDIT = frozenset({ErrorKind.CREDITS, ErrorKind.SPEND_CAP, ErrorKind.DAILY_QUOTA})
_OF_PAUSES = {
    PauseReason.CREDITS: ErrorKind.CREDITS,
    PauseReason.DAILY_QUOTA: ErrorKind.DAILY_QUOTA,
    PauseReason.CIRCUIT_BREAKER: ErrorKind.UPSTREAM,
}


def draw_errors(errors: tuple[ErrorGroup, ...], view: RunView | None = None) -> None:
    """The failed rows by kind, most first; with the run, also the way to what helps."""
    if not errors:
        return
    st.subheader("What went wrong", anchor=False)
    with st.container(key="run_errors"):
        for group in errors:
            _draw(group, view)


def draw_way_out(view: RunView) -> None:
    """What helps a paused run, beside resuming it: its provider's page for credit, fewer at once, another model."""
    kind = next((kind for reason, kind in _OF_PAUSES.items() if reason == view.record.reason), None)
    if kind is not None:
        _draw_way(kind, view, None)


def _draw(group: ErrorGroup, view: RunView | None) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{words.kind_title(group.kind)}** :red-badge[{words.rows_words(group.count)}]")
        if group.cause:
            st.markdown(words.plain(group.cause))
        if group.remedy:
            st.markdown(f":material/build: {words.plain(group.remedy)}")
        if view is not None and group.kind in set(ErrorKind):
            _draw_way(ErrorKind(group.kind), view, group)


def _draw_way(kind: ErrorKind, view: RunView, group: ErrorGroup | None) -> None:
    record, name = view.record, group.kind if group else "pause"
    with st.container(horizontal=True, vertical_alignment="center"):
        if group is not None and not record.status.is_live:
            _draw_rows(group)
        if kind in _CREDIT:
            _draw_billing(record)
        if kind in _TOO_MUCH_AT_ONCE and not record.status.is_live:
            _draw_slower(view, group, f"run_slower_{name}")
        if kind in _ANOTHER_MODEL:
            _draw_again(record, "Ask another model, with these settings", f"run_other_model_{name}", "smart_toy")
        elif kind in _OTHER_SETTINGS:
            _draw_again(record, "Change the settings", f"run_other_settings_{name}", "tune")


def _draw_rows(group: ErrorGroup) -> None:
    st.button(
        "Show this row" if group.count == 1 else f"Show these {words.rows_words(group.count)}",
        key=f"run_rows_{group.kind}",
        icon=":material/table_rows:",
        on_click=show_failed,
        args=(group.kind,),
    )


def _draw_slower(view: RunView, group: ErrorGroup | None, key: str) -> None:
    record, most = view.record, fewer_at_once(view)
    if most is None or (group is None and not record.status.is_resumable):
        return
    what = f"Retry {words.rows_words(group.count)}" if group else "Resume"
    if st.button(f"{what} with {most} at the same time", key=key, icon=":material/speed:"):
        typed = app_state().typed_keys.get(record.provider, record.spec.model.base_url)
        go_on(record, typed, lambda: _slower(record, group, most))


def _slower(record: RunRecord, group: ErrorGroup | None, most: int) -> RunRecord:
    ask_fewer_at_once(record.id, most)
    return runs.prepare_retry(record.id, group.kind) if group else runs.prepare_resume(record.id)


def _draw_again(record: RunRecord, label: str, key: str, icon: str) -> None:
    link(page_of(record), label, key=key, icon=f":material/{icon}:", query={"from": record.id})


def _draw_billing(record: RunRecord) -> None:
    try:
        provider = get_provider(record.provider)
    except NotFoundError:  # a provider that a later Handai no longer has
        return
    page = provider.billing_page or provider.key_page
    if page:
        st.link_button(f"Your account at {provider.name}", page, icon=":material/open_in_new:")

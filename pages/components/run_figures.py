"""A run in numbers: how far it is, how fast, and what it has cost."""

import streamlit as st

from pages.components import run_words as words
from services.views import RunView

_TONES = {"info": st.info, "success": st.success, "warning": st.warning, "error": st.error}


def draw_status(view: RunView) -> None:
    """The headline of the run."""
    line = words.status_line(view)
    with st.container(key="run_status"):
        _TONES[line.tone](line.body, title=line.title)


def draw_figures(view: RunView) -> None:
    """The progress bar and the figures; the same places whatever is known, so that nothing jumps."""
    total = view.record.total
    share = (view.done + view.failed) / total if total else 0.0
    st.progress(min(1.0, share), text=progress_words(view))
    with st.container(horizontal=True, key="run_figures"):
        for label, value in _figures(view):
            st.markdown(f":small[:gray[{label}]]  \n**{words.plain(value)}**", width=150)


def progress_words(view: RunView) -> str:
    """How many rows are done, failed and tried again, of how many."""
    ended = view.done + view.failed
    parts = [f"{view.done:,} done", f"{view.failed:,} failed", f"{view.retries:,} retried"]
    reused = view.progress.cached if view.progress else 0
    parts += [f"{reused:,} taken over from an earlier run"] if reused else []
    return f"{ended:,} of {words.rows_words(view.record.total)}: {', '.join(parts)}"


def _figures(view: RunView) -> list[tuple[str, str]]:
    sent, answered = view.tokens
    tokens = words.UNKNOWN if sent is None else f"{words.count(sent)} + {words.count(answered)}"
    paid = [("Tokens in + out", tokens), ("Cost", words.cost(view.cost_usd, complete=view.cost_complete))]
    if not view.status.is_live:
        return [("Not run yet", words.count(view.pending)), ("Time taken", words.duration(view.duration_s)), *paid]
    found = view.progress
    rate = found.rows_per_s if found else None
    flight = f"{found.in_flight} of {found.slots}" if found and found.slots else "–"
    left = words.duration(view.eta_s) if view.eta_s is not None else "–"
    speed = "–" if rate is None else f"{rate:,.1f}" if rate < 100 else f"{rate:,.0f}"
    return [("Rows per second", speed), ("Time left", left), *paid, ("Requests in flight", flight)]


def draw_notes(view: RunView) -> None:
    """Why it is not faster, and what may have been paid twice."""
    found = view.progress
    if found is None:
        return
    if view.status.is_live:
        st.caption(_pace(view))
    if found.unknown:
        st.caption(
            f":orange[:material/warning:] Possibly billed twice: {found.unknown:,}. "
            "So many requests were sent, but no answer came back; the provider may have counted them."
        )


def _pace(view: RunView) -> str:
    found = view.progress
    if found and found.waiting:
        return f":material/hourglass_top: Not more at once: {words.plain(found.waiting)}"
    if found and found.slots and found.in_flight >= found.slots:
        return ":material/speed: All slots are in use."
    return ":material/speed: Slots are free: the next rows are being prepared, or no row is left to send."

"""A run in numbers: how far it is, how fast, and what it has cost."""

import streamlit as st

from handai_db import Progress
from pages.components import words
from pages.components.run.diversity import draw_diversity
from services.running.pace import rows_until_cap
from services.running.views import RunView, similar_words

_TONES = {"info": st.info, "success": st.success, "warning": st.warning, "error": st.error}


def draw_status(view: RunView) -> None:
    """The headline of the run."""
    line = words.status_line(view)
    with st.container(key="run_status"):
        _TONES[line.tone](line.body, title=line.title)


def draw_done(view: RunView) -> None:
    """One line where all went well, so that the answers are in sight; the figures are a press away."""
    with st.container(key="run_status"):
        done = words.plain(words.status_line(view).title)
        facts = "".join(f" · {words.plain(fact)}" for fact in _facts(view))
        st.markdown(f":green[:material/check_circle: **{done}**]{facts}")


def draw_figures_folded(view: RunView) -> None:
    """All figures of a run whose status is one line."""
    with st.popover("Figures", key="run_figures_more", icon=":material/speed:", type="tertiary"):
        draw_figures(view)
        draw_diversity(view)


def _facts(view: RunView) -> list[str]:
    """What a person wants to know of a run in which every row has an answer."""
    found = view.progress
    facts = [words.rows_words(view.done), *_given(view)]
    facts += [f"{found.dropped:,} left out by a check"] if found and found.dropped else []
    facts += [] if view.duration_s is None else [f"took {words.duration(view.duration_s)}"]
    cost = "cost unknown" if view.cost_usd is None else words.cost(view.cost_usd, complete=view.cost_complete)
    return [*facts, cost] if view.steps else facts


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
    parts = [f"{view.done:,} done", f"{view.failed:,} failed"]
    parts += [f"{view.retries:,} retried"] if view.steps else []
    parts += _given(view)
    return f"{ended:,} of {words.rows_words(view.record.total)}: {', '.join(parts)}"


def _given(view: RunView) -> list[str]:
    """The answers that the run's own model was not asked for."""
    found = view.progress
    if found is None:
        return []
    like = "" if view.record.spec.limits.similar is None else " or like another row"
    parts = [f"{found.cached:,} asked before{like}"] if found.cached else []
    return [*parts, *([f"{found.fallbacks:,} by a fallback model"] if found.fallbacks else [])]


def _figures(view: RunView) -> list[tuple[str, str]]:
    known = _pace_figures(view) if view.status.is_live else _end_figures(view)
    return [*known, *(_paid(view) if view.steps else []), *_judged(view)]


def _pace_figures(view: RunView) -> list[tuple[str, str]]:
    found = view.progress
    rate = found.rows_per_s if found else None
    left = words.about_duration(view.eta_s) if view.eta_s is not None else "not known yet"
    figures = [("Time left", left), ("Rows", "–" if rate is None else words.pace(rate))]
    if view.steps:
        figures.append(("Requests in flight", f"{found.in_flight} of {found.slots}" if found and found.slots else "–"))
    return figures


def _end_figures(view: RunView) -> list[tuple[str, str]]:
    return [("Not run yet", words.count(view.pending)), ("Time taken", words.duration(view.duration_s))]


def _paid(view: RunView) -> list[tuple[str, str]]:
    sent, answered = view.tokens
    tokens = words.UNKNOWN if sent is None else f"{words.count(sent)} + {words.count(answered)}"
    cap = view.record.spec.limits.max_cost_usd
    spent = words.cost(view.cost_usd, complete=view.cost_complete) + (f" of {words.cost(cap)}" if cap else "")
    return [("Tokens in + out", tokens), ("Cost, of the cap" if cap else "Cost", spent)]


def _judged(view: RunView) -> list[tuple[str, str]]:
    """What checks found: figures that are 0 for most runs are left out."""
    found = view.progress
    if found is None:
        return []
    counts = {
        "Invalid answers": found.invalid,
        "Repaired": found.repaired,
        "Refused, drawn again": found.refused,
        "Marked by a check": found.marked,
        "Left out by a check": found.dropped,
    }
    return [(label, words.count(count)) for label, count in counts.items() if count]


def draw_notes(view: RunView) -> None:
    """What was shared between rows, and what may have been paid twice."""
    found = view.progress
    if found is None:
        return
    if not view.status.is_live and (said := similar_words(view)):
        st.caption(f":material/content_copy: {words.plain(said)}")
    if found.unknown:
        st.caption(
            f":orange[:material/warning:] Possibly billed twice: {found.unknown:,}. "
            "So many requests were sent, but no answer came back; the provider may have counted them."
        )


def pace_words(view: RunView) -> str:
    """Why it is not faster, in one line that is always there; then what the cap still allows."""
    found = view.progress
    if found is None:
        return ":material/hourglass_top: The first rows are being prepared."
    return _pace(found, view.record.spec.limits.concurrency, asks=view.steps > 0) + _cap_words(view)


def _pace(found: Progress, allowed: int | str, *, asks: bool) -> str:
    if found.waiting:
        said = words.plain(found.waiting)
        return f":material/hourglass_top: {f'Not faster: {said}.' if asks else f'{said.capitalize()}.'}"
    if not asks:
        return ":material/function: Rows are drawn without a model."
    if not found.slots:
        return ":material/hourglass_top: The first rows are being prepared."
    if found.in_flight == allowed:
        return ":material/speed: Not faster: as many requests as you allow are under way."
    if found.in_flight >= found.slots:
        return ":material/speed: As many requests as the provider takes are under way; more follow as answers come."
    return ":material/speed: The next rows are being prepared, or all are sent."


def _cap_words(view: RunView) -> str:
    rows = rows_until_cap(view.asked, view.cost_usd, view.record.spec.limits.max_cost_usd)
    if rows is None or rows >= view.pending:
        return ""
    return f" :orange[:material/savings:] The cap is reached after about {words.rows_words(rows)} more."

"""What the answers hold, a card a column: bars that are clicked to see their rows only."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.components import words
from pages.components.run.bars import choice_bars
from pages.components.run_filters import choose
from pages.components.state import held, put
from services.results.facet_choice import Choice, How
from services.results.facets import Facet, Facets, facets_of
from services.results.row_filters import RowFilter
from services.running.views import RunView

_SHOWN = 9
_SLOW_ROWS = 20_000
_KINDS = {
    "values": "values",
    "items": "list",
    "numbers": "numbers",
    "dates": "dates",
    "lengths": "text, by characters",
    "empty": "nothing filled in",
}
_LYING = {"values", "items"}


def draw_facets(view: RunView, wanted: RowFilter) -> None:
    """The cards of the output columns, in a part of the page that can be folded away."""
    if not view.outputs or not view.done:
        return
    part = st.expander(
        "What the answers hold",
        icon=":material/bar_chart:",
        key="run_facets",
        on_change="rerun",
    )
    if not part.open:
        return
    with part:
        every_row = bool(held("run_facets_every"))
        if view.done > _SLOW_ROWS:
            with st.spinner("Counting …", show_time=False):
                found = facets_of(view.record, every_row=every_row)
        else:
            found = facets_of(view.record)
        _draw_reach(found, view.record.total)
        _draw_cards(found.columns[:_SHOWN], dict(wanted.choices))
        if len(found.columns) > _SHOWN:
            st.caption(f"The first {_SHOWN} of {len(found.columns)} columns are shown here.")


def _draw_reach(found: Facets, total: int) -> None:
    """Of which rows this is told; a long table is only read whole when a person asks."""
    if found.whole and found.rows <= found.read_at_once:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Counted over all {words.rows_words(total)}."
            if found.whole
            else f"Counted over the first {found.rows:,} of {words.rows_words(total)}; a filter looks at all.",
            width="content",
        )
        st.toggle("Count every row", key="run_facets_every")


def _draw_cards(columns: Sequence[Facet], chosen: dict[str, Choice]) -> None:
    with st.grid(3, min_column_width=280):
        for place, facet in enumerate(columns):
            with st.container(border=True, gap="xsmall", height="stretch"):
                _draw_card(place, facet, chosen.get(facet.key))


def _draw_card(place: int, facet: Facet, chosen: Choice | None) -> None:
    st.markdown(f"**{words.plain(facet.name)}** :small[:gray[{_KINDS[facet.kind]}]]")
    if facet.bars:
        _draw_chart(place, facet, chosen)
    facts = [f"{facet.filled:,} filled"]
    facts += [f"{facet.empty:,} empty"] if facet.empty else []
    facts += [f"{facet.different:,} different"] if facet.different else []
    st.caption(" · ".join(facts))
    _draw_select(place, facet, chosen)


def _draw_chart(place: int, facet: Facet, chosen: Choice | None) -> None:
    now = chosen.written() if chosen else ""
    bars = [(bar.label, bar.rows, bar.choice.written(), bar.choice == chosen) for bar in facet.bars]
    spec = choice_bars(bars, lying=facet.kind in _LYING)
    key = f"run_facet_chart_{place}_{facet.key}_{now}"  # another choice is another chart: none stays selected in it
    most = max(facet.bars, key=lambda bar: bar.rows)
    st.vega_lite_chart(
        spec=spec,
        key=key,
        width="stretch",
        alt=f"How often each value of {facet.name} comes; most often {most.label}: {most.rows:,}",
        on_select=lambda: _clicked(key, facet.key, now),
        selection_mode="pick",
    )


def _clicked(chart: str, key: str, now: str) -> None:
    found: Any = held(chart)
    picked = found["selection"].get("pick") if found else None
    if picked:
        written = str(picked[0].get("choice"))
        choose(key, None if written == now else Choice.read(written))


def _draw_select(place: int, facet: Facet, chosen: Choice | None) -> None:
    """The same choice for the keyboard, and for what no bar stands for."""
    options = {bar.choice.written(): f"{bar.label} · {bar.rows:,}" for bar in facet.bars if bar.rows}
    if facet.empty:
        options[Choice(How.EMPTY).written()] = f"(empty) · {facet.empty:,}"
    if chosen is not None:
        options.setdefault(chosen.written(), chosen.said())
    if not options:
        return
    key = f"run_facet_{place}"
    put(key, chosen.written() if chosen else None)
    st.selectbox(
        f"Only rows where {facet.name} is",
        list(options),
        index=None,
        format_func=options.__getitem__,
        key=key,
        placeholder="Show only …",
        label_visibility="collapsed",
        on_change=_selected,
        args=(key, facet.key),
    )


def _selected(widget: str, key: str) -> None:
    written = held(widget)
    choose(key, Choice.read(str(written)) if written else None)

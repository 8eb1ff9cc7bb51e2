"""The meter of a generated table: how much its texts repeat each other, how mixed its categories are."""

from collections.abc import Collection

import streamlit as st

from engine.diversity import Diversity
from engine.schema.variation import is_from_dial
from engine.spec import GenerateInput
from pages.components import words
from services.running.views import RunView

_SHOWN = 6
_HELP = (
    "Repeats: rows in which a text is like an earlier row's. New wording: of all sequences of three words, those that "
    "come up once. Mix: 100 % is as mixed as the weights say."
)


def draw_diversity(view: RunView) -> None:
    """The meter's last reading, if the run has one."""
    found = view.diversity
    if found is None or not found.rows or not (found.texts or found.categories):
        return  # over no row there is nothing to know
    with st.container(border=True, key="run_diversity", gap="xsmall"):
        so_far = " so far" if view.status.is_live else ""
        st.markdown(f"**Diversity**{so_far}, over {words.rows_words(found.rows)}", help=_HELP)
        with st.container(horizontal=True):
            for label, value in meter_figures(found, _dial(view)):
                st.markdown(f":small[:gray[{words.plain(label)}]]  \n**{words.plain(value)}**", width=150)
        for name, texts in list(found.texts.items())[:_SHOWN]:
            st.caption(f"{words.plain(name)}: {words.plain(texts.verdict)}")


def _dial(view: RunView) -> frozenset[str]:
    """The columns that the variation dial added: a person did not ask for them by name."""
    source = view.record.spec.input
    columns = source.columns if isinstance(source, GenerateInput) else ()
    return frozenset(column.name for column in columns if is_from_dial(column))


def meter_figures(found: Diversity, left_out: Collection[str] = ()) -> list[tuple[str, str]]:
    """The figures in few words; those that can't be known yet are left out."""
    mixed = [(name, category) for name, category in found.categories.items() if name not in left_out]
    figures = [] if found.duplicate_share is None else [("Repeats", f"{found.duplicate_share:.1%}")]
    figures += [
        (f"New wording in {name}", f"{texts.distinct_3:.0%}")
        for name, texts in list(found.texts.items())[:_SHOWN]
        if texts.distinct_3 is not None
    ]
    figures += [
        (f"Mix of {name}", f"{category.ratio:.0%}") for name, category in mixed[:_SHOWN] if category.ratio is not None
    ]
    return figures

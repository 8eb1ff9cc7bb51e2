"""Where a run leads: its settings again, only added rows, a comparison, a bundle for another computer."""

from collections.abc import Callable

import streamlit as st

from handai_db import RunRecord
from pages.components import dialogs
from pages.components.history_bundles import save_bundle
from pages.components.run_links import go, link, page_of
from services.running.views import RunView

_ADDED = "Run only added rows of a newer file"


def draw_ways_on(view: RunView) -> None:
    """The usual way as a link, the others in a menu."""
    record = view.record
    with st.container(horizontal=True, vertical_alignment="center", key="run_ways_on", width="content", gap="xsmall"):
        draw_way_back(record)
        ways = _ways(view)
        chosen = None
        if ways:
            chosen = st.menu_button("More", list(ways), key="run_more", type="tertiary", icon=":material/more_horiz:")
    if chosen:
        ways[chosen](record)


def draw_way_back(record: RunRecord, key: str = "run_again") -> None:
    """To where such a run is started; from a preview, to run all rows with what was tried and corrected."""
    if record.preview and record.dataset_id:
        link("transform", "Run all rows with this", key=key, icon=":material/play_arrow:", query={"from": record.id})
        return
    again = {"from": record.id}
    link(page_of(record), "Use these settings again", key=key, icon=":material/content_copy:", query=again)


def _only_added(record: RunRecord) -> None:
    go("transform", **{"from": record.id, "added": "1"})


def _ways(view: RunView) -> dict[str, Callable[[RunRecord], None]]:
    """The rarer ways, by what they are called."""
    ways: dict[str, Callable[[RunRecord], None]] = {}
    if page_of(view.record) == "transform":
        ways["Compare with another run"] = dialogs.compare
        ways[_ADDED] = _only_added
    if not view.status.is_live and not view.damage:
        ways["Save as a bundle"] = save_bundle
    return ways

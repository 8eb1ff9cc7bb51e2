"""What was said of a row before: answers that newer ones replaced, and a person's own changes. Nothing is lost."""

from datetime import datetime

import pandas as pd
import streamlit as st

from handai_db import Mark, Replaced, RunRecord
from pages.components.run_frames import shown_cell
from services.results.corrections import history_of

_WORDS = {"corrected": "you corrected it", "approved": "you approved it", "undone": "you took it back"}


def draw_history(record: RunRecord, row: int) -> None:
    """The row's earlier answers and changes, oldest first; nothing if there are none."""
    replaced, said = history_of(record, row)
    lines = [*(_replaced(one) for one in replaced), *(_said(mark) for mark in said)]
    if not lines:
        return
    lines.sort(key=lambda line: line[0])
    frame = pd.DataFrame([line for _, line in lines])
    with st.expander(f"What was here before ({len(lines)})", icon=":material/history:"):
        st.dataframe(
            frame, key="run_row_history", hide_index=True, placeholder="", alt="Earlier answers and changes of this row"
        )


def _replaced(one: Replaced) -> tuple[float, dict[str, object]]:
    said = one.cause if one.values is None else shown_cell(dict(one.values))
    return one.answered_at, {"When": _time(one.answered_at), "What": "the model answered", "Value": said or one.raw}


def _said(mark: Mark) -> tuple[float, dict[str, object]]:
    value = shown_cell(mark.was if mark.state == "undone" else mark.value)
    return mark.at, {"When": _time(mark.at), "What": f"{mark.key}: {_WORDS[mark.state]}", "Value": value}


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")

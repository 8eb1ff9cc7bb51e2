"""Conditions of a drawn column: where one is true, another value stands instead."""

from itertools import count
from typing import Any

import streamlit as st

from engine.schema.columns import SamplerColumn, Schema
from pages.components import words
from pages.components.fields import text_field
from pages.components.state import is_held
from services.tables.column_kinds import cell_as_text, cell_from, names_of


def draw_conditions(prefix: str, column: SamplerColumn, schema: Schema) -> list[dict[str, Any]]:
    """The conditions as they stand; an emptied one goes, and there is always room for one more."""
    cases: list[dict[str, Any]] = []
    many = len(column.when)
    with st.expander(f"Conditions ({many})" if many else "Conditions", icon=":material/call_split:"):
        others = ", ".join(names_of(schema, without=column)[:8])
        st.caption(f"Where a condition is true, the column holds this value instead. Columns: {words.plain(others)}.")
        for place in count():
            case = column.when[place] if place < many else None
            more = _is_drawn(prefix, place + 1)
            with st.container(horizontal=True):
                condition = text_field(
                    prefix,
                    f"if_{place}",
                    "If",
                    case.condition if case else "",
                    placeholder='plan == "free"',
                    width="stretch",
                ).strip()
                value = text_field(
                    prefix, f"then_{place}", "then the value is", cell_as_text(case.value) if case else "", width=180
                )
            if condition:
                cases.append({"if": condition, "value": cell_from(value, case.value if case else None)})
            elif place >= many and not more:
                return cases
    return cases


def _is_drawn(prefix: str, place: int) -> bool:
    return is_held(f"{prefix}_field_if_{place}")

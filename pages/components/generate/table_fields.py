"""The fields of a column whose values come from a table: which table, which of its columns, in which order."""

from typing import Any

import streamlit as st

from engine.schema.columns import TableColumn
from pages.components import words
from pages.components.fields import choice_field
from pages.components.uploads import draw_upload

_ORDERS = {"random": "By chance", "sequence": "Row by row, from the first"}


def draw_table_column(prefix: str, column: TableColumn) -> dict[str, Any]:
    """What was set for a column of values from a table."""
    table = draw_upload("Table with the values", f"{prefix}_field_upload", column.dataset)
    if table is None:
        if column.file and not column.dataset:
            st.caption(f"Its values come from the file {words.plain(column.file)} beside the schema. Upload it here.")
        return {}
    names = [found.name for found in table.info.columns]
    st.caption(f"Table: {words.plain(table.filename)}, {words.rows_words(table.info.rows)}")
    with st.grid(2, min_column_width=180):
        chosen = column.column if column.column in names else (names[0] if names else "")
        name = choice_field(prefix, f"column_{table.id}", "Column of that table", names, chosen)
        order = choice_field(
            prefix, "order", "Order", list(_ORDERS), column.order, format_func=lambda order: _ORDERS[order]
        )
    return {"dataset": table.id, "file": table.filename, "column": name, "order": order}

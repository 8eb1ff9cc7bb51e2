"""Only run rows where …: conditions on the table's columns, said as a sentence with how many rows they leave."""

from itertools import count
from typing import Any

import streamlit as st
from pydantic import ValidationError

from engine.conditions import Condition, Conditions, Operator
from engine.tables.cells import cell_as_text
from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.state import forget_all, held, is_held, place_of, put, seed
from services.forms.empty_rows import empty_rows
from services.forms.transform_form import TransformForm
from services.tables.chosen_rows import count_where

_JOINS = {"all": "all of these", "any": "any of these"}


def draw_row_conditions(table: DatasetRecord, form: TransformForm) -> TransformForm:
    """The form with the conditions that a row has to meet to be asked."""
    on = st.toggle(
        "Only run rows where …",
        seed("transform_where_on", form.only_where is not None),
        key="transform_where_on",
        help="The other rows stay in your table, with empty new cells. They cost nothing.",
    )
    if not on:
        _tell_empty(table, form)
        return form.model_copy(update={"only_where": None})
    with st.container(border=True, key="transform_where", gap="small"):
        found = _draw_all(table, form.only_where)
        _tell(table, found)
    return form.model_copy(update={"only_where": found})


def _tell_empty(table: DatasetRecord, form: TransformForm) -> None:
    """Rows in which the model would see nothing, and one press to leave them out."""
    found = empty_rows(table, form)
    if not found.empty or found.empty == table.info.rows:
        return
    some = "At least " if found.looked_at < table.info.rows else ""
    are = "is" if found.empty == 1 else "are"
    where = "in the column" if len(found.columns) == 1 else "in all columns"
    with st.container(horizontal=True, vertical_alignment="center", key="transform_empty_rows"):
        said = f"{some}{found.empty:,} of {words.rows_words(table.info.rows)} {are} empty {where} that the model sees."
        st.caption(f":orange[:material/info:] {said} It would invent an answer.", width="content")
        leave_out = found.without()
        if leave_out is not None:
            st.button(
                "Leave them out",
                key="transform_empty_leave_out",
                type="tertiary",
                icon=":material/filter_alt:",
                on_click=_take,
                args=(leave_out,),
            )


def _take(conditions: Conditions) -> None:
    """Have the fields below hold these conditions."""
    forget_all("transform_where_")
    put("transform_where_on", value=True)
    put("transform_where_join", conditions.join)
    for place, condition in enumerate(conditions.conditions):
        put(f"transform_where_column_{place}", condition.column)
        put(f"transform_where_operator_{place}", condition.operator)


def _draw_all(table: DatasetRecord, before: Conditions | None) -> Conditions | None:
    old = before.conditions if before else ()
    found: list[Condition] = []
    columns = [column.name for column in table.info.columns]
    several = len(old) > 1 or held("transform_where_column_1") is not None
    join = _draw_join(before) if several else "all"
    for place in count():
        condition, begun = _draw_one(place, old[place] if place < len(old) else None, columns)
        if condition is not None:
            found.append(condition)
        if not begun and not is_held(f"transform_where_column_{place + 1}") and place >= len(old) - 1:
            break
    return Conditions.model_validate({"join": join, "conditions": found}) if found else None


def _draw_join(before: Conditions | None) -> str:
    seed("transform_where_join", before.join if before else "all")
    return str(
        st.segmented_control(
            "A row is run when it meets",
            list(_JOINS),
            format_func=lambda join: _JOINS[join],
            key="transform_where_join",
            required=True,
        )
    )


def _draw_one(place: int, before: Condition | None, columns: list[str]) -> tuple[Condition | None, bool]:
    """One condition, and whether it is begun; one whose column is emptied goes."""
    now = seed(f"transform_where_column_{place}", before.column if before and before.column in columns else None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox(
            "Column" if place == 0 else "and another column",
            columns,
            place_of(columns, now),
            key=f"transform_where_column_{place}",
            placeholder="Choose a column",
            width=220,
        )
        if column is None:
            return None, False
        key, operators = f"transform_where_operator_{place}", list(Operator)
        now_operator = seed(key, before.operator if before else Operator.CONTAINS)
        chosen = st.selectbox("Condition", operators, place_of(operators, now_operator), key=key, width=190)
        operator = Operator(chosen or Operator.CONTAINS)
        value = _draw_value(place, before, operator)
    return _condition(column, operator, value), True


def _draw_value(place: int, before: Condition | None, operator: Operator) -> str:
    if not operator.takes_value and operator is not Operator.ONE_OF:
        return ""
    old = ", ".join(before.values) if before and before.values else cell_as_text(before.value) if before else ""
    now = seed(f"transform_where_value_{place}", old)
    label = "Values, with commas" if operator is Operator.ONE_OF else "Value"
    return st.text_input(label, now, key=f"transform_where_value_{place}", width=220)


def _condition(column: str, operator: Operator, value: str) -> Condition | None:
    data: dict[str, Any] = {"column": column, "operator": operator}
    if operator is Operator.ONE_OF:
        data["values"] = [part.strip() for part in value.split(",") if part.strip()]
    elif operator.takes_value:
        data["value"] = value
    try:
        return Condition.model_validate(data)
    except ValidationError:
        needed = "a number" if operator.takes_number else "a value"
        st.warning(f"“{words.plain(column)} {operator}” needs {needed}. Without it, it does not count.")
        return None


def _tell(table: DatasetRecord, found: Conditions | None) -> None:
    rows = table.info.rows
    if found is None:
        st.caption(f"No condition yet: all {words.rows_words(rows)} are run.")
        return
    try:
        with st.spinner("Counting the rows …", show_time=False):
            matching = count_where(table, found)
    except HandaiError as error:
        st.warning(words.error_words(error))
        return
    st.caption(f":material/filter_alt: {matching:,} of {words.rows_words(rows)} where {words.plain(found.said())}.")

"""The columns of a schema as cards: added by kind, edited, moved, copied, removed."""

from typing import Any

import streamlit as st
from pydantic import ValidationError

from engine.schema import columns as c
from engine.schema.check_columns import column_problems
from pages.components import words
from pages.components.card_list import Card, act, draw_cards, open_card
from pages.components.fields import switch_field, text_field
from pages.components.generate.conditions import draw_conditions
from pages.components.generate.sampler_fields import draw_sampler
from pages.components.generate.written_fields import draw_expression, draw_judge, draw_model_column
from pages.components.setup.column_words import KIND_LABELS, badge, summary
from services.tables.column_kinds import KINDS, blank_column, changed, column_from, free_plain_name, taken_names

PREFIX = "generate_columns"


def draw_schema_columns(schema: c.Schema) -> tuple[c.Schema, bool]:
    """The schema with its columns as they stand, and whether the page must be drawn again to show them."""
    made = list(schema.columns)
    cards = [_card(place, column, schema) for place, column in enumerate(made)]
    if not made:
        st.caption(
            "A table needs a column or two that are drawn, such as one of several values. "
            "Those that the model writes can name them: each row then differs."
        )
    asked = draw_cards(PREFIX, cards, lambda place: _draw_open(schema, made, place))
    again = asked is not None
    if asked is not None:
        made = list(act(PREFIX, asked, made, lambda column: _copied(column, schema)))
    else:
        again = _draw_add(schema, made)
    return schema.model_copy(update={"columns": tuple(made)}), again


def _draw_add(schema: c.Schema, made: list[c.SchemaColumn]) -> bool:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Add a column",
            KINDS,
            index=None,
            placeholder="Choose what kind of column",
            format_func=lambda kind: KIND_LABELS[kind],
            key="generate_add_kind",
            width=340,
        )
        pressed = st.button("Add", key="generate_add", icon=":material/add:", disabled=kind is None)
    if not pressed or kind is None:
        return False
    open_card(PREFIX, len(made))
    made.append(blank_column(kind, schema))
    return True


def _card(place: int, column: c.SchemaColumn, schema: c.Schema) -> Card:
    return Card(column.name, badge(column), summary(column), _is_wrong(place, column, schema))


def _is_wrong(place: int, column: c.SchemaColumn, schema: c.Schema) -> bool:
    return next(column_problems(("columns", place), column, schema), None) is not None


def _copied(column: c.SchemaColumn, schema: c.Schema) -> c.SchemaColumn:
    return changed(column, name=free_plain_name(column.name, taken_names(schema)))


def _draw_open(schema: c.Schema, made: list[c.SchemaColumn], place: int) -> Card:
    column = made[place]
    try:
        made[place] = column_from({**column.model_dump(by_alias=True), **_fields(column, schema)})
    except ValidationError as error:
        st.error("; ".join(words.plain(item["msg"]) for item in error.errors()), title="This can't be used yet")
        return _card(place, made[place], schema)
    for problem in column_problems(("columns", place), made[place], schema):
        st.warning(words.plain(problem.remedy), title=words.plain(problem.cause), icon=":material/edit:")
    return _card(place, made[place], schema)


def _fields(column: c.SchemaColumn, schema: c.Schema) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if isinstance(column, c.ModelColumn):
        changes = draw_model_column(PREFIX, column, schema)
    else:
        name = text_field(PREFIX, "name", "Name of the column", column.name, max_chars=200).strip()
        changes["name"] = name or column.name
        if isinstance(column, c.ExpressionColumn):
            changes |= draw_expression(PREFIX, column, schema)
        elif isinstance(column, c.JudgeColumn):
            changes |= draw_judge(PREFIX, column, schema)
        else:
            changes |= draw_sampler(PREFIX, column, schema)
            changes["when"] = draw_conditions(PREFIX, column, schema)
    changes["export"] = not switch_field(
        PREFIX,
        "helper",
        "Leave it out of the finished table",
        value=not column.export,
        help_text="It is there for other columns to use: a helper.",
    )
    return changes

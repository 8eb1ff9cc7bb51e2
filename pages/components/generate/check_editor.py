"""Checks that rows must pass, as cards: one column held against bounds, or a rule over several."""

from typing import Any

import streamlit as st
from pydantic import ValidationError

from engine.schema.columns import Check, Schema
from pages.components import words
from pages.components.card_list import Card, act, draw_cards, open_card
from pages.components.fields import choice_field, insert_pills, long_field, number_field, text_field, whole_field
from pages.components.setup.column_words import check_summary
from services.tables.column_kinds import lines_of, names_of

PREFIX = "generate_checks"
_ANY_ROW = "a rule over the row"
_ON_FAIL = {
    "mark": "Keep the row and mark it",
    "drop": "Leave the row out of the table",
    "redraw": "Draw the row again",
}


def draw_checks(schema: Schema) -> tuple[Schema, bool]:
    """The schema with its checks as they stand, and whether the page must be drawn again to show them."""
    made = list(schema.checks)
    asked = draw_cards(PREFIX, [_card(check) for check in made], lambda place: _draw_open(schema, made, place))
    if asked is not None:
        made = list(act(PREFIX, asked, made, lambda check: check))
        return schema.model_copy(update={"checks": tuple(made)}), True
    if st.button("Add a check", key="generate_checks_add", icon=":material/add:"):
        names = names_of(schema)
        open_card(PREFIX, len(made))
        made.append(Check(column=names[-1] if names else None, rule=None if names else ""))
        return schema.model_copy(update={"checks": tuple(made)}), True
    return schema.model_copy(update={"checks": tuple(made)}), False


def _card(check: Check) -> Card:
    return Card(check.column or "Rule", _badge(check), check_summary(check))


def _badge(check: Check) -> str:
    return f":gray-badge[{_ON_FAIL[check.on_fail].lower()}]"


def _draw_open(schema: Schema, made: list[Check], place: int) -> Card:
    check = made[place]
    try:
        made[place] = Check.model_validate({**check.model_dump(), **_fields(check, schema)})
    except ValidationError as error:
        st.error("; ".join(words.plain(item["msg"]) for item in error.errors()), title="This can't be used yet")
    return _card(made[place])


def _fields(check: Check, schema: Schema) -> dict[str, Any]:
    names = names_of(schema)
    with st.grid(2, min_column_width=200):
        about = choice_field(PREFIX, "column", "What is checked", [*names, _ANY_ROW], check.column or _ANY_ROW)
        on_fail = choice_field(
            PREFIX,
            "on_fail",
            "What happens to a row that fails",
            list(_ON_FAIL),
            check.on_fail,
            format_func=lambda what: _ON_FAIL[what],
        )
    if about == _ANY_ROW:
        rule = text_field(PREFIX, "rule", "Rule that must be true", check.rule or "", placeholder="rating >= 1 and …")
        insert_pills(PREFIX, "rule", names, braces=False)
        return {**_NOTHING, "column": None, "rule": rule, "on_fail": on_fail}
    return {**_bounds(check), "column": about, "rule": None, "on_fail": on_fail}


_NOTHING: dict[str, Any] = {
    "minimum": None,
    "maximum": None,
    "min_length": None,
    "max_length": None,
    "pattern": None,
    "values": (),
    "json_schema": None,
}


def _bounds(check: Check) -> dict[str, Any]:
    with st.grid(2, min_column_width=160):
        low = number_field(PREFIX, "minimum", "Number: smallest", check.minimum, placeholder="Any")
        high = number_field(PREFIX, "maximum", "Number: largest", check.maximum, placeholder="Any")
        short = whole_field(PREFIX, "min_length", "Text: fewest characters", check.min_length, min_value=0)
        long = whole_field(PREFIX, "max_length", "Text: most characters", check.max_length, min_value=0)
    pattern = text_field(PREFIX, "pattern", "Pattern (a regular expression)", check.pattern or "").strip()
    values = long_field(PREFIX, "values", "Allowed values, one a line", "\n".join(check.values), height=80)
    return {
        "minimum": low,
        "maximum": high,
        "min_length": short,
        "max_length": long,
        "pattern": pattern or None,
        "values": lines_of(values),
    }

"""The fields of columns that are computed, written by a model, or judged by one."""

from typing import Any

import streamlit as st

from engine.schema import columns as c
from pages.components.fields import insert_pills, long_field, many_field, text_field, whole_field
from pages.components.setup.output_fields import draw_output
from services.tables.column_kinds import names_of

Changes = dict[str, Any]


def draw_expression(prefix: str, column: c.ExpressionColumn, schema: c.Schema) -> Changes:
    """What was set for a computed column."""
    text = text_field(
        prefix,
        "expression",
        "Expression",
        column.expression,
        placeholder='spend * 12, or "yes" if age >= 18 else "no"',
        help="Names of columns, numbers, texts in quotes, + - * /, comparisons, and, or, not, if … else.",
    )
    insert_pills(prefix, "expression", names_of(schema, without=column), braces=False)
    return {"expression": text}


def draw_model_column(prefix: str, column: c.ModelColumn, schema: c.Schema) -> Changes:
    """What was set for a column that the model writes."""
    prompt = long_field(
        prefix,
        "prompt",
        "What the model should write",
        column.prompt,
        height=130,
        placeholder="Write a {{ tone }} review of a {{ product }}.",
    )
    insert_pills(prefix, "prompt", names_of(schema, without=column))
    changes = draw_output(prefix, column)
    with st.expander("Instructions of its own"):
        instructions = long_field(
            prefix,
            "instructions",
            "Instructions (system message)",
            column.instructions,
            help_text="Empty: those of the whole table hold.",
        )
    return {**changes, "prompt": prompt, "instructions": instructions}


def draw_judge(prefix: str, column: c.JudgeColumn, schema: c.Schema) -> Changes:
    """What was set for a column in which a model judges others."""
    rubric = column.judge
    criteria = long_field(
        prefix,
        "criteria",
        "What makes a row good",
        rubric.criteria,
        placeholder="5: sounds like a real customer and fits the tone. 1: generic or contradictory.",
    )
    names = names_of(schema, without=column)
    with st.grid(3, min_column_width=140):
        judged = many_field(
            prefix, "judged", "Columns it judges", names, rubric.columns, placeholder="All that the model writes"
        )
        low = whole_field(prefix, "lowest", "Worst score", rubric.minimum)
        high = whole_field(prefix, "highest", "Best score", rubric.maximum)
    scores = {"minimum": 1 if low is None else low, "maximum": 5 if high is None else high}
    return {"judge": {"criteria": criteria, "columns": judged, **scores}}

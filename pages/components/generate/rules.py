"""Step two of Generate: how many rows, how varied, what is refused, what every row must pass."""

from typing import Literal

import streamlit as st

from engine.schema.columns import Duplicates, Schema
from pages.components.generate.check_editor import draw_checks
from pages.components.setup.persona_picker import draw_personas
from pages.components.state import app_state, forget, seed
from services.forms.generate_form import GenerateForm
from services.tables.column_kinds import names_of

_MOST_ROWS = 10_000_000
_MOST_SEEDS = 2**53 - 1
_DIAL = {
    "none": "None",
    "low": "Low",
    "medium": "Medium",
    "high": "High",
    "maximum": "Maximum",
}
_DIAL_WORDS = {
    "none": "The model is told only what the prompts say.",
    "low": "Each text gets a length and a way to begin of its own.",
    "medium": "Each text gets a length, a beginning, a voice and an angle of its own.",
    "high": "Beside these, each text gets a mood and a kind of detail of its own.",
    "maximum": "Beside all these, each text gets a rhythm and a situation of its own.",
}
KEYS = ("generate_rows", "generate_seed", "generate_variation", "generate_instructions", "generate_rows_per_call")


def draw_rules(form: GenerateForm) -> GenerateForm:
    """The form with the rules of the whole table."""
    st.subheader("2 · How many, and how varied", anchor=False)
    changes: dict[str, object] = {}
    with st.grid(3, min_column_width=220):
        changes["rows"] = _draw_rows(form.draft)
        changes["seed"] = _draw_seed(form.draft)
        if form.needs_model:
            changes["variation"] = _draw_dial(form.draft)
    schema = form.draft.model_copy(update=changes)
    if form.needs_model:
        schema = _draw_texts(schema)
    with st.expander(_checks_label(schema), icon=":material/rule:", key="generate_checks"):
        st.caption("Rows that fail a check are kept and marked, left out, or drawn again.")
        schema, again = draw_checks(schema)
    state = app_state()
    state.again = state.again or again
    return form.model_copy(update={"draft": schema})


def forget_rules() -> None:
    """Have the fields show the schema as it was changed elsewhere."""
    forget(*KEYS, *_DUPLICATE_KEYS)


def _checks_label(schema: Schema) -> str:
    return f"Checks ({len(schema.checks)})" if schema.checks else "Checks"


def _draw_rows(schema: Schema) -> int:
    now = seed("generate_rows", schema.rows)
    rows = st.number_input("Rows", 1, _MOST_ROWS, now, 1, key="generate_rows")
    return schema.rows if rows is None else int(rows)


def _draw_seed(schema: Schema) -> int:
    now = seed("generate_seed", schema.seed)
    number = st.number_input(
        "Number that the draw begins with",
        value=now,
        min_value=min(0, schema.seed, now),
        max_value=max(_MOST_SEEDS, schema.seed, now),
        step=1,
        key="generate_seed",
        help="The seed: the same number draws the same values again, another one draws others.",
    )
    return schema.seed if number is None else int(number)


def _draw_dial(schema: Schema) -> str:
    now = seed("generate_variation", schema.variation)
    with st.container(gap="xxsmall"):
        chosen = st.select_slider(
            "Variation of the texts",
            list(_DIAL),
            now,
            format_func=lambda place: _DIAL[place],
            key="generate_variation",
            help="What makes texts differ is drawn here, not left to the model.",
        )
        st.caption(_DIAL_WORDS[chosen])
    return str(chosen)


def _draw_texts(schema: Schema) -> Schema:
    with st.expander("Instructions and duplicates", icon=":material/content_copy:", key="generate_texts"):
        now = seed("generate_instructions", schema.instructions)
        instructions = st.text_area(
            "Instructions for everything the model writes",
            now,
            key="generate_instructions",
            height=90,
            placeholder="For example: Write plain British English. No names of real companies.",
        )
        draw_personas("generate", "generate_instructions")
        with st.grid(2, min_column_width=220):
            many = seed("generate_rows_per_call", schema.rows_per_call)
            per_call = st.number_input(
                "Rows in one request",
                value=many,
                min_value=1,
                max_value=50,
                step=1,
                key="generate_rows_per_call",
                help="Several are cheaper; each row is still checked and counted on its own.",
            )
        duplicates = _draw_duplicates(schema)
    return schema.model_copy(
        update={"instructions": instructions, "rows_per_call": int(per_call or 1), "duplicates": duplicates}
    )


_DUPLICATE_KEYS = (
    "generate_duplicates",
    "generate_near",
    "generate_near_share",
    "generate_redraws",
    "generate_compared",
    "generate_stop_share",
)


def _draw_duplicates(schema: Schema) -> Duplicates | Literal[False]:
    found = schema.duplicates or Duplicates()
    if not st.toggle(
        "Refuse rows that repeat others",
        seed("generate_duplicates", schema.duplicates is not False),
        key="generate_duplicates",
        help="Equal texts are refused, and texts that are nearly alike. A refused row is drawn and asked again.",
    ):
        return False
    near_too = st.toggle(
        "Nearly alike counts as a repeat", seed("generate_near", found.near is not None), key="generate_near"
    )
    near = _draw_near(found.near or 0.9) if near_too else None
    with st.grid(3, min_column_width=200):
        names = [*dict.fromkeys([*names_of(schema), *found.columns])]
        compared = [name for name in seed("generate_compared", list(found.columns)) if name in names]
        columns = st.multiselect(
            "Columns compared", names, compared, key="generate_compared", placeholder="All texts of the model"
        )
        tries = seed("generate_redraws", found.redraws)
        redraws = st.number_input("New tries for a row", 0, 20, tries, 1, key="generate_redraws")
        refused = seed("generate_stop_share", round(found.stop_share * 100))
        stop = st.number_input("Pause when so many of 100 are refused", 1, 100, refused, 1, key="generate_stop_share")
    return Duplicates(
        columns=tuple(columns),
        near=near,
        redraws=found.redraws if redraws is None else int(redraws),
        stop_share=_share(stop, found.stop_share),
    )


def _draw_near(found: float) -> float:
    now = seed("generate_near_share", round(found * 100))
    return _share(st.slider("Alike from", 50, 100, now, key="generate_near_share", format="%d%%", width=420), found)


def _share(percent: float | None, found: float) -> float:
    """A share in whole per cent, or the finer one that it stands for."""
    return found if percent is None or percent == round(found * 100) else percent / 100

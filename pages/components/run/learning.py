"""What corrections are good for: examples for asking again, and the agreement before and after."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.outputs import declared_outputs
from engine.spec import TransformInput
from engine.tables.cells import cell_as_text
from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.presses import draw_starter, started_by
from pages.components.run_frames import shown_cell
from pages.components.run_key import ask_for_key
from pages.components.run_links import go
from pages.components.state import seed
from providers.base import Message
from services.forms.estimates import about_tokens
from services.results import corrections, learning
from services.results.learning import JudgedRow, Measured
from services.running import runs
from services.running.views import RunView

_MOST_SHOWN = 20
_SHORT = 90
_ALL, _ASIDE = "all", "aside"
_ASK = "run_with_examples"


def can_learn(view: RunView) -> bool:
    """Whether a person's word on this run's answers can become examples."""
    return not view.damage and isinstance(view.record.spec.input, TransformInput)


def draw_learning(view: RunView) -> None:
    """The agreement so far, the rows that can be examples, and asking again with the chosen ones."""
    if view.status.is_live:
        st.caption("Once the run has ended, rows that you corrected or approved can become examples here.")
        return
    try:
        judged = learning.judged_rows(view.record)
        _draw_agreement(learning.measured(view.record))
        if not judged:
            st.info(
                "Correct or approve answers under Rows. They become examples that the model sees, and rows that you "
                "set aside measure how often it agrees with you.",
                title="Nothing is corrected or approved yet",
            )
            return
        chosen = _draw_choice(view.record, judged)
        _draw_ask_again(view, chosen)
    except HandaiError as error:
        st.error(words.error_words(error))


def _draw_agreement(found: Measured) -> None:
    if found.now is None:
        return
    now = f"{found.now.agreed:,} of {found.now.of:,}"
    before = f"before {found.before.agreed:,} of {found.before.of:,}, now " if found.before else ""
    st.markdown(f"**Agreement with you:** {before}{now}")
    st.caption(f"Answers that are what you said, on {words.rows_words(found.rows)} set aside. Examples don't count.")
    if len(found.versions) < 2:
        return
    columns = list(dict.fromkeys(name for version in found.versions for name in version.cells))
    lines = [
        {
            "Run": version.record.name,
            "Examples": len(version.record.spec.examples),
            "Model": version.record.model,
            "Agreement": _share(version.agreed, version.of),
            **{name: _share(version.equal.get(name, 0), version.cells.get(name, 0)) for name in columns},
        }
        for version in found.versions
    ]
    with st.expander("Each run and column", icon=":material/table:"):
        st.dataframe(
            pd.DataFrame(lines), key="run_agreement", hide_index=True, alt="Agreement with you, by run and column"
        )


def _share(equal: int, of: int) -> str:
    return f"{equal:,} of {of:,} ({equal / of:.0%})" if of else "–"


def _draw_choice(record: RunRecord, judged: Sequence[JudgedRow]) -> list[int]:
    """The rows that are ticked, out of those that can be examples."""
    able = [one for one in judged if one.whole and not one.aside]
    half = sum(not one.whole for one in judged)
    usual = set(learning.usual_choice(record.spec, able))
    st.markdown("**Examples that the model sees with every row**")
    chosen = []
    for one in able[:_MOST_SHOWN]:
        seed(f"run_example_{one.row}", one.row in usual)
        label = f"Row {one.row + 1:,}: {words.plain(_answers_words(one))}"
        word = "corrected" if one.corrected else "approved"
        if st.checkbox(label, key=f"run_example_{one.row}", help=words.plain(f"{word}: {_cells_words(one)}")):
            chosen.append(one.row)
    notes = [f"The newest {_MOST_SHOWN} are shown."] if len(able) > _MOST_SHOWN else []
    notes += [f"{words.rows_words(half)} with answers not all judged: approve the rest to use them."] if half else []
    aside = sum(one.aside for one in judged)
    notes += [f"{words.rows_words(aside)} set aside to measure, never examples."] if aside else []
    if notes:
        st.caption(" ".join(notes))
    return chosen


def _answers_words(one: JudgedRow) -> str:
    return ", ".join(_short(shown_cell(value) or "(empty)") for value in one.answers.values())


def _cells_words(one: JudgedRow) -> str:
    return _short(" · ".join(cell_as_text(cell) for cell in one.cells.values()))


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def _draw_ask_again(view: RunView, chosen: list[int]) -> None:
    record = view.record
    examples = learning.examples_of(record, chosen)
    aside = sorted(corrections.aside_in(record))
    which = _ask_which(view, aside)
    rows = len(aside) if which == _ASIDE else record.total
    typed = ask_for_key(record, "run_learning_key")
    extra = about_tokens([Message("user", cell_as_text({**e.input, **e.output})) for e in examples])
    st.caption(
        f"{words.rows_words(rows)} will be asked, each with {len(examples)} "
        f"example{'' if len(examples) == 1 else 's'}: about {extra:,} more tokens a row. "
        "It is a run of its own; this one stays as it is."
    )
    label = f"Ask again with {len(examples)} example{'' if len(examples) == 1 else 's'} ({words.rows_words(rows)})"
    draw_starter(label, _ASK, type="primary", icon=":material/school:", disabled=not examples)

    def start() -> str:
        new = learning.with_examples(record, examples, aside if which == _ASIDE else None)
        return runs.start(new, typed).id

    if run_id := started_by(_ASK, (record.id, chosen, which), start):
        go("run", run=run_id)


def _ask_which(view: RunView, aside: Sequence[int]) -> str:
    if not aside:
        declared = ", ".join(output.name for output in declared_outputs(view.record.spec))
        st.caption(f"Set rows aside under Rows to see whether {words.plain(declared or 'the answers')} get better.")
        return _ALL
    labels = {_ALL: f"All {words.rows_words(view.record.total)}", _ASIDE: f"Only the {len(aside):,} set aside"}
    seed("run_examples_rows", _ALL)
    return str(
        st.segmented_control(
            "Rows to ask", list(labels), format_func=lambda one: labels[one], key="run_examples_rows", required=True
        )
    )

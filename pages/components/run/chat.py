"""A run's rows as conversations for fine-tuning: which column is said by whom, and the file."""

from collections.abc import Callable, Sequence

import streamlit as st

from engine.schema.graph import exported_names
from engine.spec import GenerateInput
from handai_errors import HandaiError
from pages.components import words
from services.results.chat_export import ChatFormat, chat_bytes, roles_of
from services.running import runs
from services.running.views import RunView
from services.tables.run_tables import table_of

_FORMATS = {
    ChatFormat.MESSAGES: "Messages (OpenAI, TRL)",
    ChatFormat.SHAREGPT: "ShareGPT (Axolotl, LLaMA-Factory)",
    ChatFormat.ALPACA: "Alpaca (instruction, input, output)",
}
_NONE = "–"
_MOST_TURNS = 5


@st.fragment
def draw_chat_export(view: RunView) -> None:
    """The form, who says which column, and the button; a fragment, so that choosing redraws nothing else."""
    columns = _columns(view)
    if len(columns) < 2 or not view.done:
        return
    with st.expander("Download as conversations for fine-tuning", icon=":material/forum:", key="run_chat"):
        chosen = st.selectbox("Form", list(_FORMATS), format_func=lambda form: _FORMATS[form], key="run_chat_form")
        form = chosen or ChatFormat.MESSAGES
        mapping = _ask_roles(form, columns, _likely(view, columns))
        try:
            roles_of(mapping, form, columns)
        except HandaiError as error:
            st.caption(f":orange[:material/warning:] {words.plain(error.cause)}")
            return
        st.download_button(
            "Download conversations",
            data=_builder(view.record.id, form, mapping),
            file_name=f"{words.file_stem(view.record.name)}-{form}.jsonl",
            mime="application/x-ndjson",
            key="run_chat_download",
            on_click="ignore",
            icon=":material/download:",
            help="JSON Lines, one conversation a line. Rows with an empty mapped cell are left out.",
        )


def _columns(view: RunView) -> tuple[str, ...]:
    """The columns that a run's file has, of which some may speak."""
    source = view.record.spec.input
    if isinstance(source, GenerateInput):
        return exported_names(source)
    try:
        table = table_of(view.record).names
    except HandaiError:  # told where its rows are shown
        return ()
    return (*table, *(name for _, name in view.outputs))


def _likely(view: RunView, columns: Sequence[str]) -> list[str]:
    """Who may say what, before a person chooses: what the model wrote is the last answer."""
    written = [name for _, name in view.outputs if name in columns]
    others = [name for name in columns if name not in written]
    return [*others[:1], *written[-1:]] if len(written) == 1 and others else [*written, *others]


def _ask_roles(form: ChatFormat, columns: Sequence[str], likely: Sequence[str]) -> list[tuple[str, str]]:
    mapping: list[tuple[str, str]] = []
    turns = 1
    if form is not ChatFormat.ALPACA:
        turns = int(st.number_input("Turns", 1, _MOST_TURNS, key="run_chat_turns", width=140) or 1)
    with st.grid(2, min_column_width=200):
        for turn in range(turns):
            asked, answered = likely[min(2 * turn, len(likely) - 2)], likely[min(2 * turn + 1, len(likely) - 1)]
            number = f" {turn + 1}" if turns > 1 else ""
            mapping += [
                ("user", _ask(f"The user says{number}", f"run_chat_user_{turn}", columns, asked)),
                ("assistant", _ask(f"The assistant answers{number}", f"run_chat_assistant_{turn}", columns, answered)),
            ]
        system = _ask("System message", "run_chat_system", [_NONE, *columns], _NONE)
        mapping += [("system", system)] if system != _NONE else []
        if form is ChatFormat.ALPACA:
            given = _ask("Input beside the instruction", "run_chat_input", [_NONE, *columns], _NONE)
            mapping += [("input", given)] if given != _NONE else []
    return mapping


def _ask(label: str, key: str, options: Sequence[str], first: str) -> str:
    return str(st.selectbox(label, options, index=list(options).index(first), key=key))


def _builder(run_id: str, form: ChatFormat, mapping: list[tuple[str, str]]) -> Callable[[], bytes]:
    def build() -> bytes:
        return chat_bytes(runs.get(run_id), form, mapping)

    return build

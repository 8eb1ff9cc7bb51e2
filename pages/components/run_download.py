"""A run's table as a file: built only when asked for, whole or as far as it is."""

from collections.abc import Callable

import streamlit as st

from handai_db import RunRecord
from pages.components import words
from services.results import exporting
from services.results.exporting import Wanted
from services.running import runs

_NAMES = {"csv": "CSV", "xlsx": "Excel", "json": "JSON", "jsonl": "JSON Lines", "parquet": "Parquet"}
_HELP = {
    False: "Original and new columns, every row in order. The file is made when you press.",
    True: "Every finished row in order; those that failed or that a check left out are not in it.",
}
_MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


def draw_download(
    record: RunRecord,
    *,
    prefix: str = "run",
    label: str = "Download",
    more: Callable[[], None] | None = None,
    beside: Callable[[], None] | None = None,
) -> None:
    """Format, options (`more` draws the rarer ones) and the button; `beside` draws what stands in its line."""
    with st.container(horizontal=True, vertical_alignment="center", width="content", gap="xsmall"):
        ending = st.selectbox(
            "Format of the download",
            exporting.FORMATS,
            format_func=lambda key: _NAMES[key],
            key=f"{prefix}_format",
            width=130,
            label_visibility="collapsed",
        )
        wanted = _options(ending, prefix, more)
        st.download_button(
            "Download what is there so far" if record.status.is_live else label,
            data=_builder(record.id, ending, wanted),
            file_name=f"{words.file_stem(record.name)}.{ending}",
            mime=_MIME[ending],
            key=f"{prefix}_download",
            on_click="ignore",
            icon=":material/download:",
            help=_HELP[record.kind == "generate"],
        )
        if beside:
            beside()


def _options(ending: str, prefix: str, more: Callable[[], None] | None) -> Wanted:
    with st.popover("Options", key=f"{prefix}_download_options", icon=":material/tune:"):
        diagnostics = st.checkbox(
            "Add diagnostics columns",
            key=f"{prefix}_diagnostics",
            help="Status, error, raw answer, attempts and more for each row.",
        )
        lossless = st.checkbox(
            "CSV exactly as it is",
            key=f"{prefix}_lossless",
            disabled=ending != "csv",
            help="By default a cell that begins with = + - or @ gets an apostrophe, so that a spreadsheet does not "
            "run it as a formula. This leaves it out, for programs that read the file.",
        )
        if more:
            more()
    return Wanted(diagnostics=diagnostics, lossless_csv=lossless and ending == "csv", bom=ending == "csv")


def _builder(run_id: str, ending: str, wanted: Wanted) -> Callable[[], bytes]:
    def build() -> bytes:
        return exporting.export_bytes(runs.get(run_id), ending, wanted)

    return build


def draw_spec_download(record: RunRecord) -> None:
    """The run's settings as a file that `handai run` takes."""
    st.download_button(
        "Download the settings as YAML",
        data=record.spec.to_yaml(),
        file_name=f"{words.file_stem(record.name)}.yaml",
        mime="application/yaml",
        key="run_spec_download",
        on_click="ignore",
        icon=":material/description:",
        help="Runs again on the command line: handai run FILE.yaml",
    )

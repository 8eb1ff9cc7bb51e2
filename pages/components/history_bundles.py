"""Bundles: a run saved as one file, and such a file opened, from here or from another computer."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.dialogs import tell
from pages.components.open_path import visit
from pages.components.state import held, put
from pages.components.uploads import is_upload, let_go
from services.bundles import bundle, bundle_open
from services.bundles.bundle_open import Opened
from services.home import home
from services.tables import local_files

_IN_BROWSER = 200_000_000  # a download is held in memory on its way
_CHUNK = 1 << 20
_OPEN = "history_bundle_open"


@st.dialog("Save the run as a bundle")
def save_bundle(record: RunRecord) -> None:
    """What is in it, and where it goes."""
    st.markdown(
        f"**{words.plain(record.name)}** as one zip file: its table, all answers, the settings, the log and a methods "
        "text that says what was done. Handai opens it again on any computer. No key is in it."
    )
    st.caption("Whoever gets it can read your table and every answer.")
    if bundle.size_of(record) <= _IN_BROWSER:
        st.download_button(
            "Download the bundle",
            data=_builder(record),
            file_name=f"{words.file_stem(record.name)}.zip",
            mime="application/zip",
            key="history_bundle_download",
            type="primary",
            icon=":material/folder_zip:",
            on_click="ignore",
        )
        return
    if not _may_use_paths():
        st.info(f"On the computer that Handai runs on: handai bundle {record.id} -o FILE.zip", title="It is large")
        return
    st.text_input("It is large. Save it on this computer as", key="history_bundle_path", value=_suggested(record))
    if st.button("Save the bundle", key="history_bundle_save", type="primary", icon=":material/save:"):
        _save(record)


def _suggested(record: RunRecord) -> str:
    return str(Path.home() / f"{words.file_stem(record.name)}.zip")


def _save(record: RunRecord) -> None:
    target = Path(str(held("history_bundle_path") or "")).expanduser()
    try:
        with st.spinner("Writing the bundle …"):
            made = bundle.bundle(record, target)
    except HandaiError as error:
        st.error(words.error_words(error), title="It was not saved")
    else:
        st.success(f"{words.plain(str(made.path))}, {words.disk(made.bytes)}", title="The bundle is saved")


def _builder(record: RunRecord) -> Callable[[], bytes]:
    def build() -> bytes:
        with tempfile.TemporaryDirectory(dir=home(), prefix=".bundle-") as folder:
            return bundle.bundle(record, Path(folder) / "bundle.zip").path.read_bytes()

    return build


def draw_open_bundle() -> None:
    """The way in for a bundle."""
    with st.popover("Open a bundle", key=_OPEN, icon=":material/unarchive:", on_change="rerun"):
        st.caption("A run that was saved as a bundle, here or on another computer. It is checked before it is kept.")
        st.file_uploader("Bundle (.zip)", type=["zip"], key="history_bundle_file", on_change=_open_upload)
        if _may_use_paths():
            with st.form("history_bundle_path_form", border=False):
                st.text_input("Or a file on this computer", key="history_bundle_from", placeholder="~/run.zip")
                st.form_submit_button("Open", icon=":material/folder_open:", on_click=_open_path)


def _open_upload() -> None:
    file = held("history_bundle_file")
    if not is_upload(file):
        return

    def store() -> Opened:
        try:
            with tempfile.TemporaryDirectory(dir=home(), prefix=".bundle-") as folder:
                path = Path(folder) / "bundle.zip"
                with path.open("wb") as copy:
                    while chunk := file.read(_CHUNK):
                        copy.write(chunk)
                let_go(file)
                return bundle_open.open_bundle(path)
        finally:
            let_go(file)

    _open(store)


def _open_path() -> None:
    written = str(held("history_bundle_from") or "").strip().strip("\"'")
    if written and _may_use_paths():
        _open(lambda: bundle_open.open_bundle(Path(written).expanduser()))


def _may_use_paths() -> bool:
    """Whether files of this computer may be named: only by who sits at it."""
    return local_files.why_not_by_path(visit()) is None


def _open(how: Callable[[], Opened]) -> None:
    try:
        with st.spinner("Opening the bundle: every part of it is checked. A large one takes a minute …"):
            found = how()
    except HandaiError as error:
        tell(words.error_words(error), done=False)
    else:
        tell(_told(found), done=True)
    put(_OPEN, False)  # what was told stands behind it


def _told(found: Opened) -> str:
    name = f"**{words.plain(found.record.name)}**"
    if found.known:
        return f"{name} is in the history already. To open the bundle's own version, delete that run first."
    return f"{name} is in the history now, in the session {words.plain(bundle_open.SESSION)}."

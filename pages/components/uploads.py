"""An uploaded file on its way to the disk: Streamlit holds it whole in memory, so it is let go once it is stored."""

from typing import TypeGuard

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.tables import ParseOptions
from engine.tables.formats import READABLE
from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.state import app_state, held
from services.tables import datasets


def is_upload(value: object) -> TypeGuard[UploadedFile]:
    """Whether an uploader's value is a file; the one that stands for a file let go is none."""
    return isinstance(value, UploadedFile)


def store_and_let_go(file: UploadedFile) -> DatasetRecord:
    """Store an upload and free its memory, also when it can't be read; the uploader is empty from then on."""
    try:
        return datasets.store_upload(file, file.name, ParseOptions())
    finally:
        let_go(file)


def let_go(file: UploadedFile) -> None:
    """Free an upload's memory; the uploader is empty from then on."""
    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context else None
    if context and isinstance(manager, MemoryUploadedFileManager):
        manager.remove_file(session_id=context.session_id, file_id=file.file_id)
    file.seek(0)
    file.truncate()  # the visit's state refers to it until the next upload


def draw_upload(label: str, key: str, known: str | None = None) -> DatasetRecord | None:
    """An uploader whose last table is remembered by its id: the file is read once and no drawing reads it again.

    `known` is the table until there is an upload.
    """
    st.file_uploader(label, type=sorted(READABLE), key=key, on_change=_note, args=(key,))
    uploads = app_state().uploads
    if key in uploads and uploads[key] is None:
        uploads[key] = _read(key)
    found = uploads.get(key)
    try:
        if isinstance(found, HandaiError):
            raise found
        return datasets.dataset(found or known or "") if found or known else None
    except HandaiError as error:
        st.error(words.plain(error.remedy), title=words.plain(error.cause))
        return None


def _note(key: str) -> None:
    """A file was handed over, to be read when the page is drawn; taking it away again is no upload."""
    if is_upload(held(key)):
        app_state().uploads[key] = None


def _read(key: str) -> str | HandaiError | None:
    file = held(key)
    if not is_upload(file):
        return None
    try:
        with st.spinner("Reading the table …"):
            return store_and_let_go(file).id
    except HandaiError as error:
        return error

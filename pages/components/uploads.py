"""An uploaded file on its way to the disk: Streamlit holds it whole in memory, so it is let go once it is stored."""

from typing import TypeGuard

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.tables import ParseOptions
from handai_db import DatasetRecord
from services import datasets


def is_upload(value: object) -> TypeGuard[UploadedFile]:
    """Whether an uploader's value is a file; the one that stands for a file let go is none."""
    return isinstance(value, UploadedFile)


def store_and_let_go(file: UploadedFile) -> DatasetRecord:
    """Store an upload and free its memory, also when it can't be read; the uploader is empty from then on."""
    try:
        return datasets.store_upload(file, file.name, ParseOptions())
    finally:
        context = get_script_run_ctx()
        manager = context.uploaded_file_mgr if context else None
        if context and isinstance(manager, MemoryUploadedFileManager):
            manager.remove_file(session_id=context.session_id, file_id=file.file_id)
        file.seek(0)
        file.truncate()  # the visit's state refers to it until the next upload

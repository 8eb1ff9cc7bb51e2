"""A table opened by its path on the Transform page, and an upload that leaves no copy in memory."""

from pathlib import Path

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

from handai_errors import TableError
from pages.components.uploads import is_upload, store_and_let_go
from tests.pages.transform_visit import SMALL, press, said, visit

pytestmark = pytest.mark.usefixtures("launched")


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_OPEN_PATHS", "yes")


@pytest.mark.usefixtures("allowed")
def test_a_file_is_opened_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "soups.csv").write_bytes(SMALL)
    page = visit()

    page.text_input(key="transform_path").set_value(str(tmp_path / "soups.csv"))
    page = press(page, "transform_path_open")

    assert "soups.csv** · 3 rows × 2 columns" in said(page)
    assert page.query_params["dataset"]


@pytest.mark.usefixtures("allowed")
def test_a_wrong_path_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    page = press(visit(), "transform_sample")

    page.text_input(key="transform_path").set_value(str(tmp_path / "soup.csv"))
    page = press(page, "transform_path_open")

    assert "There is no file" in said(page)
    assert "product_reviews.csv" in said(page)


def test_a_visitor_who_may_be_elsewhere_is_not_offered_it() -> None:
    page = visit()

    assert "transform_path" not in {field.key for field in page.text_input}
    assert "Up to 2 GB" in said(page)
    assert "by its path" not in said(page)


def uploaded(content: bytes) -> UploadedFile:
    return UploadedFile(UploadedFileRec("an-id", "soups.csv", "text/csv", content), FileURLs())


def test_an_upload_is_let_go_once_it_is_stored() -> None:
    file = uploaded(SMALL)

    assert store_and_let_go(file).info.rows == 3
    assert file.getbuffer().nbytes == 0


def test_an_upload_that_cannot_be_read_is_let_go_too() -> None:
    file = uploaded(b"\n\n")

    with pytest.raises(TableError):
        store_and_let_go(file)

    assert file.getbuffer().nbytes == 0


def test_what_stands_for_a_file_let_go_is_no_upload() -> None:
    assert is_upload(uploaded(b""))
    assert not is_upload(DeletedFile("an-id"))

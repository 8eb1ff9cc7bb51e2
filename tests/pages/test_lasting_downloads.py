"""A download that was offered can be pressed, and its file fetched, while pages are drawn anew."""

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from pages.components import lasting_downloads
from pages.components.lasting_downloads import GRACE_S, MOST_BYTES, LastingDownloads


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(lasting_downloads, "time", clock)
    return clock


@pytest.fixture
def files(clock: _Clock) -> MediaFileManager:
    """A server's manager, as it becomes when the first visitor comes."""
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    manager.__class__ = LastingDownloads
    return manager


def _draw(files: MediaFileManager, content: bytes = b"a,b\n1,2\n") -> str:
    """What one drawing of a page with a download does; returns the id that the browser's button holds."""
    files.clear_session_refs()
    offered = files.add_deferred(lambda: content, "text/csv", "main.0", "rows.csv")
    files.remove_orphaned_files()
    return offered


def _fetch(files: MediaFileManager, url: str) -> bytes | None:
    file = files.read_file(url.rpartition("/")[2].partition("?")[0].partition(".")[0])
    return None if file is None else file.content


def test_a_button_of_the_drawing_before_still_gives_its_file(files: MediaFileManager, clock: _Clock) -> None:
    pressed = _draw(files)
    for _ in range(5):
        clock.now += GRACE_S / 6
        _draw(files)
    assert _fetch(files, files.execute_deferred(pressed)) == b"a,b\n1,2\n"


def test_it_does_also_when_files_are_tidied_up_just_then(files: MediaFileManager, clock: _Clock) -> None:
    pressed = _draw(files)
    clock.now += GRACE_S
    _draw(files)
    url = files.execute_deferred(pressed)
    clock.now += GRACE_S
    _draw(files)
    assert _fetch(files, url) == b"a,b\n1,2\n"


def test_a_file_is_there_when_the_browser_fetches_it_late(files: MediaFileManager, clock: _Clock) -> None:
    url = files.execute_deferred(_draw(files))
    for _ in range(20):
        clock.now += GRACE_S / 21
        _draw(files)
    assert _fetch(files, url) == b"a,b\n1,2\n"


def test_what_nobody_can_press_any_more_is_forgotten(files: MediaFileManager, clock: _Clock) -> None:
    old = _draw(files)
    url = files.execute_deferred(old)
    for _ in range(3):
        clock.now += GRACE_S
        newest = _draw(files)
    with pytest.raises(MediaFileStorageError):
        files.execute_deferred(old)
    assert _fetch(files, url) is None
    assert _fetch(files, files.execute_deferred(newest)) is not None


def test_large_files_go_as_soon_as_they_may(files: MediaFileManager) -> None:
    url = files.execute_deferred(_draw(files, bytes(MOST_BYTES + 1)))
    for _ in range(2):
        _draw(files)
    assert _fetch(files, url) is None

"""How long a download that was offered can still be pressed.

Streamlit 1.67 tidies up at the end of each drawing of each tab, those of a part of a page too, which a live run has
about every second. A deferred download is forgotten by the first of them after the page has offered it anew, and a file
that was made for one by the second after it was made. So a press while the page was drawn failed with "Deferred file
not found", and over a slow connection to a server with several tabs the file could be gone before the browser fetched
it (streamlit/runtime/media_file_manager.py).
"""

import time

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

GRACE_S = 30.0
MOST_BYTES = 300_000_000  # of files that were made: with more, they go as soon as Streamlit lets them


class LastingDownloads(MediaFileManager):
    """Streamlit's manager of files, but it tidies up seldom, and what was offered outlives the first time.

    The server's manager is there before any code of ours and becomes one of these, so nothing is set when it is made.
    """

    _tidied_at = float("-inf")
    _stale: frozenset[str] = frozenset()

    def remove_orphaned_files(self) -> None:
        """Tidy up, unless that was done less than `GRACE_S` ago and the files are few."""
        with self._lock:  # not while the rest is done, which takes it again
            now = time.monotonic()
            if now - self._tidied_at < GRACE_S and self._bytes() <= MOST_BYTES:
                return
            self._tidied_at = now
        super().remove_orphaned_files()

    def _bytes(self) -> int:
        stats = self._storage.get_stats() if isinstance(self._storage, MemoryMediaFileStorage) else {}
        return sum(stat.byte_length for found in stats.values() for stat in found)

    def _remove_orphaned_deferred_callables(self) -> None:
        offered = {file_id for files in self._files_by_session_and_coord.values() for file_id in files.values()}
        stale = frozenset(self._deferred_callables) - offered
        for file_id in stale & self._stale:
            self._drop_deferred_id(file_id)
        self._stale = stale


def make_downloads_last() -> None:
    """Do so from now on, for every tab of this server."""
    if runtime.exists():
        runtime.get_instance().media_file_mgr.__class__ = LastingDownloads

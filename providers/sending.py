"""What a way of sending has to be: bytes out, a status and bytes back, and any exception when there is no answer."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

CHAT_PATH = "/chat/completions"
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status says that all is well."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as its own header says it is written; as UTF-8 where that is no help."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        return self.raw.decode(_known(named[1]) if named else "utf-8", "replace")


class Sender(Protocol):
    """One way to the chat completions of one server."""

    async def post(self, body: bytes, timeout_s: float) -> Reply:
        """Send one request; `timeout_s` bounds connecting, the caller bounds the whole."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return "utf-8"

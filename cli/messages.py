"""What a person reads while a command works: lines on standard error, without waiting for a library of colours."""

import os
import re
import sys

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a row's text must not steer the terminal
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"


class Errors:
    """Standard error, as it is when something is said."""

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks on."""
        return sys.stderr.isatty()

    def print(self, text: str) -> None:
        """A line."""
        self._write(_CONTROL.sub("", text))

    def alarm(self, text: str) -> None:
        """A line that tells what went wrong, in red where there are colours."""
        plain = _CONTROL.sub("", text)
        coloured = self.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._write(f"{_RED}{plain}{_PLAIN}" if coloured else plain)

    def _write(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


errors = Errors()

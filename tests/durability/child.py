"""The real command line in a process whose disk, locks or patience are made worse first."""

import os
import subprocess
import sys

from tests.command_line import PROJECT, Ended, finish
from tests.isolation import clean_environment

_MAIN = "import sys; sys.path.insert(0, '.')\n{prelude}\nimport handai_cli\nhandai_cli.main()\n"

# The writer notes what the provider has counted when the disk first fails.
COUNTING = """
import urllib.request
from storage import run_writer
fail = run_writer.RunWriter._fail
def counted(self, error):
    if self._failure is None:
        with urllib.request.urlopen({stats!r}) as answer, open({note!r}, "wb") as file:
            file.write(answer.read())
    fail(self, error)
run_writer.RunWriter._fail = counted
"""


def patience(give_up_s: float, busy_s: float = 30.0) -> str:
    """A prelude: how long the writer tries a full disk, and everybody a held database."""
    return (
        "import storage.connect, services.running.listening\n"
        "from storage.run_writer import RunWriter\n"
        f"RunWriter.__init__.__kwdefaults__['give_up_s'] = {give_up_s}\n"
        f"storage.connect.BUSY_TIMEOUT_MS = {int(busy_s * 1000)}\n"
        f"services.running.listening._LOCKED_GIVE_UP_S = {busy_s}\n"
    )


def command_of(prelude: str, arguments: list[str]) -> list[str]:
    """The words that run a command after a prelude."""
    return [sys.executable, "-c", _MAIN.format(prelude=prelude), *arguments]


def begin_with(prelude: str, arguments: list[str]) -> "subprocess.Popen[str]":
    """Start a command after a prelude."""
    return subprocess.Popen(
        command_of(prelude, arguments),
        cwd=PROJECT,
        env=clean_environment(os.environ, HANDAI_HOME=os.environ["HANDAI_HOME"]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def handai_with(prelude: str, arguments: list[str]) -> Ended:
    """Run a command to its end after a prelude."""
    return finish(begin_with(prelude, arguments), 120)

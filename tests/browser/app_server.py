"""The real app in a process of its own, with a Handai folder of its own, for stories to visit and restart."""

import os
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from services.launch import PROJECT, app_command, free_port
from tests.isolation import clean_environment

_START_LIMIT_S = 180.0
_FIRST_PORT = 10_000 + os.getpid() * 101 % 20_000  # two suites side by side must not visit each other's servers


@dataclass(slots=True)
class AppServer:
    """A server that can be stopped and started again on the same port; `home` outlives it."""

    folder: Path
    app: Path = PROJECT / "handai_app.py"
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _read: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Returns once the app answers."""
        self.port = self.port or free_port(_FIRST_PORT)
        command = [str(self.app) if part.endswith("handai_app.py") else part for part in app_command(self.port)]
        environment = clean_environment(os.environ, HANDAI_HOME=str(self.home), PYTHONUNBUFFERED="1") | self.settings
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_LIMIT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The app did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:  # not listening yet, or not ready
            return False

    def stop(self) -> None:
        """Ends the server as Ctrl-C in its terminal does."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def new_tracebacks(self) -> str:
        """The log since the last call, if something in it went wrong that no page told."""
        text = self.log.read_text("utf-8", "replace")
        news, self._read = text[self._read :], len(text)
        return news if "Traceback" in news else ""

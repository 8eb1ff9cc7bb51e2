"""The run's own process: started detached, one kept warm, and told apart when alive or dead."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field

import orjson
import psutil
from pydantic import SecretStr

from handai_db import Lease
from providers.attribution import attribution_variables
from providers.dev_mode import dev_mode
from services.home import PROJECT, home, run_log_path
from services.running.access import Accesses

EXECUTE = "_execute"
_SAME_START_S = 2.0
_IDLE_S = 900.0


def lease_of(run_id: str, pid: int) -> Lease:
    """The lease of a process on a run."""
    return Lease(run_id, pid, _started(psutil.Process(pid)))


def own_lease(run_id: str) -> Lease:
    """The lease that this process takes on a run."""
    return lease_of(run_id, os.getpid())


def is_alive(lease: Lease) -> bool:
    """Whether the lease's owner still runs: the same pid, started at the same time, not a zombie."""
    try:
        process = psutil.Process(lease.pid)
        same = abs(_started(process) - lease.pid_started) < _SAME_START_S
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _started(process: psutil.Process) -> float:
    # Counted from the machine's start: in Unix time it would jump when the clock is set, and the owner look dead.
    return process.create_time() - psutil.boot_time()


def _spawn() -> "subprocess.Popen[bytes]":
    log = os.open(home() / "processes.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, str(PROJECT / "handai_cli.py"), EXECUTE],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            cwd=PROJECT,
            env={**os.environ, **attribution_variables(), "HANDAI_HOME": str(home())},
        )
    finally:
        os.close(log)


@dataclass(slots=True)
class WarmProcess:
    """One imported process that waits on its standard input; it ends when that closes unused."""

    _waiting: "subprocess.Popen[bytes] | None" = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _timer: threading.Timer | None = None
    _started: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    def keep(self) -> None:
        """Have one waiting; it goes after a quarter of an hour without another call."""
        with self._lock:
            self._reap()
            if self._waiting is not None and self._waiting.poll() is not None:
                _close(self._waiting)
                self._waiting = None
            self._waiting = self._waiting or _spawn()
            if self._timer:
                self._timer.cancel()
            self._timer = threading.Timer(_IDLE_S, self.drop)
            self._timer.daemon = True
            self._timer.start()

    def drop(self) -> None:
        """Let the waiting process go."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting:
            _close(waiting)
            waiting.wait()

    def start(self, run_id: str, key: SecretStr | None, others: Accesses | None = None) -> None:
        """Have the waiting process, or a new one, execute a run; the keys go in on its standard input."""
        order = {
            "run_id": run_id,
            "key": _told(key),
            "others": {name: [to.base_url, _told(to.key)] for name, to in (others or {}).items()},
            "log": str(run_log_path(run_id)),
            "dev_mode": dev_mode(),
        }
        line = orjson.dumps(order) + b"\n"
        with self._lock:
            waiting, self._waiting = self._waiting, None
            if waiting is None or not _send(waiting, line):
                waiting = _spawn()
                _send(waiting, line)
            self._started.append(waiting)
            self._reap()

    def _reap(self) -> None:
        self._started = [process for process in self._started if process.poll() is None]


def _told(key: SecretStr | None) -> str | None:
    return key.get_secret_value() if key else None


def _send(process: "subprocess.Popen[bytes]", line: bytes) -> bool:
    if process.poll() is not None or process.stdin is None:
        _close(process)
        return False
    try:
        process.stdin.write(line)
        process.stdin.close()
    except OSError:
        _close(process)
        return False
    return True


def _close(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        with suppress(OSError):  # what a dead process was not told
            process.stdin.close()


WARM = WarmProcess()

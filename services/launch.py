"""Opens the app: finds a free port, starts Streamlit on it and says where it is."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from handai_errors import ConflictError, HandaiError

FIRST_PORT = 8501
PROJECT = Path(__file__).resolve().parent.parent
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # as in handai_cli.py
_LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def free_port(first: int = FIRST_PORT, tries: int = 50) -> int:
    """The first port from `first` on that nobody on this machine uses."""
    ports = range(first, min(first + tries, 65536))
    for port in ports:
        if not any(_answers(family, host, port) for family, host in _LOOPBACKS) and _can_listen(port):
            return port
    raise ConflictError(
        f"The ports {first} to {ports[-1] if ports else first} are all in use.",
        "Close another app, or name a free port: ./run.sh app --port 9000",
    )


def _answers(family: socket.AddressFamily, host: str, port: int) -> bool:
    # Browsers try ::1 for localhost first: a stranger there would be opened in our place.
    try:
        with socket.socket(family) as probe:
            probe.settimeout(1)
            return probe.connect_ex((host, port)) == 0
    except OSError:  # no IPv6 here
        return False


def _can_listen(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def app_command(port: int) -> list[str]:
    """The command that serves the app on `port`; run it in `PROJECT`, where its settings are."""
    app = str(PROJECT / "handai_app.py")
    quiet = ["--logger.hideWelcomeMessage", "true", "--logger.level", "warning"]  # we say where it is
    return [sys.executable, "-m", "streamlit", "run", app, "--server.port", str(port), *quiet]


def say_at_once(line: str) -> None:
    """A line on standard output that nothing holds back, so that who starts us from a program sees it too."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def open_app(first: int = FIRST_PORT, say: Callable[[str], object] = say_at_once) -> int:
    """Serve the app until it is stopped; its exit code. A port lost while it starts is replaced by the next."""
    port = free_port(first)
    while True:
        with subprocess.Popen(app_command(port), cwd=PROJECT, env={**_ONE_THREAD, **os.environ}) as server:
            signal.signal(signal.SIGTERM, lambda *_, server=server: server.terminate())
            if _listens(server, port):
                return _serve(server, port, first, say)
            if server.returncode == 0 or _can_listen(port):
                return server.returncode
        port = free_port(port + 1)


def _listens(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until this very process listens (another app may answer on the port); False if it ended first."""
    process = psutil.Process(server.pid)
    while server.poll() is None:
        try:
            connections = process.net_connections("inet")
        except psutil.Error:
            connections = []
        if any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in connections):
            return True
        time.sleep(0.05)
    return False


def _serve(server: subprocess.Popen[bytes], port: int, first: int, say: Callable[[str], object]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the server too: it ends, then we do
    url = f"http://localhost:{port}"
    if port != first:
        say(f"Port {first} is in use by another program, so Handai uses {port}.")
    say(f"Handai is open at {url} (Ctrl-C stops the app; running jobs go on)")
    if sys.stdout.isatty() and has_screen(sys.platform, os.environ):
        webbrowser.open(url)
    return server.wait()


def has_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a browser window could open here; over SSH it would open where nobody sits."""
    if "SSH_CONNECTION" in environment:
        return False
    return platform == "darwin" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def main(arguments: list[str] | None = None) -> int:
    """`python -m services.launch [--port N]`, which is what `./run.sh` runs."""
    parser = argparse.ArgumentParser(prog="run.sh app", description="Open Handai in the browser.")
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="the first port to try (default: %(default)s)")
    try:
        return open_app(parser.parse_args(arguments).port)
    except HandaiError as error:
        parser.exit(1, f"{error}\n")
    except KeyboardInterrupt:  # before the app was up
        return 130


if __name__ == "__main__":
    sys.exit(main())

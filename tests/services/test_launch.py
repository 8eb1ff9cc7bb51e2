"""Opening the app: which port, and what is said."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from handai_errors import ConflictError
from services import launch

READY_LINE = "Handai is open at http://localhost:"


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_free_port_is_used_as_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])

    assert launch.free_port(port) == port


def test_a_taken_port_is_passed_over(taken_port: int) -> None:
    assert launch.free_port(taken_port) > taken_port


def test_a_port_taken_on_the_other_localhost_is_passed_over() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        port = int(server.getsockname()[1])
        assert launch.free_port(port) > port


def test_when_all_are_taken_the_message_says_which_and_what_to_do(taken_port: int) -> None:
    with pytest.raises(ConflictError, match=f"{taken_port} to {taken_port} are all in use.*--port"):
        launch.free_port(taken_port, tries=1)


def test_no_port_beyond_the_last_one_is_tried() -> None:
    with pytest.raises(ConflictError):
        launch.free_port(65536)


def test_the_app_is_served_by_this_python_on_the_given_port() -> None:
    command = launch.app_command(8503)

    assert command[0] == sys.executable
    assert command[command.index("--server.port") + 1] == "8503"
    assert str(launch.PROJECT / "handai_app.py") in command


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("darwin", {}, True),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {}, False),
        ("darwin", {"SSH_CONNECTION": "x"}, False),
    ],
)
def test_a_browser_opens_only_where_someone_sits(platform: str, environment: dict[str, str], *, expected: bool) -> None:
    assert launch.has_screen(platform, environment) is expected


SERVER = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)"
LAUNCHER = """
import sys
from services import launch
launch.app_command = lambda port: [sys.executable, "-c", sys.argv[2], str(port)]
sys.exit(launch.main(["--port", sys.argv[1]]))
"""


def start(port: int, server: str = SERVER) -> subprocess.Popen[str]:
    """The launcher in a process of its own, with a small stand-in for the app."""
    command = [sys.executable, "-c", LAUNCHER, str(port), server]
    return subprocess.Popen(command, cwd=launch.PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_it_says_where_the_app_is_and_that_a_port_was_taken(taken_port: int) -> None:
    with start(taken_port) as process:
        assert process.stdout is not None
        taken, ready = process.stdout.readline(), process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)

    assert taken.startswith(f"Port {taken_port} is in use")
    assert int(ready.removeprefix(READY_LINE).split()[0]) > taken_port
    assert "Ctrl-C stops the app; running jobs go on" in ready


def test_ending_the_launcher_ends_the_app() -> None:
    port = launch.free_port(20000)
    with start(port) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(READY_LINE + str(port))
        process.terminate()
        process.wait(10)

    assert launch.free_port(port, tries=1) == port


def test_a_port_lost_while_the_app_starts_is_replaced(tmp_path: Path) -> None:
    # The first server finds its port taken by one that came in between; the second server gets the next port.
    flag = str(tmp_path / "first")
    steal = (
        "import os, socket, subprocess, sys, time\n"
        f"if not os.path.exists({flag!r}):\n"
        f"    open({flag!r}, 'w').close()\n"
        "    thief = [sys.executable, '-c', "
        '\'import socket, sys, time; s = socket.create_server(("127.0.0.1", int(sys.argv[1]))); '
        "print(1, flush=True); time.sleep(60)', sys.argv[1]]\n"
        "    subprocess.Popen(thief, stdout=subprocess.PIPE).stdout.readline()\n"
        "    sys.exit(1)\n" + SERVER
    )
    port = launch.free_port(21000)
    with start(port, steal) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ready = process.stdout.readline()
        os.killpg(process.pid, signal.SIGKILL)

    assert int(ready.removeprefix(READY_LINE).split()[0]) > port


def test_an_app_that_cannot_start_is_not_tried_again() -> None:
    with start(launch.free_port(22000), "import sys; sys.exit(7)") as process:
        assert process.wait(20) == 7

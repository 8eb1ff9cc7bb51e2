"""The guards of the test suite itself: they must hold, or the others prove nothing."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from tests.isolation import NetworkRefusedError, clean_environment, is_loopback, leaky_variables

PUBLIC_ADDRESS = "192.0.2.1"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "localhost", b"localhost", None, ""]
)
def test_loopback_is_allowed(host: object) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", [PUBLIC_ADDRESS, "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "example.org", "localhost.example.org"]
)
def test_everything_else_is_not(host: object) -> None:
    assert not is_loopback(host)


def test_connecting_out_is_refused_and_remembered(network_attempts: list[str]) -> None:
    with socket.socket() as sock, pytest.raises(NetworkRefusedError):
        sock.connect((PUBLIC_ADDRESS, 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(NetworkRefusedError):
        sock.sendto(b"x", (PUBLIC_ADDRESS, 53))
    assert network_attempts == [PUBLIC_ADDRESS, PUBLIC_ADDRESS]
    network_attempts.clear()


@pytest.mark.anyio
@pytest.mark.parametrize("host", [PUBLIC_ADDRESS, "example.org"])
async def test_asyncio_cannot_connect_out(host: str, network_attempts: list[str]) -> None:
    with pytest.raises(NetworkRefusedError):
        await asyncio.open_connection(host, 80)
    assert network_attempts == [host]
    network_attempts.clear()


@pytest.mark.anyio
async def test_asyncio_reaches_a_server_on_this_machine() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(
            "localhost", server.sockets[0].getsockname()[1], family=socket.AF_INET
        )
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()


def test_a_name_that_never_exists_fails_as_it_does_everywhere() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("nowhere.invalid", 80))


def test_a_test_has_its_own_home_and_no_keys(handai_home: Path, tmp_path: Path) -> None:
    assert os.environ["HANDAI_HOME"] == str(handai_home)
    assert handai_home.is_relative_to(tmp_path)
    assert leaky_variables(os.environ) == ["HANDAI_HOME"]


def test_a_child_process_gets_what_it_needs_and_no_key() -> None:
    environment = {
        "PATH": "/bin",
        "GROQ_API_KEY": "k",
        "https_proxy": "p",
        "OPENROUTER_BASE_URL": "u",
        "HANDAI_MODEL": "m",
    }

    assert clean_environment(environment, HANDAI_HOME="h") == {"PATH": "/bin", "HANDAI_HOME": "h"}

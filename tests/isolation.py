"""Keeps a test from reaching this person's keys, files and network."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import pytest

_LEAKY_VARIABLE = re.compile(
    r".*_API_KEY|DEV_MODE|(HANDAI|OPENAI|AZURE_OPENAI|OPENROUTER|ANTHROPIC|OLLAMA|STREAMLIT)_.*"
    r"|(https?|all|no|ftp|wss?)_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE",
    re.IGNORECASE,
)


class NetworkRefusedError(OSError):
    """A test tried to leave this machine."""


def leaky_variables(names: Iterable[str]) -> list[str]:
    """The environment variables that would let a person's own set-up change what a test sees."""
    return [name for name in names if _LEAKY_VARIABLE.fullmatch(name)]


def clean_environment(environment: Mapping[str, str], **settings: str) -> dict[str, str]:
    """An environment for a child process, without what leaks and with `settings`."""
    leaky = set(leaky_variables(environment))
    return {name: value for name, value in environment.items() if name not in leaky} | settings


def is_loopback(host: object) -> bool:
    """Whether a socket address stays on this machine; no host means every own address."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost"}:
        return host in {None, "", "localhost"}
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


@contextmanager
def loopback_only(attempts: list[str]) -> Iterator[None]:
    """Refuses every connection and name look-up beyond this machine, and writes it down in `attempts`."""

    def refuse(host: object) -> None:
        attempts.append(str(host))
        raise NetworkRefusedError(f"Tests stay on this machine; this one tried to reach {host!r}.")

    def guard_address(original: Callable[..., object], position: int) -> Callable[..., object]:
        def guarded(sock: socket.socket, *args: object) -> object:
            address = args[position]  # a tuple of host and port; of a Unix socket, its path
            if isinstance(address, tuple) and not is_loopback(address[0]):
                refuse(address[0])
            return original(sock, *args)

        return guarded

    resolve: Callable[..., object] = socket.getaddrinfo

    def guarded_resolve(host: object, *args: object, **options: object) -> object:
        if isinstance(host, str) and host.endswith(".invalid"):  # by its standard such a name never resolves
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not is_loopback(host):
            refuse(host)
        return resolve(host, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        for name, position in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
            patch.setattr(socket.socket, name, guard_address(getattr(socket.socket, name), position))
        yield

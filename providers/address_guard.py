"""The last look before a connection: a name may lead to an address that no key may ever reach."""

import asyncio
import socket
from typing import Any

from providers.base_url import is_forbidden_address

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class ForbiddenAddressError(OSError):
    """The connection would go to a link-local or metadata address; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("the address is link-local or a cloud's metadata service")


def guarded_socket(info: AddressInfo) -> socket.socket:
    """A socket for aiohttp's connector, which asks for one per address right before it connects to it."""
    family, kind, protocol, _, address = info
    if is_forbidden_address(str(address[0])):
        raise ForbiddenAddressError
    return socket.socket(family=family, type=kind, proto=protocol)


async def watch_connection(event: str, info: dict[str, Any]) -> None:
    """A `trace` extension for httpcore2: looks before it connects, and at the real peer before a byte is sent."""
    if event == "connection.connect_tcp.started":
        found = await asyncio.get_running_loop().getaddrinfo(info["host"], info["port"], type=socket.SOCK_STREAM)
        if any(is_forbidden_address(str(address[0])) for *_, address in found):
            raise ForbiddenAddressError
    elif event == "connection.connect_tcp.complete":
        stream = info["return_value"]
        peer = stream.get_extra_info("server_addr")
        if peer and is_forbidden_address(str(peer[0])):  # the name led elsewhere the second time it was asked
            await stream.aclose()
            raise ForbiddenAddressError

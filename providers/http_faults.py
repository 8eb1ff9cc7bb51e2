"""Tells what a failed HTTP call's exception means: above all, whether the request can have reached the provider."""

import errno
import socket
import ssl
from collections.abc import Iterator
from functools import cache

import aiohttp

from providers.address_guard import ForbiddenAddressError
from providers.classify import TransportFault

Classes = tuple[type[BaseException], ...]


@cache
def _faults() -> tuple[tuple[Classes, TransportFault], ...]:
    """What each class of exceptions means; httpx2 is imported with the first failure, most calls go without it.

    Order matters: aiohttp's own classes are looked at before the httpx2 ones that its adapter maps them to, because
    that mapping calls a connection that broke after sending (ServerDisconnectedError) a ConnectTimeout.
    """
    import httpx2

    return (
        ((ForbiddenAddressError,), TransportFault.FORBIDDEN),
        ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), TransportFault.PROXY),
        ((aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError), TransportFault.CERTIFICATE),
        ((aiohttp.ClientSSLError,), TransportFault.TLS),
        ((aiohttp.ClientConnectorDNSError, socket.gaierror), TransportFault.UNKNOWN_HOST),
        ((aiohttp.ClientConnectorError,), TransportFault.UNREACHABLE),
        ((aiohttp.ConnectionTimeoutError,), TransportFault.CONNECT_TIMEOUT),
        ((aiohttp.SocketTimeoutError,), TransportFault.TIMEOUT),
        ((aiohttp.ClientConnectionError, aiohttp.ClientPayloadError), TransportFault.CUT),
        ((aiohttp.ClientResponseError,), TransportFault.NOT_HTTP),
        ((httpx2.ProxyError,), TransportFault.PROXY),
        ((httpx2.ConnectTimeout, httpx2.PoolTimeout), TransportFault.CONNECT_TIMEOUT),
        ((httpx2.ConnectError,), TransportFault.UNREACHABLE),
        ((httpx2.TimeoutException,), TransportFault.TIMEOUT),
        ((httpx2.HTTPError, aiohttp.ClientError, ssl.SSLError, OSError), TransportFault.CUT),
    )


def fault_of(error: BaseException) -> TransportFault | None:
    """What `error` or its causes say about the connection; None if they say nothing."""
    chain = list(_chain(error))
    for classes, fault in _faults():
        if any(isinstance(link, classes) for link in chain):
            return TransportFault.REFUSED if fault is TransportFault.UNREACHABLE and _refused(chain) else fault
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Causes only: the context may be an older failure that is being retried."""
    while error is not None:
        yield error
        error = error.__cause__


def _refused(chain: list[BaseException]) -> bool:
    return any(isinstance(link, OSError) and link.errno == errno.ECONNREFUSED for link in chain)

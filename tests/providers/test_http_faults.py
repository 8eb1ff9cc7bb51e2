"""Which exceptions mean that nothing was sent; those that a local server can't bring about."""

import socket
import ssl

import aiohttp
import httpx2
import pytest

from providers.classify import TransportFault, classify_transport
from providers.http_faults import fault_of
from providers.remedies import CallContext
from providers.specs import get_provider


def caused_by(outer: Exception, cause: Exception) -> Exception:
    outer.__cause__ = cause
    return outer


@pytest.mark.parametrize(
    ("error", "fault", "unsent"),
    [
        (
            caused_by(httpx2.ConnectTimeout("x"), aiohttp.ConnectionTimeoutError("x")),
            TransportFault.CONNECT_TIMEOUT,
            True,
        ),
        (caused_by(httpx2.ConnectTimeout("x"), aiohttp.ServerDisconnectedError()), TransportFault.CUT, False),
        (caused_by(httpx2.ConnectTimeout("x"), aiohttp.ClientOSError(104, "reset")), TransportFault.CUT, False),
        (caused_by(httpx2.ReadTimeout("x"), aiohttp.SocketTimeoutError("x")), TransportFault.TIMEOUT, False),
        (caused_by(httpx2.ReadError("x"), aiohttp.ClientPayloadError("x")), TransportFault.CUT, False),
        (httpx2.PoolTimeout("x"), TransportFault.CONNECT_TIMEOUT, True),
        (httpx2.ReadTimeout("x"), TransportFault.TIMEOUT, False),
        (httpx2.RemoteProtocolError("x"), TransportFault.CUT, False),
        (caused_by(httpx2.ConnectError("x"), ConnectionRefusedError(111, "no")), TransportFault.REFUSED, True),
        (caused_by(httpx2.ConnectError("x"), socket.gaierror(-2, "no")), TransportFault.UNKNOWN_HOST, True),
        (caused_by(httpx2.ConnectError("x"), ssl.SSLCertVerificationError("no")), TransportFault.CERTIFICATE, True),
        (httpx2.ConnectError("no route"), TransportFault.UNREACHABLE, True),
    ],
    ids=lambda value: value.value if isinstance(value, TransportFault) else None,
)
def test_an_exception_says_whether_anything_was_sent(error: Exception, fault: TransportFault, unsent: bool) -> None:
    assert fault_of(error) is fault
    context = CallContext(get_provider("openai"), "https://api.openai.com/v1")
    assert classify_transport(context, fault).unsent is unsent


def test_a_fault_of_our_own_says_nothing_about_the_connection() -> None:
    assert fault_of(KeyError("x")) is None


def test_an_older_failure_that_is_being_retried_does_not_count() -> None:
    error = KeyError("x")
    error.__context__ = httpx2.ConnectError("older")
    assert fault_of(error) is None

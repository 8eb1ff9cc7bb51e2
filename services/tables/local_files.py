"""Files opened by their path: only for who sits at this computer, never for a visitor from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from handai_db import DatasetRecord
from handai_errors import ConflictError
from services.home import environment
from services.tables.datasets import store_file
from services.tables.table_files import path_of

_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
# What proxies and tunnels add to the requests that they pass on.
_PASSED_ON = ("x-forwarded-", "x-original-", "cf-", "fly-", "ngrok-", "tailscale-")
_PASSED_ON_EXACTLY = {"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "x-cluster-client-ip"}


@dataclass(frozen=True, slots=True)
class Visit:
    """How a page is visited: every name that the server answers to ("*": any), the visitor's address and headers."""

    server_names: Sequence[str]
    ip: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def why_not_by_path(visit: Visit) -> str | None:
    """Why this visitor may not open files by their path; None if they may.

    HANDAI_OPEN_PATHS decides where it is set. Else only a browser on this very computer may, at a server that
    nobody else can reach: one wrong sign is enough to refuse, for what a wrong yes gives away are files.
    """
    said = (environment().open_paths or "").strip().lower()
    if said in _YES:
        return None
    if said in _NO:
        return "Opening files by their path is switched off here (HANDAI_OPEN_PATHS)."
    return None if _is_local(visit) else "Files can be opened by their path only on the computer that Handai runs on."


def _is_local(visit: Visit) -> bool:
    headers = {name.lower(): value for name, value in visit.headers.items()}
    if any(name.startswith(_PASSED_ON) or name in _PASSED_ON_EXACTLY for name in headers):
        return False
    asked_for = (headers.get("host", ""), urlsplit(headers.get("origin", "")).netloc)
    named = [*visit.server_names, *(_without_port(name) for name in asked_for)]
    return all(_is_loopback(name) for name in named) and (visit.ip is None or _is_loopback(visit.ip))


def _without_port(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def open_path(text: str, visit: Visit) -> DatasetRecord:
    """Store and read the file that a person named; raises ConflictError where that isn't allowed, and TableError."""
    refused = why_not_by_path(visit)
    if refused:
        raise ConflictError(refused, "Upload the file instead.")
    return store_file(path_of(text))

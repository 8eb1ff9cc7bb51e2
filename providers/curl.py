"""Writes a request as a curl command, so that anyone can send it without Handai; the key is never part of it."""

import shlex

from providers.attribution import own_headers
from providers.base import CompletionRequest
from providers.http_rules import request_headers
from providers.request_body import request_body
from providers.specs import ProviderSpec

KEY_VARIABLE = "API_KEY"  # for a provider whose key has no variable of its own

_PATH = "/chat/completions"
_SENT_BY_CURL = {"Accept-Encoding", "User-Agent"}
# Linux takes no single argument of 128 KiB or more; printf is part of the shell, which has no such limit.
_LONGEST_ARGUMENT = 100_000
_SWITCH = "curl -sS"


def curl_command(
    spec: ProviderSpec, base_url: str, request: CompletionRequest, *, with_key: bool, stream: bool = False
) -> str:
    """The command for a POSIX shell that sends `request` byte for byte as Handai does.

    With `with_key` it takes the key from the provider's environment variable, unexpanded here.
    """
    body = request_body(spec, request, stream=stream).decode()
    headers = request_headers(None, own_headers(spec))
    parts = [f"{_SWITCH}{' -N' if stream else ''} {_url(base_url)}"]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items() if name not in _SENT_BY_CURL]
    if with_key:
        variable = next(iter(spec.key_variables), KEY_VARIABLE)
        parts.append(f'-H "Authorization: Bearer ${variable}"')
    if len(body.encode()) < _LONGEST_ARGUMENT:
        return _joined([*parts, f"--data-raw {shlex.quote(body)}"])
    return f"printf %s {shlex.quote(body)} |\n{_joined([*parts, '--data-binary @-'])}"


def _url(base_url: str) -> str:
    url = f"{base_url.rstrip('/')}{_PATH}"
    return f"--globoff {shlex.quote(url)}" if "[" in url else shlex.quote(url)  # curl reads brackets as a pattern


def _joined(parts: list[str]) -> str:
    return " \\\n  ".join(parts)

"""Turns a provider's failure into the one ProviderError that everything above understands; pure, no SDK."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from handai_errors import KIND_FACTS, ErrorKind, ProviderError
from providers.error_body import ErrorBody, read_error_body, read_error_value
from providers.error_rules import is_about_the_form, kind_of
from providers.rate_limits import parse_wait, retry_after_from
from providers.remedies import CallContext, remedy_for, start_hint

_MAX_MESSAGE = 300
_MAX_RAW = 4000
LONGEST_WAIT_S = 600.0  # that a run sits out by itself

_PARAMETERS = (
    "max_completion_tokens",
    "max_tokens",
    "response_format",
    "temperature",
    "top_p",
    "seed",
    "stream_options",
)
_WAITING_KINDS = {
    ErrorKind.RATE_LIMIT,
    ErrorKind.IN_FLIGHT_BUDGET,
    ErrorKind.OVERLOADED,
    ErrorKind.UPSTREAM,
    ErrorKind.DAILY_QUOTA,
    ErrorKind.TIMEOUT,
}


class TransportFault(StrEnum):
    """How a request failed before a whole answer was there."""

    REFUSED = "refused"
    UNKNOWN_HOST = "unknown_host"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    TLS = "tls"
    PROXY = "proxy"
    CONNECT_TIMEOUT = "connect_timeout"
    TIMEOUT = "timeout"
    CUT = "cut"
    NOT_HTTP = "not_http"
    FORBIDDEN = "forbidden"


_NEVER_SENT = {
    TransportFault.REFUSED,
    TransportFault.UNKNOWN_HOST,
    TransportFault.UNREACHABLE,
    TransportFault.CERTIFICATE,
    TransportFault.TLS,
    TransportFault.PROXY,
    TransportFault.CONNECT_TIMEOUT,
    TransportFault.FORBIDDEN,
}


def classify_status(
    context: CallContext, status: int, headers: Mapping[str, str], text: str, *, now: datetime | None = None
) -> ProviderError:
    """The error that an answer with a failing status tells; `text` is its redacted body."""
    return _build(context, read_error_body(status, text), headers, text, now)


def classify_value(
    context: CallContext,
    value: object,
    headers: Mapping[str, str],
    text: str,
    *,
    now: datetime | None = None,
) -> ProviderError:
    """The error inside an answer that came with status 200."""
    return _build(context, read_error_value(200, value), headers, text, now)


def classify_transport(context: CallContext, fault: TransportFault, detail: str = "") -> ProviderError:
    """The error of a connection that failed; `detail` is redacted text from below."""
    name = context.spec.name
    cause, remedy = _TRANSPORT_TEXTS[fault]
    remedy = start_hint(context) if remedy == "start" else remedy
    kind = ErrorKind.TIMEOUT if fault is TransportFault.TIMEOUT else ErrorKind.CONNECTION
    if fault is TransportFault.NOT_HTTP:
        kind = ErrorKind.MALFORMED_RESPONSE
    if fault is TransportFault.FORBIDDEN:
        kind = ErrorKind.WRONG_ENDPOINT
    if kind is ErrorKind.TIMEOUT:
        remedy = remedy_for(kind, context, ErrorBody(0))
    return ProviderError(
        kind,
        cause.format(name=name, timeout_s=context.timeout_s, base_url=context.base_url),
        remedy,
        unsent=fault in _NEVER_SENT,
        raw=detail[:_MAX_RAW] or None,
    )


def malformed(
    context: CallContext, headers: Mapping[str, str], text: str, what: str, status: int = 200
) -> ProviderError:
    """The error of an answer that can't be read, although its status says that all is well."""
    kind = headers.get("content-type", "").partition(";")[0].strip() or "of no stated type"
    body = ErrorBody(status, is_json="html" not in kind and not text.lstrip().startswith("<"))
    return ProviderError(
        ErrorKind.MALFORMED_RESPONSE,
        f"{context.spec.name} sent an unreadable answer ({kind}): {what}.",
        remedy_for(ErrorKind.MALFORMED_RESPONSE, context, body),
        status=status,
        raw=text[:_MAX_RAW] or None,
    )


def bad_key_text(context: CallContext) -> ProviderError:
    """The error of a key that can't even be sent."""
    return ProviderError(
        ErrorKind.AUTH,
        f"The key for {context.spec.name} contains characters that can't be sent.",
        remedy_for(ErrorKind.AUTH, context, ErrorBody(0)),
        unsent=True,
    )


def _build(
    context: CallContext, body: ErrorBody, headers: Mapping[str, str], text: str, now: datetime | None
) -> ProviderError:
    wait = _retry_after(body, headers, now)
    kind = kind_of(body, waits=wait is not None)
    until = None if wait is None else _moment(wait, now)
    if kind is ErrorKind.RATE_LIMIT and wait is not None and wait > LONGEST_WAIT_S:
        kind = ErrorKind.DAILY_QUOTA  # a pause that is told serves a person better than a run that seems to hang
    remedy = remedy_for(kind, context, body)
    if kind is ErrorKind.DAILY_QUOTA and until:
        remedy = f"{context.spec.name} asks to wait until {until}: resume then, or use another model or key."
    return ProviderError(
        kind,
        _cause(kind, context, body),
        remedy,
        status=body.status,
        retry_after_s=wait if kind in _WAITING_KINDS else None,
        raw=(body.failed_generation if kind is ErrorKind.INVALID_OUTPUT else None) or text[:_MAX_RAW] or None,
        parameter=_parameter(body) if kind is ErrorKind.UNSUPPORTED else None,
    )


def _moment(wait_s: float, now: datetime | None) -> str:
    """When a wait is over, on this computer's clock; with the day if that is another one."""
    today = (now or datetime.now(UTC)).astimezone()
    until = today + timedelta(seconds=wait_s)
    return until.strftime("%H:%M" if until.date() == today.date() else "%H:%M on %d %B")


def _cause(kind: ErrorKind, context: CallContext, body: ErrorBody) -> str:
    title = _title(kind, context, body)
    said = _one_line(body.message)
    if not said:
        return f"{title}."
    return f"{title}: {said}" if said[-1] in ".!?…" else f"{title}: {said}."


def _title(kind: ErrorKind, context: CallContext, body: ErrorBody) -> str:
    """What happened, always with who said so: a person must see that it was not Handai that failed."""
    name = context.spec.name
    match kind:
        case ErrorKind.AUTH:
            return f"The key was refused by {name}"
        case ErrorKind.CREDITS:
            return f"No credit left at {name}"
        case ErrorKind.MODEL_NOT_FOUND if context.model:
            return f"{name} does not serve the model “{context.model}”"
        case ErrorKind.UPSTREAM if body.metadata.get("provider_name"):
            return f"{body.metadata['provider_name']} failed behind {name}"
        case ErrorKind.UNSUPPORTED if _parameter(body):
            title = f"The model does not support {_parameter(body)}"
        case _:
            title = KIND_FACTS[kind].title
    return f"{title} ({name}, status {body.status})"


def _one_line(message: str) -> str:
    flat = " ".join(message.split())
    return flat if len(flat) <= _MAX_MESSAGE else f"{flat[:_MAX_MESSAGE]}…"


def _retry_after(body: ErrorBody, headers: Mapping[str, str], now: datetime | None) -> float | None:
    """The provider's wish from the headers, else from the body (Google's RetryInfo, OpenRouter's metadata)."""
    wish = retry_after_from(headers, now)
    if wish is not None:
        return wish
    quoted = body.metadata.get("headers")
    if isinstance(quoted, dict):
        wish = retry_after_from({str(k): str(v) for k, v in quoted.items()}, now)
    sources = [body.availability.get("retry_after"), body.metadata.get("retry_after_seconds"), *_retry_infos(body)]
    parsed = [parse_wait(str(source), now) for source in sources if source is not None]
    return wish if wish is not None else next((seconds for seconds in parsed if seconds is not None), None)


def _retry_infos(body: ErrorBody) -> list[Any]:
    return [detail.get("retryDelay") for detail in body.details if detail.get("retryDelay")]


def _parameter(body: ErrorBody) -> str | None:
    """The request parameter that the model refuses; the refused one is named first, its replacement later."""
    if is_about_the_form(body):
        return "response_format"
    if body.parameter and body.parameter.partition(".")[0] in _PARAMETERS:
        return body.parameter.partition(".")[0]
    places = [(body.text.find(name), -len(name), name) for name in _PARAMETERS if name in body.text]
    if places:
        return min(places)[2]
    return None


_TRANSPORT_TEXTS: dict[TransportFault, tuple[str, str]] = {
    TransportFault.REFUSED: ("{name} is not running at {base_url}.", "start"),
    TransportFault.UNKNOWN_HOST: (
        "The address {base_url} was not found.",
        "Is the internet on? If it is, check the provider's address (base URL).",
    ),
    TransportFault.UNREACHABLE: ("No connection to {name} at {base_url}.", "start"),
    TransportFault.CERTIFICATE: (
        "The secure connection to {name} failed: its certificate is not trusted here.",
        "Set SSL_CERT_FILE to your company's certificate file; in a slim container install ca-certificates.",
    ),
    TransportFault.TLS: (
        "The secure connection to {name} at {base_url} failed.",
        "Check http against https and the port in the base URL.",
    ),
    TransportFault.PROXY: (
        "The proxy did not connect to {name}.",
        "Check HTTPS_PROXY, and NO_PROXY for servers in your own network.",
    ),
    TransportFault.CONNECT_TIMEOUT: ("{name} at {base_url} did not accept a connection in time.", "start"),
    TransportFault.TIMEOUT: ("{name} gave no whole answer in {timeout_s:g} s.", ""),
    TransportFault.CUT: (
        "The connection to {name} broke off before the answer was whole.",
        "Try again; what was sent may have been billed.",
    ),
    TransportFault.NOT_HTTP: (
        "{name} at {base_url} did not answer as a web server does.",
        "Check the address and the port in the base URL, and http against https.",
    ),
    TransportFault.FORBIDDEN: (
        "The name in {base_url} leads to an address that Handai never sends keys to (link-local or cloud metadata).",
        "Use the address of your model server.",
    ),
}

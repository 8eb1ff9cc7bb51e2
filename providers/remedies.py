"""What a person can do about each kind of provider error, in plain words."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from handai_errors import ErrorKind
from providers.base_url import is_loopback, missing_v1_hint
from providers.error_body import ErrorBody
from providers.error_rules import is_unexplained_404
from providers.model_hints import model_hint
from providers.specs import PROVIDERS, ProviderSpec


@dataclass(frozen=True, slots=True)
class CallContext:
    """Who was called and how; `key_hint` is what already looked odd about the key."""

    spec: ProviderSpec
    base_url: str
    model: str = ""
    timeout_s: float = 120.0
    key_hint: str | None = None
    has_key: bool = True


def remedy_for(kind: ErrorKind, context: CallContext, body: ErrorBody) -> str:
    """What to do about an error of that kind; empty when waiting is all there is."""
    write = _REMEDIES.get(kind)
    return write(context, body) if write else ""


def start_hint(context: CallContext) -> str:
    """How to get a server that refuses connections to answer."""
    if not is_loopback(context.base_url) and not context.spec.local:
        return "Check the internet connection and, behind a company proxy, HTTPS_PROXY."
    start = context.spec.start_hint or "Start the server, and check the port in the base URL."
    return f"{start} From inside Docker use host.docker.internal instead of localhost."


def _auth(context: CallContext, body: ErrorBody) -> str:
    spec = context.spec
    if not context.has_key:
        variable = f" (or set {spec.key_variables[0]})" if spec.key_variables else ""
        return f"This server wants a key: give it in the key field{variable}."
    where = f"Paste a key from {spec.key_page}" if spec.key_page else "Paste the key again"
    hint = f"{context.key_hint} " if context.key_hint else ""
    speaker = _speaks_for(body.text, spec)
    if speaker and not hint:
        hint = f"The refusal speaks of {speaker.name}'s keys: this key or the base URL belongs to {speaker.name}. "
    if "multiple authentication credentials" in body.text:
        hint = "Google does not take every new key on this endpoint. "
    return f"{hint}{where} and check it for spaces and line breaks."


def _speaks_for(text: str, own: ProviderSpec) -> ProviderSpec | None:
    """The other provider whose page for keys a refusal names: the one that really answered."""
    named = [spec for spec in PROVIDERS if spec.key_page and urlsplit(spec.key_page).netloc in text]
    return None if own in named else next(iter(named), None)


def _permission(context: CallContext, body: ErrorBody) -> str:
    if "allow list" in body.text or "allowlist" in body.text:
        return "This computer's address is not on the key's list of allowed addresses."
    return f"The key works, but may not use this model or region. Choose another model or ask {context.spec.name}."


def _spend_cap(context: CallContext, body: ErrorBody) -> str:
    until = body.metadata.get("resets_at")
    when = f" It resets at {until}." if until else ""
    return f"Raise the limit at {context.spec.billing_page or context.spec.name} or wait, then resume.{when}"


def _credits(context: CallContext, body: ErrorBody) -> str:
    if "weight_exceeds_budget" in body.words:
        return "This request alone costs more than the credit left. Lower max tokens or add credit, then resume."
    where = f" at {context.spec.billing_page}" if context.spec.billing_page else ""
    return f"Add credit{where}, then resume. Finished rows are saved."


def _missing_model(context: CallContext, body: ErrorBody) -> str:
    if "provider returned error" in body.text:
        return _two_causes(context)
    if context.spec.pull_hint:
        return context.spec.pull_hint.format(model=context.model or "NAME")
    if context.spec.id == "azure":
        return "In Azure the model is the name of your deployment, not the model's own name."
    if "privacy_restricted" in body.words:
        return "Your privacy settings exclude it: see https://openrouter.ai/settings/privacy."
    others = body.availability.get("fallback_models")
    if isinstance(others, list) and others:
        return f"Try instead: {', '.join(str(o) for o in others[:3])}."
    return model_hint(context.spec.id, context.model) or (
        "Check the model's name, capitals included, or choose one from the list."
    )


def _upstream(context: CallContext, body: ErrorBody) -> str:
    return _two_causes(context) if is_unexplained_404(body) else "Retry the failed rows, or choose another model."


def _two_causes(context: CallContext) -> str:
    name = context.spec.name
    return (
        f"Two causes are possible. Either the model's id is wrong: it must be exactly as in {name}'s list, with its "
        f"capitals and its slash. Or the provider that serves it behind {name} is down: retry later, or choose another."
    )


def _wrong_endpoint(context: CallContext, body: ErrorBody) -> str:
    hint = missing_v1_hint(context.base_url)
    moved = " The server sends requests elsewhere, which Handai does not follow." if 300 <= body.status < 400 else ""
    return (hint or f"Check the base URL ({context.base_url}).") + moved


def _unreadable(context: CallContext, body: ErrorBody) -> str:
    hint = missing_v1_hint(context.base_url)
    page = "A page came instead of an answer: a company proxy or a network sign-in may be in between."
    return f"{page} {hint}".strip() if not body.is_json else hint


_REMEDIES: dict[ErrorKind, Callable[[CallContext, ErrorBody], str]] = {
    ErrorKind.AUTH: _auth,
    ErrorKind.PERMISSION: _permission,
    ErrorKind.MODERATION: lambda _c, _b: "Change the row's text, or use another model.",
    ErrorKind.SPEND_CAP: _spend_cap,
    ErrorKind.CREDITS: _credits,
    ErrorKind.DAILY_QUOTA: lambda _c, _b: "Resume tomorrow, or use another model or key. Finished rows are saved.",
    ErrorKind.REQUEST_TOO_LARGE: lambda _c, _b: (
        "Send less per row (fewer columns, fewer max tokens) or use another model."
    ),
    ErrorKind.OVERLOADED: lambda _c, _b: "Nothing is wrong on your side. Retry the failed rows later.",
    ErrorKind.UPSTREAM: _upstream,
    ErrorKind.TIMEOUT: lambda c, _b: f"Raise the time-out (now {c.timeout_s:g} s) or lower max tokens.",
    ErrorKind.CONNECTION: lambda c, _b: start_hint(c),
    ErrorKind.MODEL_NOT_FOUND: _missing_model,
    ErrorKind.WRONG_ENDPOINT: _wrong_endpoint,
    ErrorKind.CONTEXT_LENGTH: lambda _c, _b: (
        "Send fewer columns, lower max tokens, or use a model with a larger context."
    ),
    ErrorKind.CONTENT_FILTER: lambda _c, _b: "Change the row's text, or use another model.",
    ErrorKind.INVALID_OUTPUT: lambda _c, _b: "Retry the row, or ask for a simpler form.",
    ErrorKind.UNSUPPORTED: lambda _c, _b: "Leave this setting unset for this model.",
    ErrorKind.INVALID_REQUEST: lambda _c, _b: "Check the settings and the model.",
    ErrorKind.MALFORMED_RESPONSE: _unreadable,
}

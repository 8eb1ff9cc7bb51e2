"""Whatever a server sends, with whatever status, becomes one error in words, or an answer: never an exception."""

from typing import Any

import httpx2
import orjson
from hypothesis import given
from hypothesis import strategies as st

from handai_errors import ErrorKind, ProviderError
from providers.answer import Answer, read_completion
from providers.base import Completion
from providers.classify import classify_status
from providers.remedies import CallContext
from providers.specs import PROVIDERS

_NAMES = [
    "error",
    "message",
    "type",
    "code",
    "param",
    "status",
    "details",
    "metadata",
    "availability",
    "detail",
    "loc",
    "msg",
    "reason",
    "retryDelay",
    "raw",
    "provider_name",
    "limit_source",
    "headers",
    "retry_after",
    "innererror",
    "violations",
    "quotaId",
    "failed_generation",
    "choices",
    "content",
    "finish_reason",
    "refusal",
    "usage",
    "previous_errors",
    "fallback_models",
    "retryable",
    "reasons",
    "object",
]
_WORDS = [
    "insufficient_quota",
    "model_not_found",
    "Provider returned error",
    "the model does not exist",
    "rate limit per day",
    "maximum context length",
    '{"error": {"message": "x", "code": 400}}',
    "[{}]",
    "429",
    "-1",
    "1e999",
    "6m0s",
    "<html>",
    "response_format",
]
_scalars = (
    st.none() | st.booleans() | st.integers(-5, 999) | st.floats() | st.text(max_size=8) | st.sampled_from(_WORDS)
)
_keys = st.sampled_from(_NAMES) | st.text(max_size=4)
_bodies = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=5), max_leaves=25
)
_raw = _bodies.map(orjson.dumps) | st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode())
_contexts = st.sampled_from(PROVIDERS).map(lambda spec: CallContext(spec, "https://example.org/v1", model="m/x:free"))
_headers = st.dictionaries(
    st.sampled_from(["retry-after", "retry-after-ms", "x-ratelimit-reset-requests", "content-type"]),
    st.sampled_from(["", "3", "-1", "nan", "inf", "1e9", "6m0s", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", "\x7f"]),
)


def is_told_well(error: ProviderError) -> bool:
    """Whether a person can read it, and waiting for what it asks would end."""
    wait = error.retry_after_s
    return (
        error.kind in ErrorKind
        and error.cause.endswith((".", "!", "?", "…"))
        and len(error.cause) < 600
        and (wait is None or 0 <= wait < float("inf"))
    )


@given(_contexts, st.integers(300, 599), _headers, _raw)
def test_any_refusal_is_one_error_in_words(
    context: CallContext, status: int, headers: dict[str, str], raw: bytes
) -> None:
    assert is_told_well(classify_status(context, status, headers, raw.decode("utf-8", "replace")))


@given(_contexts, _headers, _raw)
def test_any_answer_is_a_completion_or_one_error_in_words(
    context: CallContext, headers: dict[str, str], raw: bytes
) -> None:
    outcome: Any = read_completion(Answer(context, httpx2.Headers(headers), raw, 0.1))
    assert isinstance(outcome, Completion) or is_told_well(outcome)


@given(_contexts, _bodies, _bodies)
def test_any_choice_is_a_completion_or_one_error_in_words(
    context: CallContext, message: object, reason: object
) -> None:
    body = {"choices": [{"message": message, "finish_reason": reason, "error": message}], "usage": reason}
    for choice in (body, {**body, "choices": [{"message": {"content": message, "refusal": reason}}]}):
        outcome: Any = read_completion(Answer(context, {}, orjson.dumps(choice), 0.1))
        assert isinstance(outcome, Completion) or is_told_well(outcome)

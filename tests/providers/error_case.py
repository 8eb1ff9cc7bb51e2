"""One answer of a provider and the error that it must become, and the bodies that providers write."""

from dataclasses import dataclass, field
from typing import Any

from handai_errors import ErrorKind
from tests.matrix.dialects import DIALECTS

CHAT = {
    "id": "x",
    "object": "chat.completion",
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "partial"}}],
}


@dataclass(frozen=True)
class Case:
    """One answer of a provider and the error that it is."""

    name: str
    provider: str
    status: int
    body: Any
    kind: ErrorKind
    headers: dict[str, str] = field(default_factory=dict)
    retry_after_s: float | None = None
    parameter: str | None = None
    says: str = ""
    content_type: str = "application/json"

    @property
    def source(self) -> str:
        """Where and when that provider's format was seen; words of single cases are those that servers really say."""
        return DIALECTS[self.provider].source


def openai_body(message: str, kind: str | None = None, code: str | None = None, param: str | None = None) -> Any:  # noqa: ANN401
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def router_body(code: int, message: str, availability: dict[str, Any] | None = None, **metadata: Any) -> Any:  # noqa: ANN401
    error: dict[str, Any] = {"code": code, "message": message}
    if metadata:
        error["metadata"] = metadata
    if availability:
        error["availability"] = availability
    return {"error": error}


def anthropic_body(kind: str, message: str, **details: Any) -> Any:  # noqa: ANN401
    error = {"type": kind, "message": message, **({"details": details} if details else {})}
    return {"type": "error", "error": error, "request_id": "req_1"}


def gemini_body(code: int, status: str, message: str, *details: dict[str, Any]) -> Any:  # noqa: ANN401
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def choice_body(**changes: Any) -> Any:  # noqa: ANN401
    return {**CHAT, "choices": [{**CHAT["choices"][0], **changes}]}  # type: ignore[dict-item]  # a literal above


BAD_GEMINI_KEY = gemini_body(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
)
RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}


def exceeded_quota(quota_id: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota_id}]}

"""How each provider writes an error and an answer: what a fault says, in that provider's own format."""

from typing import Any

from tests.matrix.dialect import Body, Dialect, Told, as_openai
from tests.matrix.more_dialects import MORE_DIALECTS

_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def _anthropic(told: Told) -> Body:
    error: dict[str, Any] = {"type": told.type or _ANTHROPIC_TYPES.get(told.status, "api_error")}
    details = {"details": {"error_code": told.code}} if told.code else {}
    error |= {"message": told.message, **details, **told.more}
    return {"type": "error", "error": error, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}


_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "RESOURCE_EXHAUSTED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def _google(told: Told) -> Body:
    error: dict[str, Any] = {"code": told.status, "message": told.message}
    error["status"] = told.type or _GOOGLE_STATUS.get(told.status, "UNKNOWN")
    if told.code:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": told.code.upper()}]
    return [{"error": {**error, **told.more}}]


def _groq(told: Told) -> Body:
    error: dict[str, Any] = {"message": told.message, "type": told.type or "invalid_request_error"}
    return {"error": {**error, **({"code": told.code} if told.code else {}), **told.more}}


def _together(told: Told) -> Body:
    return {"id": "o5Rz1f4-2kFHot-9a1b2c3d4e5f6071-FRA", **as_openai(told)}


def _azure(told: Told) -> Body:
    error: dict[str, Any] = {"code": told.code or str(told.status), "message": told.message}
    return {"error": {**error, **({"type": told.type} if told.type else {}), "param": told.param, **told.more}}


def _openrouter(told: Told) -> Body:
    word = told.code or told.type
    metadata = {**({"error_type": word} if word else {}), **told.more}
    error: dict[str, Any] = {"message": told.message, "code": told.status}
    return {"error": {**error, **({"metadata": metadata} if metadata else {})}, "user_id": "user_2x"}


def _lmstudio(told: Told) -> Body:
    if told.code or told.type or told.more:
        return as_openai(told)
    return {"error": told.message}


def _ollama(told: Told) -> Body:
    by_status = {400: "invalid_request_error", 404: "not_found_error"}
    kind = told.type or by_status.get(told.status, "api_error")
    return {"error": {"message": told.message, "type": kind, "param": told.param, "code": told.code, **told.more}}


_VLLM_TYPES = {400: "BadRequestError", 401: "UnauthorizedError", 404: "NotFoundError", 500: "InternalServerError"}


def _custom(told: Told) -> Body:
    """A vLLM server, before it put its errors into an object of their own."""
    kind = told.type or _VLLM_TYPES.get(told.status, "Error")
    body = {"object": "error", "message": told.message, "type": kind, "param": told.param}
    return {**body, "code": told.code or told.status, **told.more}


DIALECTS: dict[str, Dialect] = {
    dialect.provider: dialect
    for dialect in (
        Dialect(
            "openai",
            "platform.openai.com/docs/guides/error-codes, read 2026-11",
            as_openai,
            {"service_tier": "default"},
        ),
        Dialect("anthropic", "docs.claude.com/en/api/errors, read 2026-11", _anthropic),
        Dialect("google", "github.com/google-gemini/gemini-cli/issues/13708, 2025-11", _google),
        Dialect("groq", "console.groq.com/docs/errors, read 2026-11", _groq, {"x_groq": {"id": "req_1"}}),
        Dialect("together", "github.com/harshitv804/LawGPT/issues/4, 2024-08", _together, {"prompt": []}),
        Dialect(
            "azure",
            "github.com/OpenBMB/AgentVerse/issues/140, 2024-09",
            _azure,
            {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]},
        ),
        Dialect(
            "openrouter",
            "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08",
            _openrouter,
            {"provider": "Acme"},
        ),
        Dialect(
            "lmstudio", "github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618, 2025-04", _lmstudio, {"stats": {}}
        ),
        Dialect("ollama", "github.com/ollama/ollama/pull/2376, 2024-02", _ollama, {"system_fingerprint": "fp_ollama"}),
        Dialect("custom", "github.com/vllm-project/vllm/issues/3485, 2024-03", _custom, {"kv_transfer_params": None}),
        *MORE_DIALECTS,
    )
}


def answer_of(provider: str, *, finish_reason: str = "stop", error: Body = None, **message: Any) -> Body:  # noqa: ANN401
    """A chat completion as that provider writes it; `message` overrides its message's fields."""
    choice: dict[str, Any] = {
        "index": 0,
        "finish_reason": finish_reason,
        "logprobs": None,
        "message": {"role": "assistant", "content": PARTIAL, **message},
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1763700000,
        "model": "asked-model",
        "choices": [{**choice, **({"error": error} if error else {})}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
        **DIALECTS[provider].answer,
    }


PARTIAL = "the beginning of an ans"

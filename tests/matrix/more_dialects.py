"""How the providers beyond the first ten write an error, each as it was seen."""

from tests.matrix.dialect import Body, Dialect, Told

_TYPES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    404: "NotFoundError",
    429: "RateLimitError",
    500: "InternalServerError",
}


def _mistral(told: Told) -> Body:
    body: dict[str, object] = {"object": "error", "message": told.message, "type": told.type or "invalid_request_error"}
    return {**body, "param": told.param, "code": told.code, "raw_status_code": told.status, **told.more}


def _deepseek(told: Told) -> Body:
    error = {"message": told.message, "type": told.type or "unknown_error", "param": told.param}
    return {"error": {**error, "code": told.code or "invalid_request_error", **told.more}}


def _xai(told: Told) -> Body:
    """A code in words, and the error as plain text."""
    return {"code": told.code or told.type or _XAI_CODES.get(told.status, ""), "error": told.message, **told.more}


_XAI_CODES = {
    400: "Client specified an invalid argument",
    403: "The caller does not have permission to execute the specified operation",
    404: "Some requested entity was not found",
}


def _cerebras(told: Told) -> Body:
    """Nothing around it."""
    body = {"message": told.message, "type": told.type or "invalid_request_error"}
    return {**body, "param": told.param, "code": told.code, **told.more}


def _fireworks(told: Told) -> Body:
    error = {"message": told.message, "param": told.param, "code": told.code, "type": told.type or "error"}
    return {"error": {**error, **told.more}, "request_id": "11650e2f"}


def _runpod(told: Told) -> Body:
    """What its vLLM worker says."""
    body = {"object": "error", "message": told.message, "type": told.type or _TYPES.get(told.status, "Error")}
    return {**body, "param": told.param, "code": told.code or told.status, **told.more}


def _vllm(told: Told) -> Body:
    """As it writes since its errors have an object of their own."""
    error = {"message": told.message, "type": told.type or _TYPES.get(told.status, "Error"), "param": told.param}
    return {"error": {**error, "code": told.code or told.status, **told.more}}


MORE_DIALECTS = (
    Dialect("mistral", "github.com/mistralai/mistral-vibe/issues/617, 2026-04", _mistral),
    Dialect("deepseek", "github.com/langbot-app/LangBot/issues/1643, 2025-09", _deepseek),
    Dialect("xai", "github.com/griptape-ai/griptape-nodes-engine/issues/1079, read 2026-11", _xai),
    Dialect("cerebras", "github.com/nminaya/grammar-nazi-bot/issues/958, 2026-08", _cerebras),
    Dialect("fireworks", "github.com/pollinations/pollinations/issues/12136, 2026-07", _fireworks),
    Dialect("runpod", "github.com/runpod-workers/worker-vllm/issues/57, 2024-03", _runpod),
    Dialect("vllm", "github.com/harbor-framework/harbor/pull/996, 2026-03", _vllm, {"kv_transfer_params": None}),
)

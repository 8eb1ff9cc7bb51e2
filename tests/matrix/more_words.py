"""The faults as the providers beyond the first ten were seen to say them, by the name of the shape."""

from typing import Any

from tests.matrix.dialect import Own


def _invalid(*fields: str) -> dict[str, Any]:
    forbidden = [
        {"type": "extra_forbidden", "loc": ["body", field], "msg": "Extra inputs are not permitted", "input": 1}
        for field in fields
    ]
    return {"detail": forbidden}


def _mistral(message: object, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, object]:
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


def _deepseek(message: str, kind: str) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": None, "code": "invalid_request_error"}}


def _xai(code: str, error: str) -> dict[str, str]:
    return {"code": code, "error": error}


def _cerebras(message: str, kind: str, param: str, code: str) -> dict[str, str]:
    return {"message": message, "type": kind, "param": param, "code": code}


def _vllm(message: str, kind: str, param: str | None, code: int) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": param, "code": code}


_XAI_INVALID = "Client specified an invalid argument"
_XAI_FORBIDDEN = "The caller does not have permission to execute the specified operation"

MORE_WORDS: dict[str, dict[str, Own]] = {
    "a wrong key": {
        "mistral": Own(401, {"detail": "Unauthorized"}, "github.com/nextcloud/integration_openai/issues/332, 2026-01"),
        "deepseek": Own(
            401,
            _deepseek("Authentication Fails, Your api key: ****_KEY is invalid", "authentication_error"),
            "github.com/FullStackPlayer/claude-code-launcher/issues/3, 2025-12",
        ),
        "vllm": Own(401, {"error": "Unauthorized"}, "github.com/sgl-project/sglang/issues/25127, 2026-05"),
    },
    "no key, or another provider's": {
        "mistral": Own(
            401, {"message": "Unauthorized", "request_id": "c61f2f15"}, "github.com/cline/cline/issues/1734, 2025-02"
        ),
        "deepseek": Own(
            401,
            _deepseek("Authentication Fails (no such user)", "authentication_error"),
            "github.com/deepseek-ai/DeepSeek-R1/issues/82, 2025-01",
        ),
    },
    "a bad key as a bad request": {
        "xai": Own(
            400,
            _xai(
                _XAI_INVALID,
                "Incorrect API key provided: na***ys. You can obtain an API key from https://console.x.ai.",
            ),
            "github.com/continuedev/continue/issues/10778, 2026-02",
        ),
    },
    "payment required": {
        "deepseek": Own(
            402,
            _deepseek("Insufficient Balance", "unknown_error"),
            "github.com/1Panel-dev/MaxKB/issues/3797, 2025-08",
        ),
        "xai": Own(
            403,
            _xai(_XAI_FORBIDDEN, "Your newly created team doesn't have any credits or licenses yet."),
            "github.com/continuedev/continue/issues/12670, 2026-06",
        ),
        "fireworks": Own(
            412,
            {
                "error": {
                    "message": "Account acme is suspended, possibly due to reaching the monthly spending limit or "
                    "failure to pay past invoices. Please go to https://fireworks.ai/account/billing for more.",
                    "param": None,
                    "code": "PRECONDITION_FAILED",
                    "type": "error",
                }
            },
            "github.com/pollinations/pollinations/issues/12136, 2026-07",
        ),
    },
    "a balance that is too low": {
        "xai": Own(
            403,
            _xai(_XAI_FORBIDDEN, "You have run out of credits or need a Grok subscription. Add credits first."),
            "github.com/Wei-Shaw/sub2api/issues/4069, 2026-07",
        ),
    },
    "all credits used, said with 429": {
        "xai": Own(
            403,
            _xai(
                _XAI_FORBIDDEN,
                "Your team 8c26 has either used all available credits or reached its monthly spending limit.",
            ),
            "github.com/warpdotdev/warp/issues/14867, 2026-08",
        ),
    },
    "429 with Retry-After": {
        "mistral": Own(
            429,
            _mistral("Rate limit exceeded", "rate_limited", "1300"),
            "github.com/raycast/extensions/issues/31107, 2026-09",
        ),
        "cerebras": Own(
            429,
            _cerebras(
                "Requests per minute limit exceeded - too many requests sent.",
                "too_many_requests_error",
                "quota",
                "request_quota_exceeded",
            ),
            "github.com/nminaya/grammar-nazi-bot/issues/958, 2026-08",
        ),
        "fireworks": Own(
            429,
            {
                "error": "Too Many Requests",
                "message": "You have exceeded your usage limits. Please try again later or contact Fireworks.",
            },
            "github.com/GordeyZuev/LEAP/issues/6, 2025-11",
        ),
    },
    "498 over capacity": {
        "mistral": Own(
            429,
            _mistral("Service tier capacity exceeded for this model."),
            "github.com/continuedev/continue/issues/6185, 2025-06",
        ),
    },
    "no such model": {
        "mistral": Own(
            400,
            _mistral("Invalid model: asked-model", "invalid_model", "1500"),
            "github.com/mistralai/mistral-vibe/issues/617, 2026-04",
        ),
        "deepseek": Own(
            400,
            _deepseek("Model Not Exist", "invalid_request_error"),
            "github.com/deepwn/addi/issues/13, 2026-03",
        ),
        "xai": Own(
            404,
            _xai(
                "Some requested entity was not found",
                "The model asked-model does not exist or your team bdc3 does not have access to it. Please ensure "
                "you're using the correct API key.",
            ),
            "github.com/yihong0618/bilingual_book_maker/issues/464, 2025-07",
        ),
        "cerebras": Own(
            404,
            _cerebras(
                "Model does not exist or you do not have access to it.", "not_found_error", "model", "model_not_found"
            ),
            "github.com/nminaya/grammar-nazi-bot/issues/933, 2026-07",
        ),
        "fireworks": Own(
            404,
            {"message": "Model not found, inaccessible, and/or not deployed", "param": "model", "code": "NOT_FOUND"},
            "github.com/warpdotdev/warp/issues/15107, 2026-08",
        ),
        "runpod": Own(
            200,
            {"object": "error", **_vllm("The model `asked-model` does not exist.", "NotFoundError", None, 404)},
            "github.com/runpod-workers/worker-vllm/issues/57, 2024-03",
        ),
    },
    "longer than the context": {
        "deepseek": Own(
            400,
            _deepseek(
                "This model's maximum context length is 65536 tokens. However, you requested 66794 tokens (58602 in "
                "the messages, 8192 in the completion). Please reduce the length of the messages or completion.",
                "invalid_request_error",
            ),
            "github.com/dnakov/anon-kode/issues/74, 2025-03",
        ),
        "xai": Own(
            400,
            _xai(
                _XAI_INVALID,
                "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
            ),
            "github.com/cline/cline/issues/3120, 2025-04",
        ),
        "cerebras": Own(
            400,
            _cerebras(
                "Please reduce the length of the messages or completion. Current length is 42328 while limit is 40000",
                "invalid_request_error",
                "messages",
                "context_length_exceeded",
            ),
            "github.com/cline/cline/issues/5140, 2025-07",
        ),
        "runpod": Own(
            400,
            {"object": "error", **_vllm("max_tokens must be at least 1, got -186.", "BadRequestError", None, 400)},
            "github.com/vllm-project/vllm/issues/4667, 2024-06",
        ),
        "vllm": Own(
            400,
            {
                "error": _vllm(
                    "You passed 1015 input tokens and requested 10 output tokens. However, the model's context length "
                    "is only 1024 tokens, resulting in a maximum input length of 1014 tokens. Please reduce the length "
                    "of the input prompt. (parameter=input_tokens, value=1015)",
                    "BadRequestError",
                    "input_tokens",
                    400,
                )
            },
            "github.com/harbor-framework/harbor/pull/996, 2026-03",
        ),
    },
    "an unknown field": {
        "mistral": Own(
            422, _mistral(_invalid("random_seed")), "github.com/openai/openai-agents-python/issues/442, 2025-04"
        ),
        "xai": Own(
            400,
            _xai(_XAI_INVALID, "Argument not supported on this model: seed"),
            "github.com/yym68686/uni-api/issues/105, 2025-04",
        ),
        "cerebras": Own(
            400,
            _cerebras(
                "seed: property 'seed' is unsupported", "invalid_request_error", "validation_error", "wrong_api_format"
            ),
            "github.com/Alishahryar1/free-claude-code/issues/1136, 2026-07",
        ),
    },
    "a temperature that is not taken": {
        "xai": Own(
            400,
            _xai(_XAI_INVALID, "Model asked-model does not support parameter temperature."),
            "github.com/miaoxworld/NativeTavern/issues/83, 2026-09",
        ),
    },
    "max tokens by their newer name": {
        "mistral": Own(
            422, _invalid("store", "max_completion_tokens"), "github.com/Gitlawb/openclaude/issues/739, 2026-04"
        ),
        "runpod": Own(
            422,
            _mistral({"detail": _invalid("max_completion_tokens")["detail"]}),
            "github.com/editor-code-assistant/eca/issues/231, 2025-12",
        ),
    },
}

"""Texts that are too long or blocked."""

from handai_errors import ErrorKind as K
from tests.matrix.dialect import Own, Told
from tests.matrix.shape import Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_GOOGLE = "ai.google.dev/gemini-api/docs/generate-content/api-errors, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_TOGETHER = "docs.together.ai/docs/error-codes, read 2026-11"
_INSPECT = "inspect_ai src/inspect_ai/model/_openai.py:1123-1200, read 2026-11"
_AZURE = "learn.microsoft.com/azure/ai-services/openai/concepts/content-filter, read 2026-11"

LENGTHS = (
    Shape(
        "longer than the context",
        K.CONTEXT_LENGTH,
        _OPENAI,
        Told(
            400,
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
            code="context_length_exceeded",
            param="messages",
        ),
        own={
            "anthropic": Own(
                400,
                {
                    "type": "error",
                    "error": {
                        "type": "invalid_request_error",
                        "message": "prompt is too long: 210000 tokens > 200000 maximum",
                    },
                },
                "inspect_ai src/inspect_ai/model/_providers/anthropic.py, read 2026-11",
            ),
            "google": Own(
                500,
                [{"error": {"code": 500, "message": "Internal error: input context too long", "status": "INTERNAL"}}],
                _GOOGLE,
            ),
            "groq": Own(
                400,
                {
                    "error": {
                        "message": "Please reduce the length of the messages or completion.",
                        "type": "invalid_request_error",
                        "param": "messages",
                        "code": "context_length_exceeded",
                    }
                },
                "inspect_ai src/inspect_ai/model/_providers/groq.py, read 2026-11",
            ),
            "together": Own(
                403,
                {
                    "error": {
                        "message": "Input token count + max_tokens must be less than the context length of the model",
                        "type": "invalid_request_error",
                        "param": "max_tokens",
                        "code": None,
                    }
                },
                _TOGETHER,
            ),
            "lmstudio": Own(
                400,
                {"error": "The number of tokens to keep from the initial prompt exceeds the available context size"},
                "inspect_ai src/inspect_ai/model/_openai.py:1160, read 2026-11",
            ),
            "custom": Own(
                400,
                {
                    "error": {
                        "code": 400,
                        "message": "the request exceeds the available context size, try increasing it",
                        "type": "exceed_context_size_error",
                    }
                },
                "llama.cpp tools/server/README.md, read 2026-11",
            ),
        },
    ),
    Shape(
        "input and answer longer than the context",
        K.CONTEXT_LENGTH,
        _ANTHROPIC,
        Told(400, "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
    ),
    Shape("too long an input", K.CONTEXT_LENGTH, _INSPECT, Told(400, "Input is too long for requested model.")),
    Shape(
        "too long, said upstream",
        K.CONTEXT_LENGTH,
        _OPENROUTER,
        Told(400, "Provider returned error", more={"metadata": {"raw": '{"error":"prompt is too long"}'}}),
        own={
            "openrouter": Own(
                400,
                {
                    "error": {
                        "code": 400,
                        "message": "Provider returned error",
                        "metadata": {"provider_name": "Acme", "raw": '{"error":"prompt is too long"}'},
                    }
                },
                _OPENROUTER,
            ),
        },
    ),
)

FILTERS = (
    Shape(
        "blocked by the content filter",
        K.CONTENT_FILTER,
        _AZURE,
        Told(
            400,
            "The response was filtered due to the prompt triggering the content management policy.",
            code="content_filter",
            param="prompt",
            more={"innererror": {"code": "ResponsibleAIPolicyViolation"}},
        ),
        own={
            "anthropic": Own(
                400,
                {
                    "type": "error",
                    "error": {
                        "type": "invalid_request_error",
                        "message": "Output blocked by content filtering policy",
                    },
                },
                "inspect_ai src/inspect_ai/model/_providers/anthropic.py, read 2026-11",
            ),
        },
    ),
    *(
        Shape(f"blocked: {code}", K.CONTENT_FILTER, _OPENAI, Told(400, "This request was blocked.", code=code))
        for code in ("content_policy_violation", "cyber_policy")
    ),
    Shape(
        "blocked: invalid_prompt",
        K.CONTENT_FILTER,
        _OPENAI,
        Told(400, "This request was blocked.", code="invalid_prompt"),
        own={
            "openrouter": Own(
                400,
                {
                    "error": {
                        "code": 400,
                        "message": "This request was blocked.",
                        "metadata": {"error_type": "content_policy_violation", "provider_code": "invalid_prompt"},
                    }
                },
                _OPENROUTER,
            ),
        },
    ),
    Shape("refused before it began", K.CONTENT_FILTER, _OPENROUTER, Told(400, "The model declined", code="refusal")),
)

"""Models, lengths, filters and settings."""

from handai_errors import ErrorKind as K
from tests.matrix.dialects import Told
from tests.matrix.shape import Own, Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_GOOGLE = "ai.google.dev/gemini-api/docs/generate-content/api-errors, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_GROQ = "console.groq.com/docs/errors, read 2026-11"
_TOGETHER = "docs.together.ai/docs/error-codes, read 2026-11"
_INSPECT = "inspect_ai src/inspect_ai/model/_openai.py:1123-1200, read 2026-11"
_LMSTUDIO = "github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618, 2025-04"
_AZURE = "learn.microsoft.com/azure/ai-services/openai/concepts/content-filter, read 2026-11"

MODELS = (
    Shape(
        "no such model",
        K.MODEL_NOT_FOUND,
        _OPENAI,
        Told(404, "The model `asked-model` does not exist or you do not have access to it.", code="model_not_found"),
        own={
            "anthropic": Own(
                404,
                {"type": "error", "error": {"type": "not_found_error", "message": "model: asked-model"}},
                _ANTHROPIC,
            ),
            "google": Own(
                404,
                [
                    {
                        "error": {
                            "code": 404,
                            "message": "models/asked-model is not found for API version v1main, or is not supported "
                            "for generateContent.",
                            "status": "NOT_FOUND",
                        }
                    }
                ],
                _GOOGLE,
            ),
            "azure": Own(
                404,
                {
                    "error": {
                        "code": "DeploymentNotFound",
                        "message": "The API deployment for this resource does not exist. If you created the deployment "
                        "within the last 5 minutes, please wait a moment and try again.",
                    }
                },
                "github.com/OpenBMB/AgentVerse/issues/140, 2024-09",
            ),
            "openrouter": Own(
                400,
                {"error": {"message": "asked-model is not a valid model ID", "code": 400}, "user_id": "user_2x"},
                _OPENROUTER,
            ),
            "lmstudio": Own(
                404,
                {
                    "error": {
                        "message": "No models loaded. Please load a model in the developer page or use the `lms load` "
                        "command.",
                        "type": "invalid_request_error",
                        "param": "model",
                        "code": "model_not_found",
                    }
                },
                "github.com/lmstudio-ai/lms/issues/107, 2024-11",
            ),
            "ollama": Own(
                404,
                {"error": 'model "asked-model" not found, try pulling it first'},
                "github.com/open-webui/open-webui/issues/11906, 2025-03",
            ),
        },
    ),
    Shape(
        "a model that was taken away",
        K.MODEL_NOT_FOUND,
        _GROQ,
        Told(
            400,
            "The model `asked-model` has been decommissioned and is no longer supported.",
            code="model_decommissioned",
        ),
        own={
            "openrouter": Own(
                404,
                {"error": {"code": 404, "message": "Gone", "metadata": {"error_type": "model_deprecated"}}},
                _OPENROUTER,
            ),
        },
    ),
    Shape(
        "nobody who serves the model",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "No endpoints found for asked-model.", code="no_endpoints"),
    ),
    Shape(
        "a free variant that ended",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "The free period has ended.", code="free_variant_ended"),
    ),
    Shape(
        "privacy settings exclude the model",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "No endpoint matches your data policy.", code="privacy_restricted"),
    ),
    Shape(
        "provider returned error: no such model",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "Provider returned error", more={"metadata": {"raw": "model asked-model not found"}}),
        own={
            "openrouter": Own(
                404,
                {
                    "error": {
                        "code": 404,
                        "message": "Provider returned error",
                        "metadata": {
                            "provider_name": "Acme",
                            "raw": '{"error":{"message":"The model `asked-model` does not exist"}}',
                        },
                    }
                },
                _OPENROUTER,
            ),
        },
    ),
)

ENDPOINTS = (
    Shape(
        "an unexpected endpoint in a 200",
        K.WRONG_ENDPOINT,
        _LMSTUDIO,
        answer=lambda _provider: {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
    ),
    Shape(
        "an unknown address",
        K.WRONG_ENDPOINT,
        _OPENAI,
        Told(404, "Invalid URL (POST /chat/completions)"),
        own={
            "azure": Own(
                404,
                {"error": {"code": "404", "message": "Resource not found"}},
                "github.com/danny-avila/LibreChat/issues/2797, 2024-05",
            ),
            "custom": Own(404, {"detail": "Not Found"}, "fastapi.tiangolo.com/tutorial/handling-errors, read 2026-11"),
        },
    ),
    Shape(
        "a page with 404",
        K.WRONG_ENDPOINT,
        "RFC 9110 section 15.5.5, 2022-06",
        page=(404, "<html><body>Not Found</body></html>"),
        content_type="text/html",
    ),
    Shape(
        "404 page not found",
        K.WRONG_ENDPOINT,
        "github.com/ollama/ollama/issues/3027, 2024-06",
        page=(404, "404 page not found"),
        content_type="text/plain",
    ),
    Shape("405", K.WRONG_ENDPOINT, "RFC 9110 section 15.5.6, 2022-06", Told(405, "Method Not Allowed")),
    Shape(
        "a redirect",
        K.WRONG_ENDPOINT,
        "RFC 9110 section 15.4.8, 2022-06",
        page=(307, ""),
        headers={"Location": "http://127.0.0.1:9/elsewhere"},
    ),
    Shape(
        "the wrong endpoint of a router", K.WRONG_ENDPOINT, _OPENROUTER, Told(400, "Use /chat", code="wrong_endpoint")
    ),
)

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
        for code in ("content_policy_violation", "invalid_prompt", "cyber_policy")
    ),
    Shape("refused before it began", K.CONTENT_FILTER, _OPENROUTER, Told(400, "The model declined", code="refusal")),
)

SETTINGS = (
    Shape(
        "an answer that is not the schema's",
        K.INVALID_OUTPUT,
        _GROQ,
        Told(
            400,
            "Failed to validate JSON. Please adjust your prompt.",
            code="json_validate_failed",
            more={"failed_generation": '{"answer": '},
        ),
    ),
    Shape(
        "a hallucinated call",
        K.INVALID_OUTPUT,
        _GROQ,
        Told(422, "The model hallucinated.", more={"failed_generation": "x"}),
    ),
    Shape(
        "a schema that is not taken",
        K.UNSUPPORTED,
        _GROQ,
        Told(400, "This model does not support response format `json_schema`.", param="response_format"),
        own={
            "lmstudio": Own(
                400,
                {"error": "'response_format.type' must be 'json_schema' or 'text'"},
                "github.com/LoadShine/tada/issues/16, 2026-01",
            ),
            "openrouter": Own(
                404,
                {"error": {"code": 404, "message": "No endpoints found that can handle the requested parameters."}},
                _OPENROUTER,
            ),
        },
        parameter="response_format",
    ),
    Shape(
        "the word JSON is missing",
        K.UNSUPPORTED,
        "github.com/reVrost/go-openrouter/pull/21, 2025-08",
        Told(
            400,
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            param="messages",
        ),
        parameter="response_format",
    ),
    Shape(
        "max tokens by another name",
        K.UNSUPPORTED,
        _OPENAI,
        Told(
            400,
            "Unsupported parameter: 'max_tokens' is not supported here. Use 'max_completion_tokens' instead.",
            code="unsupported_parameter",
            param="max_tokens",
        ),
        parameter="max_tokens",
    ),
    Shape(
        "a temperature that is not taken",
        K.UNSUPPORTED,
        _OPENAI,
        Told(
            400,
            "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) is supported.",
            code="unsupported_value",
            param="temperature",
        ),
        own={
            "anthropic": Own(
                400,
                {
                    "type": "error",
                    "error": {
                        "type": "invalid_request_error",
                        "message": "`temperature` is deprecated for this model.",
                    },
                },
                _ANTHROPIC,
            ),
        },
        parameter="temperature",
    ),
    Shape(
        "an unknown field",
        K.UNSUPPORTED,
        "github.com/SuzumiyaAkizuki/ComfyUI-NewBie-LLM-Formatter/issues/3, 2026-01",
        Told(400, 'Invalid JSON payload received. Unknown name "seed": Cannot find field.'),
        parameter="seed",
    ),
    Shape("a plain 400", K.INVALID_REQUEST, _OPENAI, Told(400, "Something about the request is wrong.")),
    Shape(
        "a request that is too big",
        K.INVALID_REQUEST,
        "RFC 9110 section 15.5.14, 2022-06",
        page=(413, "Request Entity Too Large"),
        content_type="text/plain",
    ),
    Shape("415", K.INVALID_REQUEST, "RFC 9110 section 15.5.16, 2022-06", Told(415, "Unsupported Media Type")),
    Shape(
        "422",
        K.INVALID_REQUEST,
        _GROQ,
        Told(422, "messages: field required"),
        own={
            "custom": Own(
                422,
                {"detail": [{"loc": ["body", "messages"], "msg": "field required", "type": "missing"}]},
                "fastapi.tiangolo.com/tutorial/handling-errors, read 2026-11",
            ),
        },
    ),
    Shape(
        "a request that arrived cut",
        K.CONNECTION,
        "inspect_ai src/inspect_ai/model/_providers/anthropic.py, read 2026-11",
        Told(400, "The request body is not valid JSON: unexpected end of data: line 1 column 90 (char 89)"),
    ),
)

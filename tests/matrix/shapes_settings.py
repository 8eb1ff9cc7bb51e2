"""Settings and requests that are not taken."""

from handai_errors import ErrorKind as K
from tests.matrix.dialect import Own, Told
from tests.matrix.shape import Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_GROQ = "console.groq.com/docs/errors, read 2026-11"

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
        "max tokens by their newer name",
        K.UNSUPPORTED,
        "github.com/editor-code-assistant/eca/issues/231, 2025-12",
        Told(400, "Unrecognized request argument supplied: max_completion_tokens"),
        parameter="max_completion_tokens",
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

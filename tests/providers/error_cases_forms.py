"""How real servers refuse the form in which an answer is asked for, word for word."""

from handai_errors import ErrorKind as K
from tests.providers.error_case import Case, anthropic_body, gemini_body, openai_body, router_body

_INVALID = "invalid_request_error"


def _refused(name: str, provider: str, status: int, body: object) -> Case:
    return Case(name, provider, status, body, K.UNSUPPORTED, parameter="response_format")


FORMS = (
    _refused("groq-schema", "groq", 400, openai_body("This model does not support response format `json_schema`.")),
    _refused("lmstudio-json", "lmstudio", 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}),
    _refused(
        "openai-json-word",
        "openai",
        400,
        openai_body(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            _INVALID,
            None,
            "messages",
        ),
    ),
    _refused(
        "openai-schema-model",
        "openai",
        400,
        openai_body(
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. Learn more "
            "about supported models at the Structured Outputs guide.",
            _INVALID,
        ),
    ),
    _refused(
        "openai-schema-keyword",
        "openai",
        400,
        openai_body(
            "Invalid schema for response_format 'answer': In context=('properties', 'a'), 'additionalProperties' is "
            "required to be supplied and to be false.",
            _INVALID,
            None,
            "response_format",
        ),
    ),
    _refused(
        "azure-schema-version",
        "azure",
        400,
        openai_body(
            "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later"
        ),
    ),
    _refused(
        "deepseek-schema",
        "custom",
        400,
        openai_body("This response_format type is unavailable now", _INVALID, _INVALID),
    ),
    _refused(
        "deepseek-schema-422",
        "custom",
        422,
        "Failed to deserialize the JSON body into the target type: response_format: This response_format type is "
        "unavailable now",
    ),
    _refused(
        "openrouter-parameters",
        "openrouter",
        404,
        router_body(
            404,
            "No endpoints found that can handle the requested parameters. To learn more about provider routing, visit: "
            "https://openrouter.ai/docs/provider-routing",
        ),
    ),
    _refused(
        "openrouter-upstream-schema",
        "openrouter",
        400,
        router_body(
            400,
            "Provider returned error",
            provider_name="Acme",
            raw='{"error":{"message":"Invalid schema for response_format \'answer\'"}}',
        ),
    ),
    _refused(
        "openrouter-in-200", "openrouter", 200, router_body(400, "This model does not support structured outputs")
    ),
    _refused(
        "groq-schema-keyword",
        "groq",
        400,
        openai_body(
            "invalid JSON schema for response_format: 'answer': /properties/a: `required` is missing", _INVALID
        ),
    ),
    _refused(
        "gemini-schema-keyword",
        "google",
        400,
        gemini_body(
            400,
            "INVALID_ARGUMENT",
            'Invalid JSON payload received. Unknown name "additionalProperties" at '
            "'generation_config.response_schema': Cannot find field.",
        ),
    ),
    _refused(
        "gemini-schema-states",
        "google",
        400,
        gemini_body(
            400,
            "INVALID_ARGUMENT",
            "The specified schema produces a constraint that has too many states for serving.",
        ),
    ),
    _refused(
        "vllm-grammar",
        "custom",
        400,
        openai_body("The provided JSON schema contains features not supported by xgrammar.", "BadRequestError"),
    ),
    _refused(
        "fastapi-extra",
        "custom",
        422,
        {
            "detail": [
                {"type": "extra_forbidden", "loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}
            ]
        },
    ),
    _refused(
        "fastapi-literal",
        "custom",
        422,
        {"detail": [{"loc": ["body", "response_format", "type"], "msg": "Input should be 'text' or 'json_object'"}]},
    ),
    _refused(
        "llamacpp-type",
        "custom",
        400,
        {
            "error": {
                "code": 400,
                "message": 'response_format type must be one of "text" or "json_object", but got: json_schema',
                "type": _INVALID,
            }
        },
    ),
    _refused(
        "llamacpp-schema",
        "custom",
        400,
        {
            "error": {
                "code": 400,
                "message": "Unable to generate parser for this template. Automatic parser generation failed: JSON "
                "schema error at #/properties/a: unrecognized type banana",
                "type": _INVALID,
            }
        },
    ),
    _refused(
        "llamacpp-grammar",
        "custom",
        400,
        {"error": {"code": 400, "message": "Failed to initialize samplers: failed to parse grammar", "type": _INVALID}},
    ),
    _refused("ollama-schema", "ollama", 500, openai_body("invalid JSON schema in format", "api_error")),
    _refused(
        "litellm-parameters",
        "custom",
        400,
        openai_body(
            "litellm.UnsupportedParamsError: bedrock does not support parameters: ['response_format'], for model=m"
        ),
    ),
    _refused(
        "anthropic-schema", "anthropic", 400, anthropic_body(_INVALID, "response_format.json_schema: Field required")
    ),
    Case(
        "groq-generation-is-an-answer",
        "groq",
        400,
        {
            "error": {
                "message": "Generated JSON does not match the expected schema for response_format",
                "type": _INVALID,
                "code": "json_validate_failed",
                "failed_generation": '{"a": 1',
            }
        },
        K.INVALID_OUTPUT,
    ),
    Case(
        "llamacpp-temperature",
        "custom",
        400,
        {
            "error": {
                "code": 400,
                "message": "Field 'temperature': [json.exception.type_error.302] type must be number, but is string",
                "type": _INVALID,
            }
        },
        K.INVALID_REQUEST,
    ),
    Case(
        "one-temperature",
        "custom",
        400,
        openai_body("invalid temperature: only 1 is allowed for this model", _INVALID),
        K.UNSUPPORTED,
        parameter="temperature",
    ),
    Case(
        "fastapi-seed",
        "custom",
        422,
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
        K.UNSUPPORTED,
        parameter="seed",
    ),
)

"""Bodies about settings and unreadable answers."""

from handai_errors import ErrorKind as K
from tests.providers.error_case import CHAT, Case, anthropic_body, choice_body, openai_body

REQUESTS = (
    Case(
        "groq-json",
        "groq",
        400,
        {
            "error": {
                "message": "Failed to validate JSON",
                "type": "invalid_request_error",
                "code": "json_validate_failed",
                "failed_generation": "{bad",
            }
        },
        K.INVALID_OUTPUT,
    ),
    Case(
        "openai-max-tokens",
        "openai",
        400,
        openai_body(
            "Unsupported parameter: 'max_tokens' is not supported here. Use 'max_completion_tokens' instead.",
            "invalid_request_error",
            "unsupported_parameter",
            "max_tokens",
        ),
        K.UNSUPPORTED,
        parameter="max_tokens",
        says="max_tokens",
    ),
    Case(
        "openai-temperature",
        "openai",
        400,
        openai_body(
            "Unsupported value: 'temperature' does not support 0.5 with this model.",
            "invalid_request_error",
            "unsupported_value",
            "temperature",
        ),
        K.UNSUPPORTED,
        parameter="temperature",
    ),
    Case(
        "anthropic-temperature",
        "anthropic",
        400,
        anthropic_body("invalid_request_error", "`temperature` is deprecated for this model."),
        K.UNSUPPORTED,
        parameter="temperature",
    ),
    Case(
        "cerebras-seed", "custom", 400, openai_body("property 'seed' is unsupported"), K.UNSUPPORTED, parameter="seed"
    ),
    Case("plain-400", "openai", 400, openai_body("Something is wrong", "invalid_request_error"), K.INVALID_REQUEST),
    Case("plain-413", "custom", 413, "Request Entity Too Large", K.INVALID_REQUEST, content_type="text/plain"),
    Case("plain-415", "custom", 415, {"detail": "Unsupported Media Type"}, K.INVALID_REQUEST),
    Case(
        "fastapi-422",
        "custom",
        422,
        {"detail": [{"loc": ["body", "model"], "msg": "field required"}]},
        K.INVALID_REQUEST,
        says="field required",
    ),
    Case(
        "groq-422",
        "groq",
        422,
        {"error": {"message": "Hallucinated tool", "type": "invalid_request_error", "failed_generation": "x"}},
        K.INVALID_OUTPUT,
    ),
    Case(
        "anthropic-cut-upload",
        "anthropic",
        400,
        anthropic_body("invalid_request_error", "The request body is not valid JSON: unexpected end of data"),
        K.CONNECTION,
    ),
)


MALFORMED = (
    Case(
        "html",
        "custom",
        200,
        "<html><body>Sign in</body></html>",
        K.MALFORMED_RESPONSE,
        content_type="text/html",
        says="text/html",
    ),
    Case("html-as-json", "custom", 200, "<html>oops</html>", K.MALFORMED_RESPONSE, says="network sign-in"),
    Case("empty", "custom", 200, "", K.MALFORMED_RESPONSE, says="empty"),
    Case("cut", "custom", 200, '{"id": "x", "choices": [{"mess', K.MALFORMED_RESPONSE, says="not JSON"),
    Case("bad-utf8", "custom", 200, b'{"id":"\xff\xfe"}', K.MALFORMED_RESPONSE),
    Case("list", "custom", 200, [1, 2], K.MALFORMED_RESPONSE),
    Case("string", "custom", 200, '"hello"', K.MALFORMED_RESPONSE),
    Case("no-choices", "custom", 200, {"id": "x"}, K.MALFORMED_RESPONSE),
    Case("choices-null", "custom", 200, {**CHAT, "choices": None}, K.MALFORMED_RESPONSE),
    Case("choices-empty", "custom", 200, {**CHAT, "choices": []}, K.MALFORMED_RESPONSE),
    Case("choices-of-strings", "custom", 200, {**CHAT, "choices": ["x"]}, K.MALFORMED_RESPONSE),
    Case("no-message", "custom", 200, choice_body(message=None), K.MALFORMED_RESPONSE),
)

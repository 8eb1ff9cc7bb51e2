"""Bodies about the model and the request."""

from handai_errors import ErrorKind as K
from tests.providers.error_case import Case, anthropic_body, gemini_body, openai_body, router_body

MODELS = (
    Case(
        "openai",
        "openai",
        404,
        openai_body("The model `x` does not exist or you do not have access", None, "model_not_found"),
        K.MODEL_NOT_FOUND,
    ),
    Case("anthropic", "anthropic", 404, anthropic_body("not_found_error", "model: claude-x"), K.MODEL_NOT_FOUND),
    Case(
        "ollama",
        "ollama",
        404,
        openai_body("model 'zz' not found", "api_error"),
        K.MODEL_NOT_FOUND,
        says="ollama pull asked-model",
    ),
    Case("ollama-string", "ollama", 404, {"error": 'model "zz" not found, try pulling it first'}, K.MODEL_NOT_FOUND),
    Case("openrouter-id", "openrouter", 400, router_body(400, "x/y is not a valid model ID"), K.MODEL_NOT_FOUND),
    Case(
        "openrouter-availability",
        "openrouter",
        400,
        router_body(400, "Gone", {"code": "model_not_found", "retryable": False, "fallback_models": ["a/b", "c/d"]}),
        K.MODEL_NOT_FOUND,
        says="a/b, c/d",
    ),
    Case("openrouter-endpoints", "openrouter", 404, router_body(404, "No endpoints found for x/y."), K.MODEL_NOT_FOUND),
    Case(
        "openrouter-deprecated",
        "openrouter",
        404,
        router_body(404, "Deprecated", error_type="model_deprecated"),
        K.MODEL_NOT_FOUND,
    ),
    Case(
        "openrouter-free-ended",
        "openrouter",
        404,
        router_body(404, "Ended", error_type="free_variant_ended"),
        K.MODEL_NOT_FOUND,
    ),
    Case(
        "openrouter-privacy",
        "openrouter",
        404,
        router_body(404, "Excluded", error_type="privacy_restricted"),
        K.MODEL_NOT_FOUND,
        says="settings/privacy",
    ),
    Case(
        "azure",
        "azure",
        404,
        {"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}},
        K.MODEL_NOT_FOUND,
        says="deployment",
    ),
    Case(
        "groq-decommissioned",
        "groq",
        400,
        openai_body("The model `x` has been decommissioned", "invalid_request_error", "model_decommissioned"),
        K.MODEL_NOT_FOUND,
    ),
    Case(
        "gemini",
        "google",
        404,
        [gemini_body(404, "NOT_FOUND", "models/gemini-x is not found for API version v1main")],
        K.MODEL_NOT_FOUND,
    ),
    Case(
        "vllm",
        "custom",
        404,
        {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404},
        K.MODEL_NOT_FOUND,
    ),
    Case(
        "lmstudio-200",
        "lmstudio",
        200,
        {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
        K.WRONG_ENDPOINT,
    ),
    Case(
        "openrouter-wrong",
        "openrouter",
        400,
        router_body(400, "Use /chat", error_type="wrong_endpoint"),
        K.WRONG_ENDPOINT,
    ),
    Case("html-404", "custom", 404, "<html>Not Found</html>", K.WRONG_ENDPOINT, content_type="text/html"),
    Case("fastapi-404", "custom", 404, {"detail": "Not Found"}, K.WRONG_ENDPOINT),
    Case(
        "openai-404",
        "openai",
        404,
        openai_body("Invalid URL (POST /chat/completions)", "invalid_request_error"),
        K.WRONG_ENDPOINT,
    ),
    Case(
        "llamacpp-404",
        "custom",
        404,
        {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}},
        K.WRONG_ENDPOINT,
    ),
    Case("405", "custom", 405, {"detail": "Method Not Allowed"}, K.WRONG_ENDPOINT),
    Case("redirect", "custom", 307, "", K.WRONG_ENDPOINT, {"Location": "http://127.0.0.1:9/x"}, says="does not follow"),
)


LENGTHS = (
    Case(
        "openai",
        "openai",
        400,
        openai_body("This model's maximum context length is 8192 tokens", None, "context_length_exceeded"),
        K.CONTEXT_LENGTH,
    ),
    Case(
        "anthropic",
        "anthropic",
        400,
        anthropic_body("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        K.CONTEXT_LENGTH,
    ),
    Case(
        "anthropic-input",
        "anthropic",
        400,
        anthropic_body("invalid_request_error", "Input is too long for requested model"),
        K.CONTEXT_LENGTH,
    ),
    Case(
        "anthropic-sum",
        "anthropic",
        400,
        anthropic_body("invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 3"),
        K.CONTEXT_LENGTH,
    ),
    Case(
        "groq",
        "groq",
        400,
        openai_body("Please reduce the length of the messages or completion.", "invalid_request_error"),
        K.CONTEXT_LENGTH,
    ),
    Case(
        "deepseek", "custom", 400, openai_body("This model's maximum context length is 131072 tokens"), K.CONTEXT_LENGTH
    ),
    Case(
        "together-403",
        "together",
        403,
        openai_body("Input token count + max_tokens must be less than the context length of the model"),
        K.CONTEXT_LENGTH,
    ),
    Case(
        "llamacpp",
        "custom",
        400,
        openai_body("the request exceeds the available context size, try increasing it", "exceed_context_size_error"),
        K.CONTEXT_LENGTH,
    ),
    Case(
        "lmstudio",
        "lmstudio",
        400,
        {"error": "The number of tokens to keep exceeds the available context size"},
        K.CONTEXT_LENGTH,
    ),
    Case(
        "gemini-500",
        "google",
        500,
        [gemini_body(500, "INTERNAL", "Internal error: input context too long")],
        K.CONTEXT_LENGTH,
    ),
    Case(
        "openrouter-quoted",
        "openrouter",
        400,
        router_body(400, "Provider returned error", provider_name="Acme", raw='{"error":"prompt is too long"}'),
        K.CONTEXT_LENGTH,
    ),
)


FILTERS = (
    Case(
        "azure",
        "azure",
        400,
        {
            "error": {
                "message": "The response was filtered",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
        K.CONTENT_FILTER,
    ),
    *(
        Case(f"openai-{code}", "openai", 400, openai_body("Blocked", "invalid_request_error", code), K.CONTENT_FILTER)
        for code in ("content_policy_violation", "invalid_prompt", "cyber_policy")
    ),
    Case(
        "openrouter-policy",
        "openrouter",
        400,
        router_body(400, "Blocked", error_type="content_policy_violation"),
        K.CONTENT_FILTER,
    ),
    Case("openrouter-refusal", "openrouter", 400, router_body(400, "Blocked", error_type="refusal"), K.CONTENT_FILTER),
    Case(
        "anthropic",
        "anthropic",
        400,
        anthropic_body("invalid_request_error", "Output blocked by content filtering policy"),
        K.CONTENT_FILTER,
    ),
)

"""OpenRouter's own vocabulary, word by word.

From OpenRouterTeam/docs 06e180af, api_reference/errors-and-debugging.mdx, read 2026-11.
Each word comes with its status before the model begins, and inside an answer with status 200 afterwards.
"""

from handai_errors import ErrorKind as K
from tests.providers.error_case import Case, choice_body, router_body

_TYPES: tuple[tuple[str, int, K, K], ...] = (  # word, status, kind as a refusal, kind inside an answer
    ("context_length_exceeded", 400, K.CONTEXT_LENGTH, K.CONTEXT_LENGTH),
    ("max_tokens_exceeded", 400, K.LENGTH, K.LENGTH),
    ("token_limit_exceeded", 400, K.CREDITS, K.CREDITS),
    ("string_too_long", 400, K.CONTEXT_LENGTH, K.CONTEXT_LENGTH),
    ("authentication", 401, K.AUTH, K.AUTH),
    ("permission_denied", 403, K.PERMISSION, K.PERMISSION),
    ("payment_required", 402, K.CREDITS, K.CREDITS),
    ("rate_limit_exceeded", 429, K.RATE_LIMIT, K.RATE_LIMIT),
    ("provider_overloaded", 503, K.OVERLOADED, K.UPSTREAM),
    ("provider_unavailable", 502, K.OVERLOADED, K.UPSTREAM),
    ("invalid_request", 400, K.INVALID_REQUEST, K.INVALID_REQUEST),
    ("invalid_prompt", 400, K.INVALID_REQUEST, K.INVALID_REQUEST),
    ("not_found", 404, K.MODEL_NOT_FOUND, K.MODEL_NOT_FOUND),
    ("precondition_failed", 412, K.INVALID_REQUEST, K.INVALID_REQUEST),
    ("payload_too_large", 413, K.INVALID_REQUEST, K.INVALID_REQUEST),
    ("unprocessable", 422, K.INVALID_REQUEST, K.INVALID_REQUEST),
    ("content_policy_violation", 400, K.CONTENT_FILTER, K.CONTENT_FILTER),
    ("refusal", 400, K.CONTENT_FILTER, K.CONTENT_FILTER),
    ("image_not_found", 404, K.INVALID_REQUEST, K.INVALID_REQUEST),
    ("server", 500, K.OVERLOADED, K.UPSTREAM),
    ("timeout", 504, K.TIMEOUT, K.TIMEOUT),
    ("unmapped", 500, K.OVERLOADED, K.UPSTREAM),
)

TYPED = (
    *(
        Case(f"typed-{word}", "openrouter", status, router_body(status, "It failed", error_type=word), kind)
        for word, status, kind, _ in _TYPES
    ),
    *(
        Case(
            f"typed-{word}-inside",
            "openrouter",
            200,
            choice_body(finish_reason="error", **router_body(status, "It broke off", error_type=word)),
            kind,
        )
        for word, status, _, kind in _TYPES
    ),
    Case(
        "guardrail-patterns",
        "openrouter",
        403,
        router_body(
            403,
            "Request blocked: prompt injection patterns detected",
            patterns=["ignore all previous instructions"],
        ),
        K.MODERATION,
    ),
)

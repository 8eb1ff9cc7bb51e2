"""Bodies about limits and about providers that are down."""

from handai_errors import ErrorKind as K
from tests.providers.error_case import (
    RETRY_INFO,
    Case,
    anthropic_body,
    choice_body,
    exceeded_quota,
    gemini_body,
    openai_body,
    router_body,
)

LIMITS = (
    Case(
        "openai",
        "openai",
        429,
        openai_body("Rate limit reached", "requests", "rate_limit_exceeded"),
        K.RATE_LIMIT,
        {"Retry-After": "7"},
        7.0,
    ),
    Case(
        "milliseconds",
        "azure",
        429,
        openai_body("Too many", None, "429"),
        K.RATE_LIMIT,
        {"retry-after-ms": "1500", "Retry-After": "2"},
        1.5,
    ),
    Case(
        "from-reset-header",
        "groq",
        429,
        openai_body("Rate limit reached", "tokens", "rate_limit_exceeded"),
        K.RATE_LIMIT,
        {
            "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "7.66s",
            "x-ratelimit-reset-requests": "2m59s",
        },
        7.66,
    ),
    Case("groq-capacity", "groq", 498, openai_body("Capacity", None, "capacity_exceeded"), K.RATE_LIMIT),
    Case(
        "gemini-retry-info",
        "google",
        429,
        [
            gemini_body(
                429, "RESOURCE_EXHAUSTED", "Quota", exceeded_quota("GenerateRequestsPerMinutePerProject"), RETRY_INFO
            )
        ],
        K.RATE_LIMIT,
        retry_after_s=37.0,
    ),
    Case("gemini-503", "google", 503, [gemini_body(503, "RESOURCE_EXHAUSTED", "Busy")], K.RATE_LIMIT),
    Case(
        "anthropic",
        "anthropic",
        429,
        anthropic_body("rate_limit_error", "Too many"),
        K.RATE_LIMIT,
        {"retry-after": "4"},
        4.0,
    ),
    Case("no-body", "custom", 429, "", K.RATE_LIMIT),
    Case(
        "gemini-daily",
        "google",
        429,
        [
            gemini_body(
                429,
                "RESOURCE_EXHAUSTED",
                "Quota",
                exceeded_quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
                RETRY_INFO,
            )
        ],
        K.DAILY_QUOTA,
        retry_after_s=37.0,
    ),
    Case(
        "groq-daily",
        "groq",
        429,
        openai_body("Rate limit reached on requests per day (RPD): Limit 1000", "requests", "rate_limit_exceeded"),
        K.DAILY_QUOTA,
        {"Retry-After": "600"},
        600.0,
    ),
    Case(
        "groq-daily-tokens",
        "groq",
        429,
        openai_body("Rate limit reached on tokens per day (TPD)", "tokens"),
        K.DAILY_QUOTA,
    ),
    Case(
        "openrouter-free",
        "openrouter",
        429,
        router_body(429, "Rate limit exceeded: free-models-per-day"),
        K.DAILY_QUOTA,
    ),
    Case(
        "groq-413",
        "groq",
        413,
        openai_body(
            "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9000",
            "tokens",
            "rate_limit_exceeded",
        ),
        K.REQUEST_TOO_LARGE,
    ),
    Case(
        "openai-429-too-large",
        "openai",
        429,
        openai_body(
            "Request too large for m on tokens per min (TPM): Limit 30000, Requested 40000.",
            "tokens",
            "rate_limit_exceeded",
        ),
        K.REQUEST_TOO_LARGE,
    ),
)


DOWN = (
    *(
        Case(f"status-{status}", "custom", status, openai_body("Something broke", "server_error"), K.OVERLOADED)
        for status in (500, 502, 503, 504, 520, 521, 522, 523, 524, 529)
    ),
    Case("anthropic-529", "anthropic", 529, anthropic_body("overloaded_error", "Overloaded"), K.OVERLOADED),
    Case(
        "openai-slow-down",
        "openai",
        503,
        openai_body("Slow down", None, "slow_down"),
        K.OVERLOADED,
        {"Retry-After": "2"},
        2.0,
    ),
    Case("openai-overloaded", "openai", 503, openai_body("Overloaded", None, "server_is_overloaded"), K.OVERLOADED),
    Case(
        "openrouter-502",
        "openrouter",
        502,
        router_body(502, "Provider returned error", error_type="provider_unavailable"),
        K.OVERLOADED,
    ),
    Case(
        "openrouter-503",
        "openrouter",
        503,
        router_body(
            503,
            "No provider",
            {"code": "overloaded", "retryable": True, "retry_after": 5},
            error_type="provider_overloaded",
        ),
        K.OVERLOADED,
        retry_after_s=5.0,
    ),
    Case(
        "ollama-503",
        "ollama",
        503,
        {"error": "server busy, please try again. maximum pending requests exceeded"},
        K.OVERLOADED,
    ),
    Case("html-502", "together", 502, "<html><body>Bad gateway</body></html>", K.OVERLOADED, content_type="text/html"),
    Case(
        "openrouter-upstream",
        "openrouter",
        500,
        router_body(500, "Provider returned error", provider_name="Acme", raw="boom"),
        K.UPSTREAM,
        says="Acme",
    ),
    Case(
        "200-with-error",
        "openrouter",
        200,
        router_body(502, "Provider returned error", error_type="provider_unavailable"),
        K.UPSTREAM,
    ),
    Case(
        "200-choice-error",
        "openrouter",
        200,
        choice_body(finish_reason="error", error={"code": 502, "message": "Provider disconnected"}),
        K.UPSTREAM,
    ),
    Case("200-finish-error", "openrouter", 200, choice_body(finish_reason="error"), K.UPSTREAM),
    Case(
        "200-upstream-429",
        "openrouter",
        200,
        router_body(429, "Provider returned error", provider_name="Acme"),
        K.RATE_LIMIT,
    ),
    Case("408", "openrouter", 408, router_body(408, "Timed out", error_type="timeout"), K.TIMEOUT, says="time-out"),
    Case("anthropic-504", "anthropic", 504, anthropic_body("timeout_error", "Timed out"), K.TIMEOUT),
    Case("openrouter-504", "openrouter", 504, router_body(504, "Gateway", provider_name="Acme"), K.TIMEOUT),
)

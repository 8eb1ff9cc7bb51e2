"""Bodies about keys, permissions and money."""

from handai_errors import ErrorKind as K
from tests.providers.error_case import BAD_GEMINI_KEY, Case, anthropic_body, gemini_body, openai_body, router_body

AUTH = (
    Case(
        "openai",
        "openai",
        401,
        openai_body("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
        K.AUTH,
    ),
    Case(
        "openrouter-cookie", "openrouter", 401, router_body(401, "No cookie auth credentials found"), K.AUTH, says="key"
    ),
    Case("openrouter-none", "openrouter", 401, router_body(401, "No auth credentials found"), K.AUTH),
    Case("openrouter-user", "openrouter", 401, router_body(401, "User not found."), K.AUTH),
    Case("gemini-list", "google", 400, [BAD_GEMINI_KEY], K.AUTH, says="aistudio.google.com"),
    Case("gemini-dict", "google", 400, BAD_GEMINI_KEY, K.AUTH),
    Case(
        "gemini-two-credentials",
        "google",
        400,
        [gemini_body(400, "INVALID_ARGUMENT", "Multiple authentication credentials received.")],
        K.AUTH,
        says="not take every new key",
    ),
    Case("together-400", "together", 400, openai_body("Invalid API key provided", "invalid_request_error"), K.AUTH),
    Case(
        "azure",
        "azure",
        401,
        {"statusCode": 401, "message": "Access denied due to invalid subscription key or wrong API endpoint."},
        K.AUTH,
    ),
    Case("anthropic", "anthropic", 401, anthropic_body("authentication_error", "invalid x-api-key"), K.AUTH),
    Case("groq", "groq", 401, openai_body("Invalid API Key", "invalid_request_error", "invalid_api_key"), K.AUTH),
    Case("plain-text", "custom", 401, "Unauthorized", K.AUTH, content_type="text/plain"),
    Case("in-a-200", "openrouter", 200, router_body(401, "No auth credentials found"), K.AUTH),
)


PERMISSION = (
    Case(
        "openai-country",
        "openai",
        403,
        openai_body(
            "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"
        ),
        K.PERMISSION,
    ),
    Case(
        "openai-address", "openai", 401, openai_body("Your IP is not on the allow list"), K.PERMISSION, says="address"
    ),
    Case(
        "anthropic", "anthropic", 403, anthropic_body("permission_error", "Your API key lacks permission"), K.PERMISSION
    ),
    Case(
        "gemini",
        "google",
        403,
        [gemini_body(403, "PERMISSION_DENIED", "The caller does not have permission")],
        K.PERMISSION,
    ),
    Case(
        "openrouter-region",
        "openrouter",
        403,
        router_body(403, "Blocked", error_type="region_restricted"),
        K.PERMISSION,
    ),
    Case("openrouter-guardrail", "openrouter", 403, router_body(403, "Blocked by guardrail"), K.PERMISSION),
    Case(
        "azure-network",
        "azure",
        403,
        {"error": {"code": "AccessDenied", "message": "Access denied due to Virtual Network/Firewall rules."}},
        K.PERMISSION,
    ),
)


MODERATION = (
    Case(
        "openrouter-reasons",
        "openrouter",
        403,
        router_body(403, "Flagged", reasons=["violence"], flagged_input="x"),
        K.MODERATION,
    ),
    Case("openrouter-patterns", "openrouter", 403, router_body(403, "Blocked", patterns=["secret"]), K.MODERATION),
)


MONEY = (
    Case(
        "openrouter-key-limit",
        "openrouter",
        403,
        router_body(403, "Key limit exceeded", limit_source="openrouter_key_limit", resets_at="2026-12-01T00:00:00Z"),
        K.SPEND_CAP,
        says="2026-12-01",
    ),
    Case(
        "openrouter-guardrail-budget",
        "openrouter",
        403,
        router_body(403, "Budget", limit_source="openrouter_guardrail_budget"),
        K.SPEND_CAP,
    ),
    Case(
        "openrouter-workspace-budget",
        "openrouter",
        403,
        router_body(403, "Budget", limit_source="openrouter_workspace_budget"),
        K.SPEND_CAP,
    ),
    Case(
        "anthropic-cap",
        "anthropic",
        429,
        anthropic_body("rate_limit_error", "Limit reached", error_code="enforced_spend_limit_reached"),
        K.SPEND_CAP,
    ),
    Case(
        "anthropic-spend", "anthropic", 400, anthropic_body("invalid_request_error", "Spend limit reached"), K.SPEND_CAP
    ),
    *(
        Case(f"openai-{code}", "openai", 429, openai_body("You exceeded it", code, code), K.CREDITS, says="billing")
        for code in (
            "insufficient_quota",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
        )
    ),
    Case("openai-by-type-only", "openai", 429, openai_body("You exceeded it", "insufficient_quota"), K.CREDITS),
    Case("anthropic-402", "anthropic", 402, anthropic_body("billing_error", "Payment required"), K.CREDITS),
    Case(
        "anthropic-balance",
        "anthropic",
        400,
        anthropic_body("invalid_request_error", "Your credit balance is too low"),
        K.CREDITS,
    ),
    Case("together-402", "together", 402, openai_body("Payment required"), K.CREDITS),
    Case("gemini-402", "google", 402, [gemini_body(402, "RESOURCE_EXHAUSTED", "Prepaid credit is used up")], K.CREDITS),
    Case("deepseek-402", "custom", 402, openai_body("Insufficient Balance", "unknown_error"), K.CREDITS),
    Case(
        "openrouter-402",
        "openrouter",
        402,
        router_body(402, "Insufficient credits"),
        K.CREDITS,
        says="settings/credits",
    ),
    Case(
        "openrouter-weight",
        "openrouter",
        402,
        router_body(402, "Too costly", error_type="weight_exceeds_budget", limit_source="openrouter_credits"),
        K.CREDITS,
        says="max tokens",
    ),
    Case(
        "openrouter-in-flight",
        "openrouter",
        402,
        router_body(402, "In flight", limit_source="openrouter_in_flight_budget"),
        K.IN_FLIGHT_BUDGET,
        headers={"Retry-After": "3"},
        retry_after_s=3.0,
    ),
    Case(
        "openrouter-in-flight-without-a-wait",
        "openrouter",
        402,
        router_body(402, "In flight", limit_source="openrouter_in_flight_budget"),
        K.CREDITS,
    ),
)

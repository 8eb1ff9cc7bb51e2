"""Limits of rates and quotas."""

from handai_errors import ErrorKind as K
from tests.matrix.dialect import Own, Told
from tests.matrix.shape import Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_GOOGLE = "ai.google.dev/gemini-api/docs/generate-content/api-errors, read 2026-11"
_GOOGLE_LIMITS = "ai.google.dev/gemini-api/docs/rate-limits, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_GROQ = "console.groq.com/docs/errors, read 2026-11"
_GROQ_LIMITS = "console.groq.com/docs/rate-limits, read 2026-11"


def _google_quota(quota: str, delay: str) -> list[dict[str, object]]:
    kind = "type.googleapis.com/google.rpc."
    details = [
        {"@type": f"{kind}QuotaFailure", "violations": [{"quotaId": quota}]},
        {"@type": f"{kind}RetryInfo", "retryDelay": delay},
    ]
    message = "You exceeded your current quota, please check your plan and billing details."
    return [{"error": {"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": details}}]


LIMITS = (
    Shape(
        "429 with Retry-After",
        K.RATE_LIMIT,
        _OPENAI,
        Told(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded"),
        own={
            "google": Own(
                429,
                _google_quota("GenerateRequestsPerMinutePerProjectPerModel", "7s"),
                _GOOGLE_LIMITS,
            ),
            "openrouter": Own(
                429,
                {
                    "error": {
                        "message": "Provider returned error",
                        "code": 429,
                        "metadata": {
                            "raw": "z-ai/glm-5.3-flash is temporarily rate-limited upstream. Please retry shortly.",
                            "provider_name": "BaseTen",
                            "limit_source": "upstream_provider_shared_pool",
                            "remedy_hint": "Retry shortly, or route to another provider",
                        },
                    }
                },
                "github.com/open-webui/computer/issues/293, 2026-09",
            ),
        },
        headers={"Retry-After": "7"},
        waits_s=7.0,
    ),
    Shape(
        "429 with retry-after-ms",
        K.RATE_LIMIT,
        "learn.microsoft.com/azure/ai-services/openai/quotas-limits, read 2026-11",
        Told(429, "Requests have exceeded the call rate limit. Please retry later."),
        headers={"retry-after-ms": "1500", "Retry-After": "2"},
        waits_s=1.5,
    ),
    Shape(
        "429 with reset headers",
        K.RATE_LIMIT,
        _GROQ_LIMITS,
        Told(429, "Rate limit reached for model `asked-model`.", "tokens", "rate_limit_exceeded"),
        headers={
            "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "7.66s",
            "x-ratelimit-reset-requests": "2m59s",
        },
        waits_s=7.66,
    ),
    Shape("429 without a word", K.RATE_LIMIT, "RFC 6585 section 4, 2012-04", page=(429, "")),
    Shape(
        "429 with the wait in the body",
        K.RATE_LIMIT,
        _GOOGLE_LIMITS,
        Told(
            429,
            "Too many requests",
            more={"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}]},
        ),
        own={
            "anthropic": Own(
                429,
                {"type": "error", "error": {"type": "rate_limit_error", "message": "Number of requests has exceeded"}},
                _ANTHROPIC,
                {"retry-after": "37"},
            ),
            "openrouter": Own(
                429,
                {
                    "error": {
                        "code": 429,
                        "message": "Rate limited",
                        "availability": {"code": "rate_limited", "retryable": True, "retry_after": 37},
                    }
                },
                _OPENROUTER,
            ),
        },
        waits_s=37.0,
    ),
    Shape("498 over capacity", K.RATE_LIMIT, _GROQ, Told(498, "Flex tier capacity exceeded", code="capacity_exceeded")),
    Shape(
        "503 resource exhausted", K.RATE_LIMIT, _GOOGLE, Told(503, "Resource has been exhausted.", "RESOURCE_EXHAUSTED")
    ),
    Shape(
        "a day's requests are used up",
        K.DAILY_QUOTA,
        _GROQ_LIMITS,
        Told(429, "Rate limit reached on requests per day (RPD): Limit 1000, Used 1000", "requests"),
        own={
            "google": Own(
                429,
                _google_quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "600s"),
                _GOOGLE_LIMITS,
            ),
            "openrouter": Own(
                429,
                {"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-day. Add 10 credits."}},
                _OPENROUTER,
            ),
        },
        headers={"Retry-After": "600"},
        waits_s=600.0,
    ),
    Shape(
        "a day's tokens are used up",
        K.DAILY_QUOTA,
        _GROQ_LIMITS,
        Told(429, "Rate limit reached on tokens per day (TPD): Limit 100000", "tokens", "rate_limit_exceeded"),
    ),
    Shape(
        "413 larger than a minute's tokens",
        K.REQUEST_TOO_LARGE,
        "inspect_ai src/inspect_ai/model/_providers/groq.py, read 2026-11",
        Told(
            413,
            "Request too large for model `asked-model` on tokens per minute (TPM): Limit 6000, Requested 9000",
            "tokens",
            "rate_limit_exceeded",
        ),
    ),
    Shape(
        "429 larger than a minute's tokens",
        K.REQUEST_TOO_LARGE,
        "inspect_ai src/inspect_ai/model/_openai.py:1123, read 2026-11",
        Told(
            429,
            "Request too large for asked-model on tokens per min (TPM): Limit 30000, Requested 40000.",
            "tokens",
            "rate_limit_exceeded",
        ),
    ),
)

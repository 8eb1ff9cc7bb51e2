"""Money: limits on spending, and no credit left."""

from handai_errors import ErrorKind as K
from tests.matrix.dialect import Own, Told
from tests.matrix.shape import Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_GOOGLE = "ai.google.dev/gemini-api/docs/generate-content/api-errors, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_LIMITS = "openrouter.ai/docs/use-cases/limits, read 2026-11"


def _limit(source: str) -> dict[str, object]:
    return {"limit_source": source, "resets_at": "2026-12-01T00:00:00Z"}


MONEY = (
    Shape(
        "a key's spending limit",
        K.SPEND_CAP,
        _LIMITS,
        Told(403, "Key limit exceeded", more={"metadata": _limit("openrouter_key_limit")}),
        own={
            "openrouter": Own(
                403,
                {"error": {"code": 403, "message": "Key limit exceeded", "metadata": _limit("openrouter_key_limit")}},
                _LIMITS,
            ),
        },
    ),
    Shape(
        "an enforced spending limit",
        K.SPEND_CAP,
        _ANTHROPIC,
        Told(429, "Your organization's limit is reached.", code="enforced_spend_limit_reached"),
    ),
    Shape("a spending limit as a bad request", K.SPEND_CAP, _ANTHROPIC, Told(400, "Spend limit reached")),
    Shape(
        "a quota that is used up",
        K.CREDITS,
        "learn.microsoft.com dev-proxy openai-insufficient-quota, read 2026-11",
        Told(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            "insufficient_quota",
        ),
    ),
    *(
        Shape(f"429 {code}", K.CREDITS, _OPENAI, Told(429, "You have no budget left.", code, code))
        for code in (
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
        )
    ),
    Shape(
        "payment required",
        K.CREDITS,
        _ANTHROPIC,
        Told(402, "Payment required."),
        own={
            "openrouter": Own(
                402,
                {"error": {"code": 402, "message": "Insufficient credits. Add more to go on."}},
                _OPENROUTER,
            ),
            "google": Own(
                402,
                [
                    {
                        "error": {
                            "code": 402,
                            "message": "Your prepaid credit is used up.",
                            "status": "RESOURCE_EXHAUSTED",
                        }
                    }
                ],
                _GOOGLE,
            ),
            "custom": Own(
                402,
                {
                    "error": {
                        "message": "Insufficient Balance",
                        "type": "unknown_error",
                        "code": "invalid_request_error",
                    }
                },
                "api-docs.deepseek.com/quick_start/error_codes, read 2026-11",
            ),
        },
    ),
    Shape(
        "a balance that is too low",
        K.CREDITS,
        _ANTHROPIC,
        Told(400, "Your credit balance is too low to access the API. Please go to Plans & Billing."),
    ),
    Shape(
        "all credits used, said with 429",
        K.CREDITS,
        "github.com/continuedev/continue/issues/10740, 2026-02",
        Told(
            429,
            "Your team has either used all available credits or reached its monthly spending limit. To continue making "
            "API requests, please purchase more credits or raise your spending limit.",
        ),
        own={
            "google": Own(
                429,
                [
                    {
                        "error": {
                            "code": 429,
                            "message": "Your prepayment credits are depleted. Please go to AI Studio at "
                            "https://ai.studio/projects to manage your project and billing.",
                            "status": "RESOURCE_EXHAUSTED",
                        }
                    }
                ],
                "discuss.ai.google.dev/t/170539, 2026-06",
            ),
        },
    ),
    Shape(
        "a usage limit of one's own",
        K.SPEND_CAP,
        "developersdigest.tech/errors/api/anthropic-api, read 2026-11",
        Told(
            400, "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
        ),
    ),
    Shape(
        "a request dearer than the credit",
        K.CREDITS,
        _LIMITS,
        Told(402, "This request needs more credits, or fewer max_tokens.", code="weight_exceeds_budget"),
    ),
    Shape(
        "too much spending in flight",
        K.IN_FLIGHT_BUDGET,
        _LIMITS,
        Told(402, "In-flight budget reached", more={"metadata": {"limit_source": "openrouter_in_flight_budget"}}),
        own={
            "openrouter": Own(
                402,
                {
                    "error": {
                        "code": 402,
                        "message": "In-flight budget reached",
                        "metadata": {"limit_source": "openrouter_in_flight_budget"},
                    }
                },
                _LIMITS,
            ),
        },
        headers={"Retry-After": "3"},
        waits_s=3.0,
    ),
)

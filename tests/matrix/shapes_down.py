"""Providers, and those behind them, that are down."""

from handai_errors import ErrorKind as K
from tests.matrix.dialect import Own, Told
from tests.matrix.dialects import answer_of
from tests.matrix.shape import Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_GOOGLE = "ai.google.dev/gemini-api/docs/generate-content/api-errors, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_TOGETHER = "docs.together.ai/docs/error-codes, read 2026-11"
_CLOUDFLARE = "developers.cloudflare.com/support/troubleshooting/http-status-codes, read 2026-11"

DOWN = (
    *(
        Shape(f"a plain {status}", K.OVERLOADED, source, Told(status, "The server had an error."))
        for status, source in (
            (500, _OPENAI),
            (502, _OPENAI),
            (503, _OPENAI),
            (520, _CLOUDFLARE),
            (521, _CLOUDFLARE),
            (522, _CLOUDFLARE),
            (523, _CLOUDFLARE),
            (524, _TOGETHER),
            (529, _ANTHROPIC),
        )
    ),
    Shape(
        "409 in conflict with another request",
        K.OVERLOADED,
        "developersdigest.tech/errors/api/anthropic-api, read 2026-11",
        Told(409, "The request conflicts with another one."),
    ),
    Shape(
        "a page with 502",
        K.OVERLOADED,
        _CLOUDFLARE,
        page=(502, "<html><body>Bad gateway</body></html>"),
        content_type="text/html",
    ),
    Shape(
        "a 504 gateway page",
        K.OVERLOADED,
        _CLOUDFLARE,
        page=(504, "<html>Gateway time-out</html>"),
        content_type="text/html",
    ),
    Shape("an empty 503", K.OVERLOADED, "RFC 9110 section 15.6.4, 2022-06", page=(503, "")),
    Shape(
        "503 slow down",
        K.OVERLOADED,
        _OPENAI,
        Told(503, "Slow down", code="slow_down"),
        headers={"Retry-After": "2"},
        waits_s=2.0,
    ),
    Shape(
        "overloaded",
        K.OVERLOADED,
        "learn.microsoft.com dev-proxy anthropic-529-overloaded-error, read 2026-11",
        Told(529, "Overloaded", "overloaded_error"),
        own={
            "openai": Own(
                503, {"error": {"message": "Overloaded", "code": "server_is_overloaded", "type": None}}, _OPENAI
            ),
            "google": Own(
                503,
                [{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}],
                _GOOGLE,
            ),
            "openrouter": Own(
                503,
                {
                    "error": {
                        "code": 503,
                        "message": "No provider is free",
                        "metadata": {"error_type": "provider_overloaded"},
                        "availability": {"code": "overloaded", "retryable": True},
                    }
                },
                _OPENROUTER,
            ),
            "ollama": Own(
                503,
                {"error": "server busy, please try again.  maximum pending requests exceeded"},
                "ollama fb307609 docs/faq.mdx:322, read 2026-11",
            ),
        },
    ),
    Shape(
        "overloaded in a 200",
        K.UPSTREAM,
        "inspect_ai src/inspect_ai/model/_providers/anthropic.py:1345, read 2026-11",
        answer=lambda _provider: {"error": {"code": 529, "message": "Overloaded", "type": "overloaded_error"}},
    ),
    Shape(
        "a failure behind the provider",
        K.UPSTREAM,
        _OPENROUTER,
        Told(500, "Provider returned error", more={"metadata": {"provider_name": "Acme", "raw": "boom"}}),
        own={
            "openrouter": Own(
                500,
                {
                    "error": {
                        "code": 500,
                        "message": "Provider returned error",
                        "metadata": {"provider_name": "Acme", "raw": "boom"},
                    }
                },
                _OPENROUTER,
            ),
        },
    ),
    Shape("404 provider returned error", K.UPSTREAM, _OPENROUTER, Told(404, "Provider returned error")),
    Shape(
        "an error in a 200",
        K.UPSTREAM,
        _OPENROUTER,
        answer=lambda _provider: {"error": {"code": 502, "message": "Provider returned error"}},
    ),
    Shape(
        "an answer that ends in an error",
        K.UPSTREAM,
        _OPENROUTER,
        answer=lambda provider: answer_of(
            provider, finish_reason="error", error={"code": 502, "message": "Provider disconnected"}
        ),
    ),
    Shape(
        "an answer that breaks off",
        K.UPSTREAM,
        _OPENROUTER,
        answer=lambda provider: answer_of(provider, finish_reason="error"),
    ),
    Shape(
        "a rate limit in a 200",
        K.RATE_LIMIT,
        _OPENROUTER,
        answer=lambda _provider: {"error": {"code": 429, "message": "Provider returned error"}},
    ),
    Shape("408", K.TIMEOUT, _OPENROUTER, Told(408, "Your request timed out", code="timeout")),
    Shape(
        "504 timed out",
        K.TIMEOUT,
        _ANTHROPIC,
        Told(504, "The request timed out.", "timeout_error"),
        own={
            "google": Own(
                504,
                [{"error": {"code": 504, "message": "Deadline expired.", "status": "DEADLINE_EXCEEDED"}}],
                _GOOGLE,
            ),
            "openrouter": Own(
                504,
                {"error": {"code": 504, "message": "Timed out", "metadata": {"provider_name": "Acme"}}},
                _OPENROUTER,
            ),
        },
    ),
)

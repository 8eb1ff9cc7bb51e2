"""Keys, permissions and moderation."""

from handai_errors import ErrorKind as K
from tests.matrix.dialect import Own, Told
from tests.matrix.shape import Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_GOOGLE = "ai.google.dev/gemini-api/docs/generate-content/api-errors, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_TOGETHER = "docs.together.ai/docs/error-codes, read 2026-11"
_AZURE = "learn.microsoft.com/azure/ai-services/openai, read 2026-11"


def _google_key(message: str, reason: str) -> list[dict[str, object]]:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return [{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT", "details": details}}]


KEYS = (
    Shape(
        "a wrong key",
        K.AUTH,
        _OPENAI,
        Told(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
        own={
            "anthropic": Own(
                401,
                {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}},
                "github.com/OpenHands/OpenHands/issues/4651, read 2026-11",
            ),
            "google": Own(
                400,
                _google_key("API key not valid. Please pass a valid API key.", "API_KEY_INVALID"),
                _GOOGLE,
            ),
            "groq": Own(
                401,
                {
                    "error": {
                        "message": "Invalid API Key",
                        "type": "invalid_request_error",
                        "code": "invalid_api_key",
                    }
                },
                "github.com/stackblitz-labs/bolt.diy/issues/176, 2024-11",
            ),
            "together": Own(
                401,
                {
                    "error": {
                        "message": "Invalid API key provided. You can find your API key at "
                        "https://api.together.xyz/settings/api-keys.",
                        "type": "invalid_request_error",
                        "param": None,
                        "code": "invalid_api_key",
                    }
                },
                "github.com/harshitv804/LawGPT/issues/4, 2024-08",
            ),
            "azure": Own(
                401,
                {
                    "error": {
                        "code": "401",
                        "message": "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
                        "provide a valid key for an active subscription and use a correct regional API endpoint.",
                    }
                },
                _AZURE,
            ),
            "openrouter": Own(
                401,
                {"error": {"message": "User not found.", "code": 401}},
                "github.com/BeehiveInnovations/pal-mcp-server/issues/209, read 2026-11",
            ),
        },
    ),
    Shape(
        "no key, or another provider's",
        K.AUTH,
        _OPENAI,
        Told(401, "You didn't provide an API key."),
        own={
            "openrouter": Own(
                401,
                {"error": {"message": "No cookie auth credentials found", "code": 401}},
                "github.com/mims-harvard/Medea/issues/1, read 2026-11",
            ),
        },
    ),
    Shape(
        "no credentials",
        K.AUTH,
        "github.com/musistudio/claude-code-router/issues/227, read 2026-11",
        Told(401, "No auth credentials found"),
    ),
    Shape(
        "a bad key as a bad request",
        K.AUTH,
        _TOGETHER,
        Told(400, "Invalid API key provided.", "invalid_request_error", "invalid_api_key"),
        own={
            "google": Own(
                400,
                _google_key("API key expired. Please renew the API key.", "API_KEY_INVALID"),
                "github.com/google-gemini/gemini-cli/issues/13708, 2025-11",
            ),
        },
    ),
    Shape(
        "a bearer token that is none",
        K.AUTH,
        "github.com/dnakov/anon-kode/issues/14, 2025-03",
        Told(401, "Invalid bearer token"),
    ),
    Shape(
        "a plain 401", K.AUTH, "RFC 9110 section 15.5.2, 2022-06", page=(401, "Unauthorized"), content_type="text/plain"
    ),
    Shape(
        "a bad key in a 200",
        K.AUTH,
        _OPENROUTER,
        answer=lambda _provider: {"error": {"message": "No auth credentials found", "code": 401}},
    ),
)

PERMISSION = (
    Shape(
        "a country that is not served",
        K.PERMISSION,
        _OPENAI,
        Told(
            403,
            "Country, region, or territory not supported",
            "request_forbidden",
            "unsupported_country_region_territory",
        ),
        own={
            "anthropic": Own(
                403,
                {"type": "error", "error": {"type": "permission_error", "message": "Request not allowed"}},
                _ANTHROPIC,
            ),
            "openrouter": Own(
                403,
                {"error": {"code": 403, "message": "Blocked", "metadata": {"error_type": "region_restricted"}}},
                _OPENROUTER,
            ),
            "google": Own(
                400,
                [
                    {
                        "error": {
                            "code": 400,
                            "message": "User location is not supported for the API use.",
                            "status": "FAILED_PRECONDITION",
                        }
                    }
                ],
                _GOOGLE,
            ),
            "azure": Own(
                403,
                {"error": {"code": "403", "message": "Access denied due to Virtual Network/Firewall rules."}},
                _AZURE,
            ),
        },
    ),
    Shape(
        "an address that is not allowed",
        K.PERMISSION,
        _OPENAI,
        Told(401, "Your request was blocked: your IP address is not on the allow list."),
    ),
    Shape(
        "a key without rights",
        K.PERMISSION,
        _ANTHROPIC,
        Told(403, "Your API key does not have permission to use the specified resource."),
        own={
            "google": Own(
                403,
                [
                    {
                        "error": {
                            "code": 403,
                            "message": "The caller does not have permission",
                            "status": "PERMISSION_DENIED",
                        }
                    }
                ],
                _GOOGLE,
            ),
        },
    ),
    Shape(
        "a model that the project may not use",
        K.PERMISSION,
        _OPENAI,
        Told(403, "Project `proj_1` does not have access to model `asked-model`", code="model_access_denied"),
    ),
)

MODERATION = (
    Shape(
        "flagged by moderation",
        K.MODERATION,
        _OPENROUTER,
        Told(403, "Your input was flagged", more={"metadata": {"reasons": ["violence"], "flagged_input": "x"}}),
        own={
            "openrouter": Own(
                403,
                {
                    "error": {
                        "code": 403,
                        "message": "Your chosen model requires moderation and your input was flagged",
                        "metadata": {"reasons": ["violence"], "flagged_input": "x", "provider_name": "Acme"},
                    }
                },
                _OPENROUTER,
            ),
        },
    ),
)

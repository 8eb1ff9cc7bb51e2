"""Models and addresses that are not there."""

from handai_errors import ErrorKind as K
from tests.matrix.dialect import Own, Told
from tests.matrix.shape import Shape

_OPENAI = "platform.openai.com/docs/guides/error-codes, read 2026-11"
_ANTHROPIC = "docs.claude.com/en/api/errors, read 2026-11"
_GOOGLE = "ai.google.dev/gemini-api/docs/generate-content/api-errors, read 2026-11"
_OPENROUTER = "OpenRouterTeam/docs c26125a5 api_reference/errors-and-debugging.mdx, 2026-08"
_GROQ = "console.groq.com/docs/errors, read 2026-11"
_LMSTUDIO = "github.com/lmstudio-ai/lmstudio-bug-tracker/issues/618, 2025-04"

MODELS = (
    Shape(
        "no such model",
        K.MODEL_NOT_FOUND,
        _OPENAI,
        Told(404, "The model `asked-model` does not exist or you do not have access to it.", code="model_not_found"),
        own={
            "anthropic": Own(
                404,
                {"type": "error", "error": {"type": "not_found_error", "message": "model: asked-model"}},
                _ANTHROPIC,
            ),
            "google": Own(
                404,
                [
                    {
                        "error": {
                            "code": 404,
                            "message": "models/asked-model is not found for API version v1main, or is not supported "
                            "for generateContent.",
                            "status": "NOT_FOUND",
                        }
                    }
                ],
                _GOOGLE,
            ),
            "azure": Own(
                404,
                {
                    "error": {
                        "code": "DeploymentNotFound",
                        "message": "The API deployment for this resource does not exist. If you created the deployment "
                        "within the last 5 minutes, please wait a moment and try again.",
                    }
                },
                "github.com/OpenBMB/AgentVerse/issues/140, 2024-09",
            ),
            "openrouter": Own(
                400,
                {"error": {"message": "asked-model is not a valid model ID", "code": 400}, "user_id": "user_2x"},
                _OPENROUTER,
            ),
            "lmstudio": Own(
                404,
                {
                    "error": {
                        "message": "No models loaded. Please load a model in the developer page or use the `lms load` "
                        "command.",
                        "type": "invalid_request_error",
                        "param": "model",
                        "code": "model_not_found",
                    }
                },
                "github.com/lmstudio-ai/lms/issues/107, 2024-11",
            ),
            "ollama": Own(
                404,
                {"error": 'model "asked-model" not found, try pulling it first'},
                "github.com/open-webui/open-webui/issues/11906, 2025-03",
            ),
        },
    ),
    Shape(
        "a model that was taken away",
        K.MODEL_NOT_FOUND,
        _GROQ,
        Told(
            400,
            "The model `asked-model` has been decommissioned and is no longer supported.",
            code="model_decommissioned",
        ),
        own={
            "openrouter": Own(
                404,
                {"error": {"code": 404, "message": "Gone", "metadata": {"error_type": "model_deprecated"}}},
                _OPENROUTER,
            ),
        },
    ),
    Shape(
        "nobody who serves the model",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "No endpoints found for asked-model.", code="no_endpoints"),
    ),
    Shape(
        "a free variant that ended",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "The free period has ended.", code="free_variant_ended"),
    ),
    Shape(
        "privacy settings exclude the model",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "No endpoint matches your data policy.", code="privacy_restricted"),
    ),
    Shape(
        "provider returned error: no such model",
        K.MODEL_NOT_FOUND,
        _OPENROUTER,
        Told(404, "Provider returned error", more={"metadata": {"raw": "model asked-model not found"}}),
        own={
            "openrouter": Own(
                404,
                {
                    "error": {
                        "code": 404,
                        "message": "Provider returned error",
                        "metadata": {
                            "provider_name": "Acme",
                            "raw": '{"error":{"message":"The model `asked-model` does not exist"}}',
                        },
                    }
                },
                _OPENROUTER,
            ),
        },
    ),
)

ENDPOINTS = (
    Shape(
        "an unexpected endpoint in a 200",
        K.WRONG_ENDPOINT,
        _LMSTUDIO,
        answer=lambda _provider: {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
    ),
    Shape(
        "an unknown address",
        K.WRONG_ENDPOINT,
        _OPENAI,
        Told(404, "Invalid URL (POST /chat/completions)"),
        own={
            "azure": Own(
                404,
                {"error": {"code": "404", "message": "Resource not found"}},
                "github.com/danny-avila/LibreChat/issues/2797, 2024-05",
            ),
            "custom": Own(404, {"detail": "Not Found"}, "fastapi.tiangolo.com/tutorial/handling-errors, read 2026-11"),
        },
    ),
    Shape(
        "a page with 404",
        K.WRONG_ENDPOINT,
        "RFC 9110 section 15.5.5, 2022-06",
        page=(404, "<html><body>Not Found</body></html>"),
        content_type="text/html",
    ),
    Shape(
        "404 page not found",
        K.WRONG_ENDPOINT,
        "github.com/ollama/ollama/issues/3027, 2024-06",
        page=(404, "404 page not found"),
        content_type="text/plain",
    ),
    Shape("405", K.WRONG_ENDPOINT, "RFC 9110 section 15.5.6, 2022-06", Told(405, "Method Not Allowed")),
    Shape(
        "a redirect",
        K.WRONG_ENDPOINT,
        "RFC 9110 section 15.4.8, 2022-06",
        page=(307, ""),
        headers={"Location": "http://127.0.0.1:9/elsewhere"},
    ),
    Shape(
        "the wrong endpoint of a router", K.WRONG_ENDPOINT, _OPENROUTER, Told(400, "Use /chat", code="wrong_endpoint")
    ),
)

"""The fake provider's JSON: what a schema or the instructions ask for, or spoilt as models spoil it."""

import random
import re
from typing import Any

import orjson

from providers.demo_hints import schema_in
from providers.demo_text import LABEL, topics_of
from providers.demo_values import DemoValues
from tests.fake_faults import Canned, json_answer

ROW_KEY = re.compile(r"ROW\d+")

JSON_FORMS = ("schema", "object", "none", "ignore")
SPOILT = ("fenced", "extra", "broken", "invalid", "missing", "prose")

_REFUSED_SCHEMA = "This model does not support response format `json_schema`. See supported models in the docs."
_REFUSED_FORMAT = "Unrecognized request argument supplied: response_format"


def refused_form(json_form: str, request: dict[str, Any]) -> Canned | None:
    """The refusal of the asked-for form, as Groq and as older gateways word it."""
    kind = (request.get("response_format") or {}).get("type")
    if kind and json_form == "none":
        return _refusal(_REFUSED_FORMAT, None)
    return _refusal(_REFUSED_SCHEMA, "response_format") if kind == "json_schema" and json_form == "object" else None


def refused_setting(names: list[str], request: dict[str, Any]) -> Canned | None:
    """The refusal of the first of these settings that the request has, as OpenAI words it."""
    name = next((name for name in names if name in request), None)
    if name is None:
        return None
    message = f"Unsupported value: '{name}' does not support {request[name]} with this model."
    return _refusal(message, name, "unsupported_value")


def json_text(json_form: str, request: dict[str, Any], prompt: str, chance: random.Random) -> str | None:
    """The JSON that the request asks for; None if it asks for text."""
    asked = request.get("response_format") or {}
    schema = asked.get("json_schema", {}).get("schema") if json_form != "ignore" else None
    if schema is None or schema == {"type": "object"}:
        schema = schema_in("\n".join(m["content"] for m in request["messages"] if m["role"] == "system"))
    if schema is not None:
        answer = DemoValues(schema, chance, topics_of(prompt)).answer()
        return orjson.dumps(_signed(answer, ROW_KEY.findall(prompt))).decode()
    if not asked or json_form == "ignore":
        return None
    row = ROW_KEY.search(prompt)
    return orjson.dumps({"echo": prompt, "row": row[0] if row else None, "words": len(prompt.split())}).decode()


def spoilt(text: str, kind: str) -> str:
    """The same JSON as careless models write it: the first two kinds can be read, the others hold less than asked."""
    match kind:
        case "fenced":
            return f"```json\n{text}\n```"
        case "extra":
            return f"Sure, here is the JSON:\n{text}\nLet me know if you need more."
        case "broken":
            return text[: len(text) // 2]
        case "prose":
            return "I would rather talk about something else."
        case "missing":
            return '{"something_else": 1}'
        case _:
            return orjson.dumps(_turned(orjson.loads(text))).decode()


def _refusal(message: str, parameter: str | None, code: str | None = None) -> Canned:
    error = {"message": message, "type": "invalid_request_error", "param": parameter, "code": code}
    return json_answer(400, {"error": error})


def _signed(value: Any, rows: list[str], place: int = 0) -> Any:  # noqa: ANN401 - any JSON
    """Texts that begin with their row's key instead of the demo's label."""
    if isinstance(value, dict):
        return {name: _signed(part, rows, place) for name, part in value.items()}
    if isinstance(value, list):
        return [_signed(part, rows, min(at, len(rows) - 1)) for at, part in enumerate(value)]
    if isinstance(value, str) and value.startswith(LABEL):
        return f"{rows[place]} {value.removeprefix(LABEL)}" if rows else value.removeprefix(LABEL)
    return value


def _turned(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same keys with a value of another type under each."""
    if isinstance(value, dict):
        return {name: _turned(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_turned(part) for part in value]
    return {"not": ["what", "was", "asked"]}

"""Answers with status 200 that are none, and faults of the connection itself."""

from handai_errors import ErrorKind as K
from tests.fake_faults import FAULTS
from tests.matrix.dialects import PARTIAL, answer_of
from tests.matrix.shape import Shape

_MEASURED = "measured with openai 3.52.0 and a server that misbehaves, 2026-11"
_OPENAI = "platform.openai.com/docs/api-reference/chat/object, read 2026-11"


def _without(body: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in body.items() if key != name}


def _no_content(provider: str) -> dict[str, object]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant"}}
    return {**answer_of(provider), "choices": [choice]}


UNREADABLE = (
    Shape(
        "a sign-in page",
        K.MALFORMED_RESPONSE,
        _MEASURED,
        page=(200, "<html><body>Sign in</body></html>"),
        content_type="text/html",
    ),
    Shape("a page that says it is JSON", K.MALFORMED_RESPONSE, _MEASURED, page=(200, "<html>oops</html>")),
    Shape("nothing", K.MALFORMED_RESPONSE, _MEASURED, page=(200, "")),
    Shape("half an answer", K.MALFORMED_RESPONSE, _MEASURED, page=(200, '{"id": "x", "choices": [{"mess')),
    Shape("bytes that are no text", K.MALFORMED_RESPONSE, _MEASURED, page=(200, b'{"id":"\xff\xfe"}')),
    Shape("a list", K.MALFORMED_RESPONSE, _MEASURED, page=(200, [1, 2])),
    Shape("a bare text", K.MALFORMED_RESPONSE, _MEASURED, page=(200, '"hello"')),
    Shape("a number", K.MALFORMED_RESPONSE, _MEASURED, page=(200, "3")),
    Shape("null", K.MALFORMED_RESPONSE, _MEASURED, page=(200, "null")),
    Shape("no choices", K.MALFORMED_RESPONSE, _MEASURED, answer=lambda p: _without(answer_of(p), "choices")),
    Shape("choices null", K.MALFORMED_RESPONSE, _MEASURED, answer=lambda p: {**answer_of(p), "choices": None}),
    Shape("choices empty", K.MALFORMED_RESPONSE, _MEASURED, answer=lambda p: {**answer_of(p), "choices": []}),
    Shape("choices of texts", K.MALFORMED_RESPONSE, _MEASURED, answer=lambda p: {**answer_of(p), "choices": [PARTIAL]}),
    Shape(
        "no message",
        K.MALFORMED_RESPONSE,
        _MEASURED,
        answer=lambda p: {**answer_of(p), "choices": [{"index": 0, "finish_reason": "stop", "message": None}]},
    ),
)

UNUSABLE = (
    Shape(
        "content null",
        K.INVALID_OUTPUT,
        "github.com/ollama/ollama/issues/13371, 2025-12",
        answer=lambda p: answer_of(p, content=None),
    ),
    Shape("an empty text", K.INVALID_OUTPUT, _MEASURED, answer=lambda p: answer_of(p, content="")),
    Shape("only spaces", K.INVALID_OUTPUT, _MEASURED, answer=lambda p: answer_of(p, content=" \n\t ")),
    Shape("no content at all", K.INVALID_OUTPUT, _MEASURED, answer=_no_content),
    Shape("an empty list of parts", K.INVALID_OUTPUT, _MEASURED, answer=lambda p: answer_of(p, content=[])),
    Shape(
        "a refusal",
        K.REFUSAL,
        _OPENAI,
        answer=lambda p: answer_of(p, content=None, refusal="I can't help with that."),
    ),
    Shape(
        "a refusal beside a text",
        K.REFUSAL,
        _OPENAI,
        answer=lambda p: answer_of(p, refusal="I can't help with that."),
    ),
    Shape(
        "stopped by the filter",
        K.CONTENT_FILTER,
        _OPENAI,
        answer=lambda p: answer_of(p, finish_reason="content_filter"),
    ),
    Shape(
        "stopped by the filter, without a text",
        K.CONTENT_FILTER,
        _OPENAI,
        answer=lambda p: answer_of(p, finish_reason="content_filter", content=None),
    ),
    Shape("cut at the limit", K.LENGTH, _OPENAI, answer=lambda p: answer_of(p, finish_reason="length")),
    Shape(
        "cut before it began",
        K.LENGTH,
        _OPENAI,
        answer=lambda p: answer_of(p, finish_reason="length", content=""),
    ),
)

CONNECTION = (
    Shape("a connection that is reset", K.CONNECTION, _MEASURED, fault="reset"),
    Shape("a connection that is closed", K.CONNECTION, _MEASURED, fault="disconnect"),
    Shape("a body that stops short", K.CONNECTION, _MEASURED, fault="truncated"),
    Shape("something that is not HTTP", K.MALFORMED_RESPONSE, _MEASURED, fault="garbage"),
    Shape("an answer without an end", K.MALFORMED_RESPONSE, _MEASURED, fault="huge"),
    Shape("no answer", K.TIMEOUT, _MEASURED, fault="hang"),
    Shape("an answer byte by byte", K.TIMEOUT, _MEASURED, fault="drip"),
)
assert {shape.fault for shape in CONNECTION} <= set(FAULTS)

"""The demo's answers to typed columns, read as any model's are."""

import pytest

from engine.bounded_schema import with_bounds
from engine.parsing import Parsed, parse_completion, parse_rows
from engine.prompts import render_messages, render_rows
from engine.spec import Prompt
from engine.typed import json_schema_of, json_schema_of_rows, parse_output_flag
from providers.base import AnswerForm, CompletionRequest
from providers.demo import DemoClient

pytestmark = pytest.mark.anyio

FLAGS = [
    "a:text",
    "a:text?",
    "a:integer",
    "a:integer(1..5)",
    "a:integer(1000..2000)",
    "a:integer(-9..-3)?",
    "a:number(0.25..0.75)",
    "a:boolean",
    "a:category(positive,neutral,negative)",
    "a:date",
    "a:date?",
    "a:list",
    "a:list(integer(1..500))",
    "a:list(category(x,y))",
    "a:list(date)",
    "a:object",
    "a:text(30..60)",
]
PROMPT = Prompt(instructions="Rate it.", template="Write about {{ t }}")
FORMS = [AnswerForm.BOUNDED_SCHEMA, AnswerForm.JSON_SCHEMA, AnswerForm.INSTRUCTIONS]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("flag", FLAGS)
async def test_every_typed_answer_is_valid(flag: str, form: AnswerForm) -> None:
    outputs = (parse_output_flag(flag),)
    portable = json_schema_of(outputs)
    schema = {AnswerForm.BOUNDED_SCHEMA: with_bounds(portable, outputs), AnswerForm.JSON_SCHEMA: portable}.get(form)
    client = DemoClient(0)
    for place in range(20):
        messages = render_messages(PROMPT, ["t"], {"t": place}, json_mode=True, outputs=outputs)
        completion = await client.complete(CompletionRequest("demo", messages, form=form, json_schema=schema))
        assert not parse_completion(completion, outputs, json_mode=True).repaired


@pytest.mark.parametrize("form", [AnswerForm.JSON_SCHEMA, AnswerForm.INSTRUCTIONS])
async def test_every_one_of_several_rows_is_valid(form: AnswerForm) -> None:
    outputs = (parse_output_flag("mood:category(good,bad)"), parse_output_flag("score:integer(1..5)"))
    schema = json_schema_of_rows(outputs, 6) if form is AnswerForm.JSON_SCHEMA else None
    messages = render_rows(PROMPT, [{"t": place} for place in range(6)], outputs)
    completion = await DemoClient(0).complete(CompletionRequest("demo", messages, form=form, json_schema=schema))
    assert [type(found) for found in parse_rows(completion, outputs, 6)] == [Parsed] * 6


async def test_a_pattern_is_matched() -> None:
    outputs = (parse_output_flag("a:text").model_copy(update={"pattern": r"[A-Z]{2}-\d{3}"}),)
    messages = render_messages(PROMPT, ["t"], {"t": "shoes"}, json_mode=True, outputs=outputs)
    request = CompletionRequest("demo", messages, form=AnswerForm.JSON_SCHEMA, json_schema=json_schema_of(outputs))
    client = DemoClient(0)
    for _ in range(20):
        parse_completion(await client.complete(request), outputs, json_mode=True)

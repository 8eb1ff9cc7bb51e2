"""Typed columns against llama.cpp's own server, when HANDAI_TEST_LLAMA_URL says where one is (…/v1).

Any model will do, even one of random weights: what counts is the form of its answers, never their sense.
HANDAI_TEST_LLAMA_KEY is the key, if the server wants one.
"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from engine.answer_form import is_form_refusal
from engine.bounded_schema import with_bounds
from engine.columns import Output
from engine.parsing import Parsed, parse_completion
from engine.prompts import render_messages
from engine.results import RowStatus, RunStatus
from engine.spec import Prompt, RunSpec
from engine.typed import fit_answer, json_schema_of, parse_output_flag
from handai_db import RunReader
from handai_errors import ErrorKind, ProviderError
from providers.base import AnswerForm, CompletionClient, CompletionRequest, Message
from providers.router import make_client
from services.home import run_path
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table

URL = os.environ.get("HANDAI_TEST_LLAMA_URL", "")
KEY = os.environ.get("HANDAI_TEST_LLAMA_KEY", "none-needed")
MODEL = "any"

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(not URL, reason="HANDAI_TEST_LLAMA_URL is not set")]

# A grammar forces these whole; of a number it can't force the size, and it knows dates that no calendar has.
FORCED = [
    "a:text",
    "a:text?",
    "a:integer",
    "a:integer(1..5)",
    "a:integer(1..5000)",
    "a:integer?",
    "a:boolean",
    "a:category(positive,neutral,negative)",
    "a:list(category(x,y))",
    "a:list(integer(1..500))",
    "a:object",
]
NEARLY_FORCED = ["a:number", "a:number(0..1)", "a:date", "a:date?"]


@pytest.fixture
async def client() -> AsyncIterator[CompletionClient]:
    client = make_client("custom", base_url=URL, api_key=SecretStr(KEY))
    yield client
    await client.aclose()


def request_for(outputs: tuple[Output, ...], place: int, form: AnswerForm) -> CompletionRequest:
    schema = json_schema_of(outputs)
    messages = render_messages(Prompt(instructions="Rate it."), ["t"], {"t": place}, json_mode=True, outputs=outputs)
    return CompletionRequest(
        MODEL,
        messages,
        max_tokens=600,
        form=form,
        json_schema=with_bounds(schema, outputs) if form is AnswerForm.BOUNDED_SCHEMA else schema,
    )


async def read_answer(client: CompletionClient, flag: str, place: int) -> Parsed | ProviderError:
    outputs = (parse_output_flag(flag),)
    completion = await client.complete(request_for(outputs, place, AnswerForm.BOUNDED_SCHEMA))
    if completion.finish_reason != "length":
        assert isinstance(json.loads(completion.text or ""), dict), "a grammar writes JSON"
    try:
        return parse_completion(completion, outputs, json_mode=True)
    except ProviderError as error:
        return error


@pytest.mark.parametrize("flag", FORCED)
async def test_what_the_grammar_forces_is_always_valid(client: CompletionClient, flag: str) -> None:
    found = [await read_answer(client, flag, place) for place in range(10)]
    misread = [one for one in found if isinstance(one, ProviderError) and one.kind is not ErrorKind.LENGTH]
    assert misread == []


@pytest.mark.parametrize("flag", NEARLY_FORCED)
async def test_what_it_can_not_force_is_valid_or_refused(client: CompletionClient, flag: str) -> None:
    for place in range(10):
        found = await read_answer(client, flag, place)
        if isinstance(found, Parsed):
            fit_answer(found.values, (parse_output_flag(flag),))
        else:
            assert found.kind in {ErrorKind.INVALID_OUTPUT, ErrorKind.LENGTH}


@pytest.mark.parametrize(
    "part", [{"type": "banana"}, {"$ref": "#/$defs/none"}, {"type": "string", "minLength": 100_000}]
)
async def test_its_refusal_of_a_schema_is_known_for_one(client: CompletionClient, part: dict[str, object]) -> None:
    schema = {"type": "object", "properties": {"a": part}, "required": ["a"], "additionalProperties": False}
    outputs = (parse_output_flag("a:text"),)
    request = request_for(outputs, 0, AnswerForm.JSON_SCHEMA)
    with pytest.raises(ProviderError) as caught:
        await client.complete(CompletionRequest(MODEL, request.messages, form=request.form, json_schema=schema))
    assert is_form_refusal(caught.value)


async def test_no_invalid_row_of_a_run_is_stored_as_done(tmp_path: Path) -> None:
    flags = ["mood:category(positive,negative)", "stars:integer(1..5)", "sure:boolean", "on:date", "weight:number"]
    outputs = tuple(parse_output_flag(flag) for flag in flags)
    table = datasets.store_file(made_table(tmp_path / "in.csv", 20))
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": {"instructions": "Rate it.", "template": "{{ text }}"},
            "outputs": [output.model_dump(exclude_unset=True) for output in outputs],
            "model": {"provider": "custom", "model": MODEL, "base_url": URL, "max_tokens": 600},
            "limits": {"max_attempts": 4},
        }
    )
    record = runs.create(runs.NewRun(spec, table.id))
    assert await execute(record.id, SecretStr(KEY)) in {RunStatus.COMPLETED, RunStatus.PARTIAL}
    with RunReader(run_path(record.id)) as reader:
        done = [found.values or {} for found in reader.iter_results() if found.status == RowStatus.DONE]
        assert reader.meta()["answer_form"] == AnswerForm.BOUNDED_SCHEMA
    assert done
    for values in done:
        assert fit_answer(values, outputs) == (values, False)


@pytest.mark.skipif(KEY == "none-needed", reason="the server wants no key")
async def test_a_wrong_key_is_told_as_one() -> None:
    client = make_client("custom", base_url=URL, api_key=SecretStr("wrong"))
    with pytest.raises(ProviderError) as caught:
        await client.complete(CompletionRequest(MODEL, (Message("user", "hello"),)))
    await client.aclose()
    assert caught.value.kind is ErrorKind.AUTH


async def test_a_row_too_long_for_the_model_is_told_as_one(client: CompletionClient) -> None:
    with pytest.raises(ProviderError) as caught:
        await client.complete(CompletionRequest(MODEL, (Message("user", "word " * 200_000),)))
    assert caught.value.kind is ErrorKind.CONTEXT_LENGTH

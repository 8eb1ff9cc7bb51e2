"""Every setting of a run is in the request that goes out, and one that is unset is not (requirement 002-13)."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import ModelSettings, Prompt, RunSpec
from services import datasets, runs
from services.execution import execute
from tests.command_line import handai, made_table, transform_arguments
from tests.fake_provider import FakeProvider

Body = dict[str, Any]
KEY = "k" * 24

# setting of the model → a value, and where the request has to carry it
ON_THE_WIRE: dict[str, tuple[Any, Callable[[Body], Any]]] = {
    "model": ("lab/model-9", lambda body: body["model"]),
    "temperature": (0.3, lambda body: body["temperature"]),
    "max_tokens": (77, lambda body: body["max_tokens"]),
    "seed": (5, lambda body: body["seed"]),
    "fallbacks": (["c/d"], lambda body: body["models"][1:]),
    "routing": ({"sort": "price"}, lambda body: body["provider"]),
    "json_mode": (True, lambda body: "response_format" in body),
}
WHERE_IT_GOES = {"provider", "base_url"}  # tested by who is called


def body_sent(folder: Path, server: FakeProvider, prompt: dict[str, Any] | None = None, **model: object) -> Body:
    """The one request of a run with these settings."""
    table = datasets.store_file(made_table(folder / "in.csv", 1))
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": prompt or {"instructions": "Repeat it.", "template": "{{ text }}"},
            "outputs": [{"name": "answer"}],
            "model": {"provider": "openrouter", "model": "a/b", "base_url": server.url, **model},
        }
    )
    server.configure(reply='{"answer": "fine"}')
    record = runs.create(runs.NewRun(spec, table.id))
    assert asyncio.run(execute(record.id, SecretStr(KEY))) is RunStatus.COMPLETED
    (request,) = server.requests
    body: Body = request.json()
    return body


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_a_setting_of_the_model_is_sent(tmp_path: Path, fake_provider: FakeProvider, name: str) -> None:
    value, place = ON_THE_WIRE[name]
    assert place(body_sent(tmp_path, fake_provider, **{name: value})) == value


def test_no_setting_is_forgotten_here() -> None:
    assert {*ON_THE_WIRE} | WHERE_IT_GOES == {*ModelSettings.model_fields}
    assert {*Prompt.model_fields} == {"instructions", "template"}


def test_what_is_unset_is_not_sent(tmp_path: Path, fake_provider: FakeProvider) -> None:
    assert set(body_sent(tmp_path, fake_provider)) == {"model", "messages"}


def test_instructions_and_template_are_the_messages(tmp_path: Path, fake_provider: FakeProvider) -> None:
    body = body_sent(tmp_path, fake_provider, {"instructions": "Say it twice.", "template": "<{{ text }}>"})
    assert body["messages"] == [
        {"role": "system", "content": "Say it twice."},
        {"role": "user", "content": "<ROW0>"},
    ]


def test_flags_of_the_command_line_are_sent(tmp_path: Path, fake_provider: FakeProvider) -> None:
    table, out = made_table(tmp_path / "in.csv", 1), tmp_path / "out.csv"
    flags = ["--temperature", "0.3", "--max-tokens", "77", "--model", "lab/model-9"]
    ended = handai(*transform_arguments(table, out, fake_provider.url, *flags))
    assert ended.code == 0, ended.err
    body = fake_provider.requests[0].json()
    assert (body["temperature"], body["max_tokens"], body["model"]) == (0.3, 77, "lab/model-9")
    assert [message["content"] for message in body["messages"]] == ["Repeat it.", "ROW0"]

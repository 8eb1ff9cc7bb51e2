"""The Python interface for scripts (requirement 003-21): models, an answer, a streamed answer, and honest errors."""

import inspect
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

import handai_api
from handai_api import (
    ErrorKind,
    HandaiError,
    InputError,
    ProviderError,
    generate_response,
    generate_response_stream,
    get_available_models,
)
from handai_errors import NotFoundError
from providers.demo import LABEL
from tests.fake_faults import chat_body
from tests.fake_provider import FakeProvider

KEY = "canary-" + "k" * 24
DOCS = (Path(__file__).parents[1] / "docs" / "python.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture
def provider(fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """A server that the environment names, with its model and key."""
    monkeypatch.setenv("HANDAI_PROVIDER", "custom")
    monkeypatch.setenv("HANDAI_BASE_URL", fake_provider.url)
    monkeypatch.setenv("HANDAI_MODEL", "fake-model")
    monkeypatch.setenv("HANDAI_API_KEY", KEY)
    return fake_provider


def test_an_answer_has_text_usage_and_model(provider: FakeProvider) -> None:
    answer = generate_response("ROW1 hello")
    assert (answer.text, str(answer), answer.model) == ("echo: ROW1 hello", "echo: ROW1 hello", "fake-model")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.cost_usd) == (3, 5, None)
    assert answer.finish_reason == "stop"
    assert answer.latency_s > 0
    assert provider.requests[-1].headers["authorization"] == f"Bearer {KEY}"


def test_the_defaults_are_a_temperature_of_0_7_and_1024_tokens(provider: FakeProvider) -> None:
    generate_response("ROW1")
    sent = provider.requests[-1].json()
    assert (sent["temperature"], sent["max_tokens"]) == (0.7, 1024)
    assert "seed" not in sent


def test_what_is_said_reaches_the_wire_and_none_stays_away(provider: FakeProvider) -> None:
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "ROW2"}]
    generate_response(said, "another-model", None, None, seed=5)
    assert provider.requests[-1].json() == {"model": "another-model", "messages": said, "seed": 5}


def test_a_setting_that_the_model_refuses_is_left_out(provider: FakeProvider) -> None:
    provider.configure(refused_settings=["temperature"])
    assert generate_response("ROW1").text == "echo: ROW1"
    assert "temperature" not in provider.requests[-1].json()


def test_a_stream_yields_text_and_closes_with_the_usage(provider: FakeProvider) -> None:
    *pieces, last = generate_response_stream("ROW1 hello")
    assert len(pieces) > 1
    assert "".join(piece.text for piece in pieces) == "echo: ROW1 hello"
    assert not [piece for piece in pieces if piece.response]
    assert last.response is not None
    assert (last.text, last.response.text) == ("", "echo: ROW1 hello")
    assert last.response.usage.completion_tokens == 5
    assert provider.requests[-1].json()["stream"] is True


def test_who_stops_reading_a_stream_may_go_on_asking(provider: FakeProvider) -> None:
    for piece in generate_response_stream("ROW1 hello"):
        assert piece.text
        break
    assert generate_response("ROW2").text == "echo: ROW2"


@pytest.mark.parametrize("ask", [generate_response, lambda text: list(generate_response_stream(text))])
@pytest.mark.parametrize(
    ("fault", "kind"), [("401", ErrorKind.AUTH), ("429", ErrorKind.RATE_LIMIT), ("404", ErrorKind.MODEL_NOT_FOUND)]
)
def test_a_failed_call_has_kind_cause_and_remedy_and_no_key(
    provider: FakeProvider, ask: Callable[[str], object], fault: str, kind: ErrorKind
) -> None:
    provider.configure(faults={fault: 1.0})
    with pytest.raises(ProviderError) as caught:
        ask("ROW1")
    assert caught.value.kind is kind
    assert caught.value.cause
    assert caught.value.remedy
    assert provider.stats()["total"] == 1
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_cut_answer_is_an_error_that_keeps_what_came(provider: FakeProvider) -> None:
    provider.canned(200, chat_body("half an ans", finish_reason="length"))
    with pytest.raises(ProviderError) as caught:
        generate_response("ROW1")
    assert (caught.value.kind, caught.value.raw) == (ErrorKind.LENGTH, "half an ans")


@pytest.mark.parametrize("said", ["", [], [{"content": "x"}], [{"role": "user", "content": 3}], ["text"], 7])
def test_messages_that_can_t_be_used_are_refused(provider: FakeProvider, said: handai_api.Messages) -> None:
    with pytest.raises(InputError, match="messages"):
        generate_response(said)
    assert provider.requests == []


def test_wrong_settings_are_refused_by_name(provider: FakeProvider) -> None:
    with pytest.raises(InputError, match="temperature"):
        generate_response("ROW1", temperature=9)
    assert provider.requests == []


def test_a_provider_has_to_be_named_once_and_a_key_to_be_there() -> None:
    with pytest.raises(InputError, match="No provider is chosen"):
        generate_response("hello")
    with pytest.raises(NotFoundError, match="openay"):
        generate_response("hello", provider="openay")
    with pytest.raises(InputError, match="needs a key") as caught:
        generate_response("hello", provider="openai")
    assert "OPENAI_API_KEY" in caught.value.remedy


def test_models_come_from_the_provider_s_own_list(provider: FakeProvider) -> None:
    provider.configure(models=["b-model", "a-model"])
    assert {model.id for model in get_available_models()} == {"a-model", "b-model"}


def test_models_of_a_provider_that_can_t_be_asked_come_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="key"):
        assert "gpt-6-luna" in [model.id for model in get_available_models("openai")]


def test_a_server_that_is_not_there_has_no_models() -> None:
    with pytest.raises(HandaiError) as caught:
        get_available_models("custom", base_url="http://127.0.0.1:9/v1")
    assert str(caught.value)


def test_in_dev_mode_the_demo_answers_for_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEV_MODE", "true")
    answer = generate_response("Say hello", provider="openai")
    assert answer.text.startswith(LABEL)
    assert (answer.model, answer.usage.cost_usd) == ("demo", 0.0)


def test_an_address_that_the_script_names_may_have_the_key(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    generate_response("ROW1", provider="openai", model="m", base_url=provider.url)
    assert provider.requests[-1].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.anyio
async def test_it_works_where_an_event_loop_runs_already(provider: FakeProvider) -> None:
    assert generate_response("ROW1").text == "echo: ROW1"
    assert get_available_models()
    assert list(generate_response_stream("ROW2"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_documentation_run(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(example, "docs/python.md", "exec"), {})  # noqa: S102 our own documentation
    assert capsys.readouterr().out.strip()


def test_the_documentation_names_every_function_and_argument() -> None:
    for function in (get_available_models, generate_response, generate_response_stream):
        assert f"## {function.__name__}" in DOCS
        for name in inspect.signature(function).parameters:
            assert re.search(rf"\b{name}\b", DOCS), name
    assert "temperature=0.7, max_tokens=1024" in DOCS

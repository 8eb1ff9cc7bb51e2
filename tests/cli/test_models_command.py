"""`handai models`, `handai check` and `handai check-models`, as processes of their own."""

import signal
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.command_line import begin, finish, handai, wait_until
from tests.fake_listing import fake_listing
from tests.fake_provider import FakeProvider

KEY = "sk-canary-" + "q7" * 12
LISTED: list[dict[str, Any]] = [
    {
        "id": "qwen/qwen3-4b",
        "name": "Qwen3 4B",
        "context_length": 40960,
        "created": 200,
        "pricing": {"prompt": "0.0000002", "completion": "0.0000004"},
        "hugging_face_id": "Qwen/Qwen3-4B",
    },
    {
        "id": "qwen/qwen3-4b:free",
        "name": "Qwen3 4B (free)",
        "pricing": {"prompt": "0", "completion": "0"},
        "created": 100,
    },
    {"id": "openai/gpt-6-luna", "name": "GPT-6 Luna", "context_length": 400_000, "created": 300},
]


def ids(figures: dict[str, Any]) -> list[str]:
    return [model["id"] for model in figures["models"]]


def test_000_13_models_are_listed_with_slug_price_and_context_searched_and_sorted() -> None:
    with fake_listing({"/api/v1/models": {"data": LISTED}}) as server:
        address = ("--base-url", f"{server.url}/api/v1")
        everything = handai("models", "openrouter", *address, "--json")
        cheap = handai("models", "openrouter", *address, "--sort", "price", "--search", "qwen", "--json")
        shown = handai("models", "openrouter", *address, "--sort", "context", "--limit", "1")
        nothing = handai("models", "openrouter", *address, "--search", "no such model")
    offline = handai("models", "openrouter", *address, "--refresh", "--json")

    assert everything.code == 0, everything.err
    assert ids(everything.figures()) == ["openai/gpt-6-luna", "qwen/qwen3-4b", "qwen/qwen3-4b:free"]
    qwen = everything.figures()["models"][1]
    assert qwen["slug"] == "qwen_qwen3-4b"
    assert (qwen["prompt_price"], qwen["completion_price"], qwen["context_length"]) == (0.2, 0.4, 40960)
    assert qwen["hugging_face_id"] == "Qwen/Qwen3-4B"
    assert qwen["max_output"] is None
    assert ids(cheap.figures()) == ["qwen/qwen3-4b:free", "qwen/qwen3-4b"]
    assert "openai/gpt-6-luna" in shown.out
    assert "400,000" in shown.out
    assert "qwen" not in shown.out
    assert "No model fits" in nothing.said
    assert len(server.asked) == 1  # the copy is fresh for an hour
    assert ids(offline.figures()) == ids(everything.figures())
    assert "old" in offline.figures()["problem"]


def test_001_13_a_refresh_tells_what_changed() -> None:
    with fake_listing({"/v1/models": {"data": [{"id": "qwen/qwen3-4b"}, {"id": "gone"}]}}) as server:
        address = ("--base-url", f"{server.url}/v1")
        handai("models", "openrouter", *address)
        server.answers["/v1/models"] = {"data": LISTED}
        told = handai("models", "openrouter", *address, "--refresh")
    assert "3 models, 2 new, 1 gone; Hugging Face ids: 1 filled in, 2 without" in told.said


def test_without_a_provider_all_that_are_set_up_are_searched() -> None:
    with fake_listing({"/v1/models": {"data": [{"id": "mine"}]}}) as server:
        handai("models", "custom", "--base-url", f"{server.url}/v1")
        told = handai("models", "--json", HANDAI_PROVIDER="custom", HANDAI_BASE_URL=f"{server.url}/v1")
    found = {view["provider"]: ids(view) for view in orjson.loads(told.out)}
    assert found["custom"] == ["mine"]
    assert "openai" not in found


def test_000_3_and_000_15_an_unknown_slug_is_told_before_anything_is_sent(fake_provider: FakeProvider) -> None:
    fake_provider.configure(model_list={"data": LISTED})
    address = ("--base-url", fake_provider.url)
    handai("models", "openrouter", *address)
    told = handai("check", "openrouter", "openai_gpt-6-lunar", *address, OPENROUTER_API_KEY=KEY)
    assert told.code == 1
    assert "Model not found in database: openai_gpt-6-lunar." in told.said
    assert "Did you mean `openai/gpt-6-luna`" in told.said
    assert fake_provider.stats()["total"] == 0


def test_000_14_one_model_is_checked(fake_provider: FakeProvider) -> None:
    fake_provider.configure(model_list={"data": LISTED}, models=["openai/gpt-6-luna"], key=KEY)
    address = ("--base-url", fake_provider.url)
    handai("models", "openrouter", *address)
    good = handai("check", "openrouter", "openai_gpt-6-luna", *address, OPENROUTER_API_KEY=KEY)
    gone = handai("check", "openrouter", "--model", "qwen/qwen3-4b", *address, "--json", OPENROUTER_API_KEY=KEY)
    foreign = handai("check", "openrouter", "some/other", *address, OPENROUTER_API_KEY="sk-or-" + "x" * 20)
    missing = handai("check", "openrouter", *address)
    listed = handai("models", "openrouter", *address, "--json").figures()["models"]

    assert (good.code, good.err) == (0, "")
    assert "openai/gpt-6-luna works at OpenRouter" in good.out
    assert gone.code == 3
    assert gone.figures()["standing"] == "unavailable"
    assert gone.figures()["tried"] == ["qwen/qwen3-4b", "Qwen/Qwen3-4B", "qwen/qwen3-4b:free"]
    assert foreign.code == 3
    assert "could not be checked" in foreign.out
    assert "key was refused" in foreign.said
    assert missing.code == 1
    assert "needs a key" in missing.said
    assert {model["id"]: model["standing"] for model in listed} == {
        "openai/gpt-6-luna": "works",
        "qwen/qwen3-4b": "unavailable",
        "qwen/qwen3-4b:free": None,
    }
    assert KEY not in good.out + good.err + gone.out + gone.err + foreign.out + foreign.err


def test_003_8_models_are_tried_stopped_with_ctrl_c_and_gone_on_with(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(models=["a", "b", "c"], model_list=[{"id": name} for name in ("a", "b", "c", "gone")])
    command = ("check-models", "custom", "--base-url", fake_provider.url, "--disable")
    report, log = tmp_path / "custom_test_results.json", tmp_path / "custom_model_test.log"

    process = begin(*command, "--spacing", "600", cwd=tmp_path)
    wait_until(lambda: report.exists() and orjson.loads(report.read_bytes())["results"])
    process.send_signal(signal.SIGINT)
    stopped = finish(process)
    done = handai(*command, "--spacing", "0", "--json", cwd=tmp_path)
    disabled = handai("models", "custom", "--base-url", fake_provider.url)

    assert stopped.code == 4
    assert "the same command goes on" in stopped.said
    assert done.code == 3, done.err
    figures = done.figures()
    assert [tried["model"] for tried in figures["results"]] == ["a", "b", "c", "gone"]
    summary = figures["summary"]
    assert (summary["total"], summary["ok"], summary["failed"], summary["success_rate"]) == (4, 3, 1, 0.75)
    assert sorted(summary["fastest"]) == ["a", "b", "c"]
    assert [received.json()["model"] for received in fake_provider.requests if b"messages" in received.body] == [
        "a",
        "b",
        "c",
        "gone",
    ]
    assert orjson.loads(report.read_bytes()) == figures
    assert "Disabled: gone" in done.said
    assert "disabled" in disabled.out
    assert "a: works" in log.read_text()


def test_a_models_name_is_told_as_it_is(tmp_path: Path, fake_provider: FakeProvider) -> None:
    """The end of a free variant is no picture."""
    fake_provider.configure(models=["a/b:free"], model_list=[{"id": "a/b:free"}])
    address = ("--base-url", fake_provider.url)
    tried = handai("check-models", "custom", *address, "--spacing", "0", cwd=tmp_path)
    checked = handai("check", "custom", "a/b:free", *address)
    assert "1/1 a/b:free: works" in tried.said
    assert "a/b:free works at Custom" in checked.out
    assert "checked less than a minute ago" in checked.said


@pytest.mark.parametrize("arguments", [["check", "no-such"], ["models", "no-such"], ["check-models", "openai"]])
def test_what_can_not_start_says_why(arguments: list[str]) -> None:
    told = handai(*arguments)
    assert told.code == 1
    assert told.said
    assert "Traceback" not in told.err


def test_without_a_model_the_key_is_checked_first_and_then_the_model_used_last(fake_provider: FakeProvider) -> None:
    fake_provider.configure(key=KEY, list_key=KEY, models=["gpt-6-luna"])
    address = ("--base-url", fake_provider.url)
    refused = handai("check", "openai", *address, "--json", OPENAI_API_KEY="sk-proj-" + "x" * 20)
    sent = fake_provider.stats()["total"]
    good = handai("check", "openai", *address, OPENAI_API_KEY=KEY)

    assert (refused.code, sent) == (3, 0)
    assert refused.figures() == {"provider": "openai", "standing": "unknown", "key": "refused"}
    assert "Invalid API key" in refused.said
    assert good.code == 0, good.err
    assert "The key works" in good.said
    assert "gpt-6-luna works at OpenAI" in good.out


def test_002_11_longer_and_longer_prompts_are_tried_on_request(fake_provider: FakeProvider) -> None:
    told = handai("check", "custom", "m", "--base-url", fake_provider.url, "--context", "1500", "--json")
    assert told.code == 0, told.err
    lengths = told.figures()["context"]["lengths"]
    assert [(length["tokens"], length["taken"]) for length in lengths] == [(1000, "whole"), (1500, "whole")]
    assert "up to 1,500 tokens" in told.said

"""Servers on this computer: found when they run, with models and context; a clear hint when they don't."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest

from services import doctor
from services.models import local_servers
from services.models.local_servers import LLAMA_CPP, Candidate, LocalServer, candidates, find
from tests.fake_listing import Answer, fake_listing

DEAD = "http://127.0.0.1:9/v1"
LLAMA_LIST = {"object": "list", "data": [{"id": "tiny", "object": "model", "owned_by": "llamacpp"}]}


def candidate(provider: str, url: str) -> Candidate:
    return Candidate(provider, provider, url, f"Start {provider}.")


def found(wanted: Candidate, patience_s: float = 5.0) -> LocalServer:
    (server,) = asyncio.run(find((wanted,), patience_s))
    return server


def test_004_15_ollama_is_found_with_the_context_that_it_really_uses() -> None:
    answers: dict[str, Answer] = {
        "/api/tags": {"models": [{"name": "qwen3:8b"}, {"name": "llama4:17b"}]},
        "/api/show": {"model_info": {"x.context_length": 131072}},
        "/api/ps": {"models": [{"name": "qwen3:8b", "context_length": 4096}]},
    }
    with fake_listing(answers) as server:
        seen = found(candidate("ollama", f"{server.url}/v1"))
    assert seen.running
    assert {model.id: model.context_length for model in seen.models} == {"qwen3:8b": 4096, "llama4:17b": 131072}
    assert "qwen3:8b (4,096 tokens)" in seen.told
    assert "OLLAMA_CONTEXT_LENGTH" in seen.told


def test_lm_studio_is_found_with_its_models() -> None:
    listed = {"models": [{"type": "llm", "key": "gemma-4", "max_context_length": 8192}]}
    with fake_listing({"/api/v1/models": listed}) as server:
        seen = found(candidate("lmstudio", f"{server.url}/v1"))
    assert [(model.id, model.context_length) for model in seen.models] == [("gemma-4", 8192)]


def test_vllm_is_found_with_its_models() -> None:
    with fake_listing({"/v1/models": {"data": [{"id": "org/model", "max_model_len": 32768}]}}) as server:
        seen = found(candidate("vllm", f"{server.url}/v1"))
    assert [(model.id, model.context_length) for model in seen.models] == [("org/model", 32768)]


def test_llama_cpp_is_known_by_its_own_page() -> None:
    props = {"default_generation_settings": {"n_ctx": 2048}}
    with fake_listing({"/props": props, "/v1/models": LLAMA_LIST}) as server:
        seen = found(replace(LLAMA_CPP, base_url=f"{server.url}/v1"))
    assert [(model.id, model.context_length) for model in seen.models] == [("tiny", 2048)]


@pytest.mark.parametrize("answers", [{}, {"/props": {"hello": 1}, "/v1/models": LLAMA_LIST}], ids=["404", "other"])
def test_another_program_on_that_port_is_no_model_server(answers: dict[str, Any]) -> None:
    with fake_listing(answers) as server:
        seen = found(replace(LLAMA_CPP, base_url=f"{server.url}/v1"))
    assert not seen.running


@pytest.mark.parametrize("wanted", [candidate("ollama", DEAD), replace(LLAMA_CPP, base_url=DEAD)], ids=["o", "l"])
def test_a_server_that_does_not_run_says_how_to_start_it(wanted: Candidate) -> None:
    seen = found(wanted)
    assert not seen.running
    assert seen.told == f"not running: {wanted.start_hint}"


def test_a_server_without_a_model_says_how_to_get_one() -> None:
    with fake_listing({"/api/tags": {"models": []}, "/api/ps": {"models": []}}) as server:
        seen = found(candidate("ollama", f"{server.url}/v1"))
    assert seen.running
    assert "ollama pull MODEL" in seen.told


def test_a_server_that_wants_a_key_runs() -> None:
    with fake_listing({"/v1/models": (401, {"error": {"message": "Unauthorized"}})}) as server:
        seen = found(candidate("vllm", f"{server.url}/v1"))
    assert (seen.running, seen.models) == (True, ())
    assert "wants a key" in seen.told


def test_a_server_that_does_not_answer_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        seen = found(candidate("vllm", f"http://127.0.0.1:{port}/v1"), 0.05)
    assert not seen.running
    assert "no answer in 0.05 s" in seen.told


def test_the_usual_ports_are_looked_at_and_a_persons_own_address_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_BASE_URL", "http://127.0.0.1:9/v1")
    assert {one.name: one.base_url for one in candidates()} == {
        "LM Studio": "http://localhost:1234/v1",
        "Ollama": "http://localhost:11434/v1",
        "vLLM": "http://127.0.0.1:9/v1",
        "llama.cpp": "http://localhost:8080/v1",
    }


def test_dev_mode_looks_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_DEV_MODE", "true")
    assert local_servers.look() == ()


def test_the_doctor_tells_how_each_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    running = LocalServer(candidate("ollama", DEAD), True, hint="It has no model yet.")
    stopped = LocalServer(candidate("vllm", DEAD), False, hint="Start vllm.")
    monkeypatch.setattr(local_servers, "look", lambda: (running, stopped))
    told = {(finding.what, finding.level): finding.detail for finding in doctor.examine()}
    assert told[("ollama", "ok")] == "running. It has no model yet."
    assert told[("vllm", "note")] == "not running: Start vllm."

"""One router is the only way to a provider: who makes clients, and which server is called after every switch."""

import ast
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path

import pytest
from pydantic import SecretStr

from cli.options import ModelFlags, model_part
from engine.results import RunStatus
from engine.spec import RunSpec
from providers import specs
from providers.router import make_client
from providers.specs import PROVIDERS
from services import preferences
from services.models.keys import require_key
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.architecture import project_modules
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
REAL = [spec for spec in PROVIDERS if spec.id != "demo"]
# What can reach a network → the modules that may make one.
MAKERS = {
    "OpenAICompatibleClient": {"providers/router.py"},
    "DemoClient": {"providers/router.py"},
    "AsyncOpenAI": {"providers/openai_client.py"},
    "ClientSession": {"providers/openai_client.py", "providers/direct_sender.py"},
    "AsyncClient": {"providers/listing_http.py"},
    **{name: set[str]() for name in ("OpenAI", "AsyncAzureOpenAI", "Client", "urlopen", "HTTPSConnection", "Session")},
}


def makers_in(source: str) -> Iterator[str]:
    """The names of clients that a module makes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MAKERS:
                yield name


def test_nobody_but_the_router_makes_a_client() -> None:
    """Row 002-1: one router function is the only path to a provider."""
    strayed = [
        f"{module.path} makes {name}"
        for module in project_modules(ROOT)
        for name in makers_in(module.source)
        if module.path not in MAKERS[name]
    ]
    assert strayed == []


@pytest.mark.parametrize("line", ["OpenAICompatibleClient(spec, url, key)", "httpx2.AsyncClient()", "urlopen(url)"])
def test_a_client_made_elsewhere_would_be_found(line: str) -> None:
    assert list(makers_in(f"def f():\n    return {line}"))


def key_of(provider_id: str) -> str:
    return f"key-of-{provider_id}-" + "x" * 12


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, FakeProvider]]:
    """A local server in each provider's place, which takes that provider's key and no other."""
    with ExitStack() as stack:
        found = {spec.id: stack.enter_context(FakeProvider(key=key_of(spec.id))) for spec in REAL}
        for spec in REAL:
            there = spec.model_copy(update={"base_url": found[spec.id].url, "default_model": f"model-of-{spec.id}"})
            monkeypatch.setitem(vars(specs)["_BY_ID"], spec.id, there)
            monkeypatch.setenv(spec.key_variables[0], key_of(spec.id))
        yield found


async def called(servers: dict[str, FakeProvider], provider_id: str) -> list[str]:
    """Who was called when that provider was asked."""
    before = {name: server.stats()["answered"] for name, server in servers.items()}
    client = make_client(provider_id, base_url=None, api_key=SecretStr(key_of(provider_id)))
    await client.complete(REQUEST)
    await client.aclose()
    return [name for name, server in servers.items() if server.stats()["answered"] != before[name]]


async def test_every_switch_from_one_provider_to_another_calls_the_one_chosen(
    servers: dict[str, FakeProvider],
) -> None:
    """Rows 002-1 and 002-9: all ordered pairs, each provider with its own server and its own key."""
    assert len(servers) >= 10
    for first, second in permutations(servers, 2):
        assert await called(servers, first) == [first]
        assert await called(servers, second) == [second]
    for name, server in servers.items():
        assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {key_of(name)}"}
        assert server.stats()["total"] == server.stats()["answered"] == 2 * 2 * (len(servers) - 1) / 2


async def test_the_provider_is_read_from_the_settings_when_a_run_is_made(
    servers: dict[str, FakeProvider], tmp_path: Path
) -> None:
    """Rows 002-2, 002-3, 002-8 and 002-9: saved provider, its own model and key, no restart in between."""
    table = datasets.store_file(made_table(tmp_path / "in.csv", 1))
    for name, server in servers.items():
        preferences.save(preferences.load().model_copy(update={"provider": name}))
        spec = RunSpec.checked(
            {
                "input": {"kind": "transform", "dataset": table.id},
                "prompt": {"template": "{{ text }}"},
                **model_part(ModelFlags()),
            }
        )
        record = runs.create(runs.NewRun(spec, table.id))
        assert await execute(record.id, require_key(name, base_url=record.spec.model.base_url)) is RunStatus.COMPLETED
        assert [request.json()["model"] for request in server.requests] == [f"model-of-{name}"]
    assert {name: server.stats()["total"] for name, server in servers.items()} == dict.fromkeys(servers, 1)

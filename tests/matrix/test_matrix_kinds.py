"""Every fault shape, sent by a real server in each provider's own words, becomes its kind in the real client."""

import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from engine.columns import Output
from engine.parsing import parse_completion
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, CompletionClient, CompletionRequest
from providers.specs import PROVIDERS as SPECS
from providers.specs import get_provider
from tests.fake_provider import FakeProvider
from tests.matrix.matrix import PROVIDERS, SHAPES, cells_of
from tests.matrix.more_words import MORE_WORDS
from tests.matrix.serving import misbehave
from tests.matrix.shape import Cell, Shape
from tests.providers.clients import REQUEST, client_of, failure_of

pytestmark = pytest.mark.anyio

KEY = "k" * 24
HASTY = replace(REQUEST, timeout_s=0.05)
_DATED = re.compile(r"\b20(?:1[0-9]|2[0-6])-(?:0[1-9]|1[0-2])\b")
Ask = Callable[[CompletionClient, CompletionRequest], Awaitable[Completion]]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])


def test_there_are_sixty_shapes_and_all_providers() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES) >= 60
    assert {*PROVIDERS} == {spec.id for spec in SPECS if spec.id != "demo"}
    assert len(PROVIDERS) == 17


def test_every_fixture_says_where_and_when_it_was_seen() -> None:
    cells = [cell for shape in SHAPES for cell in cells_of(shape)]
    assert [(cell.shape.name, cell.provider) for cell in cells if not _DATED.search(cell.source)] == []


def test_more_words_are_of_shapes_and_providers_that_are_there() -> None:
    assert {*MORE_WORDS} <= {shape.name for shape in SHAPES}
    assert {provider for words in MORE_WORDS.values() for provider in words} == set(PROVIDERS[10:])


def test_every_kind_is_in_the_matrix() -> None:
    assert {shape.kind for shape in SHAPES} == {*ErrorKind} - {ErrorKind.INTERNAL}


@pytest.mark.usefixtures("both_ways")
@every_shape
async def test_a_shape_is_the_same_kind_at_all(server: FakeProvider, shape: Shape) -> None:
    wrong = {}
    for cell in cells_of(shape):
        before = server.stats()["total"]
        misbehave(server, cell)
        error = await _failure(server, cell, _whole)
        problems = [said for said, holds in _checks(cell, error, server.stats()["total"] - before).items() if not holds]
        if problems:
            wrong[cell.provider] = (problems, error.kind, str(error))
    assert wrong == {}


@every_shape
async def test_a_stream_of_a_shape_is_the_same_kind_at_all(server: FakeProvider, shape: Shape) -> None:
    found = {}
    for cell in cells_of(shape):
        misbehave(server, cell)
        found[cell.provider] = (await _failure(server, cell, _streamed)).kind
    assert found == dict.fromkeys(PROVIDERS, shape.kind)


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_server_that_is_not_there_was_sent_nothing(provider: str) -> None:
    error = await failure_of(f"http://127.0.0.1:{free_port()}/v1", provider=provider, key=KEY)
    assert (error.kind, error.unsent) == (ErrorKind.CONNECTION, True)
    assert says_who(error, provider)
    assert error.remedy


async def _failure(server: FakeProvider, cell: Cell, ask: Ask) -> ProviderError:
    request = HASTY if cell.shape.kind is ErrorKind.TIMEOUT and cell.shape.fault else REQUEST
    async with client_of(server.url, provider=cell.provider, key=KEY) as client:
        try:
            return _unusable(await ask(client, request))
        except ProviderError as error:
            return error


async def _whole(client: CompletionClient, request: CompletionRequest) -> Completion:
    return await client.complete(request)


async def _streamed(client: CompletionClient, request: CompletionRequest) -> Completion:
    last = [piece async for piece in client.stream(request)][-1]
    assert last.completion is not None
    return last.completion


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _unusable(completion: Completion) -> ProviderError:
    """Why the engine does not take an answer that came without an error."""
    with pytest.raises(ProviderError) as caught:
        parse_completion(completion, (Output(name="answer"),), json_mode=False)
    return caught.value


def _checks(cell: Cell, error: ProviderError, calls: int) -> dict[str, bool]:
    shape, text = cell.shape, str(error)
    return {
        f"is {shape.kind}": error.kind is shape.kind,
        "was one request": calls == 1,
        f"waits {shape.waits_s}": error.retry_after_s == pytest.approx(shape.waits_s),
        f"names {shape.parameter}": error.parameter == shape.parameter,
        "was sent": not error.unsent,
        "is a sentence": error.cause.endswith((".", "!", "?", "…")) and len(error.cause) < 450,
        "shows no markup, no None and no key": not any(word in text for word in ("<html", "None", KEY)),
        "says who failed": says_who(error, cell.provider),
    }


def says_who(error: ProviderError, provider: str) -> bool:
    """Whether a person can tell that it is not Handai that failed."""
    names: list[Callable[[str], bool]] = [
        lambda text: get_provider(provider).name in text,
        lambda text: "the model" in text.lower(),
        lambda text: "the provider" in text.lower(),
        lambda text: "the answer" in text.lower(),
    ]
    return any(is_named(error.cause) for is_named in names) and "fault in Handai" not in str(error)

"""Which model servers run on this computer, with their models and context sizes, and how to start those that don't."""

import asyncio
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from handai_errors import ErrorKind, HandaiError, ProviderError
from providers.base import ModelInfo
from providers.base_url import resolve_base_url
from providers.dev_mode import dev_mode
from providers.http_rules import request_headers
from providers.listing import count
from providers.listing_http import ListingCall
from providers.models import fetch_models
from providers.remedies import CallContext
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from services import preferences
from services.models.key_hosts import declared_base_url

PATIENCE_S = 1.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server that may be running: the provider to choose for it, its usual address, how to start it."""

    provider: str
    name: str
    base_url: str
    start_hint: str


@dataclass(frozen=True, slots=True)
class LocalServer:
    """What was found at a candidate's address; `hint` is what to do where it can't be used yet."""

    candidate: Candidate
    running: bool
    models: tuple[ModelInfo, ...] = ()
    hint: str = ""

    @property
    def told(self) -> str:
        """How it stands, in one line."""
        if not self.running:
            return f"not running: {self.hint}"
        if not self.models:
            return f"running. {self.hint}"
        shown = ", ".join(_shown(model) for model in self.models[:3])
        more = f" and {len(self.models) - 3} more" if len(self.models) > 3 else ""
        return f"running with {shown}{more}" + (f". {self.hint}" if self.hint else "")


LLAMA_CPP = Candidate(
    "custom", "llama.cpp", "http://localhost:8080/v1", "Start it: `llama-server -m MODEL.gguf`; its port is 8080."
)


def candidates() -> tuple[Candidate, ...]:
    """The servers to look for, at the addresses that the person gave where there are any."""
    saved = preferences.load().base_urls
    own = [spec for spec in PROVIDERS if spec.local and spec.base_url]
    return (*(_candidate(spec, saved.get(spec.id) or declared_base_url(spec)) for spec in own), LLAMA_CPP)


def look(patience_s: float = PATIENCE_S) -> tuple[LocalServer, ...]:
    """Every candidate, asked at the same time; nothing in DEV_MODE, which sends nothing."""
    return () if dev_mode() else asyncio.run(find(candidates(), patience_s))


async def find(wanted: tuple[Candidate, ...], patience_s: float = PATIENCE_S) -> tuple[LocalServer, ...]:
    """What is at each candidate's address."""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_find(candidate, patience_s)) for candidate in wanted]
    return tuple(task.result() for task in asked)


async def _find(candidate: Candidate, patience_s: float) -> LocalServer:
    spec = get_provider(candidate.provider)
    try:
        async with asyncio.timeout(patience_s):
            models = await _models(spec, candidate)
    except TimeoutError:
        return LocalServer(candidate, False, hint=f"{candidate.base_url} gave no answer in {patience_s:g} s.")
    except ProviderError as error:
        if error.kind is ErrorKind.AUTH:
            return LocalServer(candidate, True, hint="It wants a key: give it in the key field.")
        return LocalServer(candidate, False, hint=candidate.start_hint)
    except HandaiError as error:
        return LocalServer(candidate, False, hint=str(error))
    if models is None:
        return LocalServer(candidate, False, hint=candidate.start_hint)
    return LocalServer(candidate, True, tuple(models), _hint(spec, models))


async def _models(spec: ProviderSpec, candidate: Candidate) -> list[ModelInfo] | None:
    """The models at an address; None where something else answers there."""
    if candidate.provider == LLAMA_CPP.provider:
        context = await _llama_context(candidate)
        if context is None:
            return None
        found = await fetch_models(spec.id, candidate.base_url, None)
        return [replace(model, context_length=context) for model in found]
    models = await fetch_models(spec.id, candidate.base_url, None)
    if spec.cuts_prompts:
        loaded = await _loaded_contexts(spec, candidate)
        return [replace(model, context_length=loaded.get(model.id, model.context_length)) for model in models]
    return models


async def _llama_context(candidate: Candidate) -> int | None:
    """The context that llama.cpp runs with; None where it isn't llama.cpp."""
    facts = await _json(get_provider(candidate.provider), candidate, "/props")
    settings = facts.get("default_generation_settings") if isinstance(facts, dict) else None
    return count(settings.get("n_ctx")) if isinstance(settings, dict) else None


async def _loaded_contexts(spec: ProviderSpec, candidate: Candidate) -> dict[str, int]:
    """The contexts that Ollama really uses for the models in memory; often shorter than what they could take."""
    facts = await _json(spec, candidate, "/api/ps")
    loaded = facts.get("models") if isinstance(facts, dict) else None
    sizes = {
        str(item.get("name")): count(item.get("context_length"))
        for item in (loaded if isinstance(loaded, list) else ())
        if isinstance(item, dict)
    }
    return {name: size for name, size in sizes.items() if size}


async def _json(spec: ProviderSpec, candidate: Candidate, path: str) -> object:
    parts = urlsplit(candidate.base_url)
    root = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/v1')}"
    context = CallContext(spec, candidate.base_url, timeout_s=PATIENCE_S, has_key=False)
    async with ListingCall(context, request_headers(None, {})) as call:
        return await call.get_if_there(f"{root}{path}")


def _candidate(spec: ProviderSpec, address: str | None) -> Candidate:
    try:
        base_url = resolve_base_url(spec.id, address)
    except HandaiError:
        base_url = resolve_base_url(spec.id, None)
    return Candidate(spec.id, spec.name, base_url, spec.start_hint)


def _hint(spec: ProviderSpec, models: list[ModelInfo]) -> str:
    if not models:
        return f"It has no model yet. {spec.pull_hint.format(model='MODEL')}".strip()
    if spec.cuts_prompts:
        return "Prompts longer than its context are cut: set OLLAMA_CONTEXT_LENGTH for long rows."
    return ""


def _shown(model: ModelInfo) -> str:
    return f"{model.id} ({model.context_length:,} tokens)" if model.context_length else model.id

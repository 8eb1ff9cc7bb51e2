"""The names of a model: the id that requests carry, the slug for paths and URLs, and what people type instead."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from engine.nearest import nearest
from handai_errors import NotFoundError
from providers.base import ModelInfo

# Variants of OpenRouter that are routing wishes: any model takes them, and no list shows them.
_WISHES = frozenset({"nitro", "floor", "online", "exacto"})
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def slug_of(model_id: str) -> str:
    """A name for paths, URLs and file names: `/` becomes `_`, anything else that is unsafe there `-`."""
    slug = _UNSAFE.sub("-", model_id.replace("/", "_")).strip("-.")
    return slug or "model"


def slugs_of(ids: Iterable[str]) -> dict[str, str]:
    """A slug for each id, no two alike."""
    taken: set[str] = set()
    slugs: dict[str, str] = {}
    for model_id in sorted(ids):
        slug = slug_of(model_id)
        if slug.casefold() in taken:
            slug = f"{slug}-{hashlib.sha256(model_id.encode()).hexdigest()[:8]}"
        taken.add(slug.casefold())
        slugs[model_id] = slug
    return slugs


def resolve(name: str, models: Sequence[ModelInfo]) -> str | None:
    """The id of the listed model that `name` means: its id, a slug or its Hugging Face id; None if it is none."""
    name = name.strip()
    known = {model.id: model for model in models}
    if name in known:
        return name
    found = _by_other_name(name, models)
    if found is not None:
        return found
    base, _, variant = name.rpartition(":")
    base_id = resolve(base, models) if base else None
    if base_id is None:
        return None
    wished = f"{base_id}:{variant}"
    return wished if wished in known or variant in _WISHES else None


def required(name: str, models: Sequence[ModelInfo]) -> str:
    """The id that `name` means; raises NotFoundError with the nearest ids."""
    found = resolve(name, models)
    if found is None:
        raise unknown_model(name, models)
    return found


def unknown_model(name: str, models: Sequence[ModelInfo]) -> NotFoundError:
    """The error of a name that no listed model has."""
    return NotFoundError(f"Model not found in database: {name}.", nearest(name, [m.id for m in models], noun="models"))


def is_slug_form(name: str, models: Sequence[ModelInfo]) -> bool:
    """Whether `name` can't be an id here: all ids of this provider have an author and a slash, and it has none."""
    return bool(models) and "/" not in name and all("/" in model.id for model in models)


def variants_of(model_id: str, exact_id: str | None, free_suffix: str = "") -> tuple[str, ...]:
    """The ids under which a model may answer: as listed, in its Hugging Face case, with or without the free suffix."""
    base, _, variant = model_id.partition(":")
    listed = [model_id]
    if exact_id and exact_id != model_id:
        listed.append(f"{exact_id}:{variant}" if variant else exact_id)
    if free_suffix:
        listed.append(model_id.removesuffix(free_suffix) if model_id.endswith(free_suffix) else f"{base}{free_suffix}")
    return tuple(dict.fromkeys(listed))


def candidates(
    requested: str | None, default: str | None, fallbacks: Sequence[str], models: Sequence[ModelInfo]
) -> tuple[str, ...]:
    """Models in the order in which they are to be tried: requested, default, fallbacks, then by context length."""
    by_context = sorted(models, key=lambda model: (-(model.context_length or 0), model.id))
    names = (requested, default, *fallbacks, *(model.id for model in by_context))
    return tuple(dict.fromkeys(name for name in names if name))


def _by_other_name(name: str, models: Sequence[ModelInfo]) -> str | None:
    slugs = slugs_of(model.id for model in models)
    ways: tuple[Mapping[str, str], ...] = (
        {slug: model_id for model_id, slug in slugs.items()},
        _plainest((model.canonical_slug, model.id) for model in models),
        _plainest((model.canonical_slug and slug_of(model.canonical_slug), model.id) for model in models),
        _plainest((model.hugging_face_id, model.id) for model in models),
    )
    for names in ways:
        if name in names:
            return names[name]
    folded = [model.id for model in models if name.casefold() in {model.id.casefold(), slugs[model.id].casefold()}]
    return folded[0] if len(folded) == 1 else None


def _plainest(names: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """Each name's id; of several with the same name the one without a variant such as `:free`."""
    found: dict[str, str] = {}
    for name, model_id in names:
        if name and (name not in found or (":" in found[name] and ":" not in model_id)):
            found[name] = model_id
    return found

"""Which models a run asks in turn: its own, those its provider switches to by itself, then those that Handai asks."""

from itertools import takewhile

from engine.spec import ModelSettings
from providers.specs import PROVIDERS, get_provider

_IDS = frozenset(spec.id for spec in PROVIDERS)


def named(model: ModelSettings, fallback: str) -> tuple[str, str]:
    """Provider and model that a fallback names: `provider:model`, or just a model of the run's own provider."""
    prefix, colon, rest = fallback.partition(":")
    return (prefix, rest) if colon and rest and prefix in _IDS else (model.provider, fallback)


def left_to_the_provider(model: ModelSettings) -> tuple[str, ...]:
    """The fallbacks that the provider itself switches to: an aggregator's own models, as far as they come first."""
    if model.provider not in _IDS or not get_provider(model.provider).routes:
        return ()
    pairs = takewhile(lambda pair: pair[0] == model.provider, (named(model, name) for name in model.fallbacks))
    return tuple(name for _, name in pairs)


def label_of(model: ModelSettings) -> str:
    """What a fallback is called where it is told."""
    return f"{model.provider}:{model.model}"


def asked_in_turn(model: ModelSettings) -> tuple[ModelSettings, ...]:
    """The run's model with the fallbacks that are left to its provider, then each other one as settings of its own.

    Another provider's address is not known here: None.
    """
    native = left_to_the_provider(model)
    first = model.model_copy(update={"fallbacks": native})
    others = []
    for fallback in model.fallbacks[len(native) :]:
        provider, name = named(model, fallback)
        changes: dict[str, object] = {"provider": provider, "model": name, "fallbacks": ()}
        if provider != model.provider:
            changes |= {"base_url": None, "routing": None}
        others.append(model.model_copy(update=changes))
    return (first, *others)

"""Fallback models and preferences about upstreams as a person sets them: what is shown, and what it means for a run."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.routing import Routing
from services.environment import given_for
from services.forms.model_form import ModelForm

AnyForm = TypeVar("AnyForm", bound=ModelForm)

_PLACES = {"order": "to ask first", "only": "to ask at all"}


def shown_fallbacks(form: ModelForm) -> tuple[str, ...]:
    """The fallback models that hold now: the person's, else those that variables name."""
    return given_for(form.provider).fallbacks if form.fallbacks is None else form.fallbacks


def with_fallbacks(form: AnyForm, chosen: Sequence[str]) -> AnyForm:
    """The form with these models to ask, in this order, when its own fails; the model itself is no fallback."""
    names = tuple(dict.fromkeys(name.strip() for name in chosen if name.strip() and name.strip() != form.model))
    said = None if names == given_for(form.provider).fallbacks else names
    return form.model_copy(update={"fallbacks": said})


def shown_routing(form: ModelForm) -> Routing:
    """The preferences that hold now: the person's, else those that variables say."""
    return form.routing or given_for(form.provider).routing or Routing()


def with_routing(form: AnyForm, fields: Mapping[str, Any]) -> AnyForm:
    """The form with the preferences in `fields`; if they contradict each other, with the reason instead."""
    try:
        routing = Routing.model_validate(fields)
    except ValidationError as error:
        return form.model_copy(update={"routing_problem": _why(fields, error)})
    said = None if routing == (given_for(form.provider).routing or Routing()) else routing
    return form.model_copy(update={"routing": said, "routing_problem": ""})


def _why(fields: Mapping[str, Any], error: ValidationError) -> str:
    """The contradiction in the words of the page."""
    ignored = {name.strip() for name in fields.get("ignore") or ()}
    for place, meaning in _PLACES.items():
        both = sorted({name.strip() for name in fields.get(place) or ()} & ignored)
        if both:
            return f"{both[0]} is named both as one {meaning} and as one never to ask."
    strangers = sorted({name.strip() for name in fields.get("order") or ()} - {*(fields.get("only") or ())})
    if strangers and fields.get("only"):
        return f"{strangers[0]} is to be asked first, but is not among the only ones to ask."
    return error.errors()[0]["msg"]

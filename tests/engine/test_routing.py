from typing import Any

import pytest
from pydantic import ValidationError

from engine.identity import request_hash
from engine.routing import Routing
from engine.spec import ModelSettings, RunSpec
from providers.base import Message

MODEL = ModelSettings(provider="openrouter", model="a/b")
MESSAGES = (Message("user", "hi"),)


@pytest.mark.parametrize(
    "said",
    [
        {"order": ["groq", "together"], "allow_fallbacks": False},
        {"only": ["groq"], "sort": "price"},
        {"ignore": ["x"], "data_collection": "deny", "zdr": True},
        {"max_price": {"prompt": 1.0, "completion": 2.5}},
        {"order": ["groq"], "only": ["groq", "together"]},
    ],
    ids=str,
)
def test_preferences_are_exactly_what_was_said(said: dict[str, Any]) -> None:
    assert Routing.model_validate(said).preferences == said


def test_nothing_said_is_no_preference() -> None:
    assert Routing().preferences is None


@pytest.mark.parametrize(
    "said",
    [
        {"sort": "speed"},
        {"data_collection": "maybe"},
        {"max_price": {"prompt": -1}},
        {"only": [" "]},
        {"only": ["a"], "ignore": ["a"]},
        {"order": ["a"], "only": ["b"]},
        {"quantizations": ["fp8"]},
    ],
    ids=str,
)
def test_preferences_that_can_not_be_kept_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Routing.model_validate(said)


def test_a_spec_with_routing_reads_back_equal() -> None:
    model = MODEL.model_copy(update={"fallbacks": ("c/d",), "routing": Routing(order=("groq",), zdr=True)})
    spec = RunSpec.checked({"input": {"kind": "transform"}, "model": model.model_dump(mode="json")})
    assert RunSpec.from_yaml(spec.to_yaml()) == spec
    assert spec.model.routing == model.routing


def test_requests_that_differ_in_their_route_are_different_requests() -> None:
    routed = MODEL.model_copy(update={"routing": Routing(only=("groq",))})
    backed = MODEL.model_copy(update={"fallbacks": ("c/d",)})
    silent = MODEL.model_copy(update={"routing": Routing()})
    assert len({request_hash(model, MESSAGES) for model in (MODEL, routed, backed)}) == 3
    assert request_hash(silent, MESSAGES) == request_hash(MODEL, MESSAGES)

"""Every widget of the Transform page changes what its run asks; from a spec on, the wire tests beside this go on."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.routing import Routing
from engine.spec import RunSpec, TransformInput
from tests.pages.conftest import launched
from tests.pages.transform_visit import Launched, press, ran, ready

__all__ = ["launched"]

KEY = "k3y" * 8
Seen = Callable[[RunSpec], bool]


def _routing(spec: RunSpec) -> Routing:
    assert spec.model.routing is not None
    return spec.model.routing


def _prices(spec: RunSpec) -> tuple[float | None, float | None]:
    found = _routing(spec).max_price
    return (found.prompt, found.completion) if found else (None, None)


def _shown(spec: RunSpec) -> tuple[str, ...] | None:
    assert isinstance(spec.input, TransformInput)
    return spec.input.columns


# The kind of widget, its key, what a person sets, and where the spec has it. The provider is OpenRouter.
CASES: list[tuple[str, str, Any, Seen]] = [
    ("text_area", "transform_instructions", "In verse.", lambda s: s.prompt.instructions == "In verse."),
    ("multiselect", "transform_columns", ["text"], lambda s: _shown(s) == ("text",)),
    ("toggle", "transform_json", True, lambda s: s.model.json_mode),
    ("text_input", "transform_output", "mood", lambda s: [item.name for item in s.outputs] == ["mood"]),
    ("selectbox", "provider_model", "openai/gpt-6-luna", lambda s: s.model.model == "openai/gpt-6-luna"),
    ("number_input", "transform_max_tokens", 77, lambda s: s.model.max_tokens == 77),
    ("number_input", "transform_concurrency", 3, lambda s: s.limits.concurrency == 3),
    ("number_input", "transform_max_attempts", 2, lambda s: s.limits.max_attempts == 2),
    ("number_input", "transform_rpm", 90, lambda s: s.limits.rpm == 90),
    ("number_input", "transform_spacing_s", 2.5, lambda s: s.limits.spacing_s == 2.5),
    ("number_input", "transform_daily_requests", 40, lambda s: s.limits.daily_requests == 40),
    ("toggle", "transform_ask_again", True, lambda s: not s.limits.cache),
    ("number_input", "transform_model_seed", 5, lambda s: s.model.seed == 5),
    ("number_input", "transform_temperature", 0.3, lambda s: s.model.temperature == 0.3),
    ("number_input", "transform_timeout_s", 9.0, lambda s: s.limits.timeout_s == 9.0),
    ("number_input", "transform_max_cost_usd", 2.0, lambda s: s.limits.max_cost_usd == 2.0),
    ("toggle", "transform_similar_on", True, lambda s: s.limits.similar == 0.95),
    ("multiselect", "transform_fallbacks_openrouter", ["x/y:free"], lambda s: s.model.fallbacks == ("x/y:free",)),
    ("multiselect", "transform_routing_order", ["groq"], lambda s: _routing(s).order == ("groq",)),
    ("multiselect", "transform_routing_only", ["groq"], lambda s: _routing(s).only == ("groq",)),
    ("multiselect", "transform_routing_ignore", ["groq"], lambda s: _routing(s).ignore == ("groq",)),
    ("selectbox", "transform_routing_allow_fallbacks", "No", lambda s: _routing(s).allow_fallbacks is False),
    ("selectbox", "transform_routing_data_collection", "No", lambda s: _routing(s).data_collection == "deny"),
    ("selectbox", "transform_routing_zdr", "Yes", lambda s: _routing(s).zdr is True),
    ("selectbox", "transform_routing_sort", "The quickest", lambda s: _routing(s).sort == "latency"),
    ("number_input", "transform_routing_price_prompt", 1.5, lambda s: _prices(s) == (1.5, None)),
    ("number_input", "transform_routing_price_completion", 2.5, lambda s: _prices(s) == (None, 2.5)),
]
# Each of these has tests of its own in tests/pages, or changes only what is shown, kept or named.
ELSEWHERE = {
    "provider_select", "provider_key", "transform_use_template", "transform_typed", "transform_preview_rows",
    "transform_run_name", "transform_session", "transform_row", "transform_sample_name", "transform_persona",
    "transform_persona_name", "transform_encoding", "transform_delimiter", "transform_header", "model_sort",
    "model_hide_gone", "transform_similar", "transform_where_on",
}  # fmt: skip


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, launched: Launched) -> AppTest:
    """A small table, ready to be asked of OpenRouter, at no price."""
    del launched
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    monkeypatch.setenv("HANDAI_PROVIDER", "openrouter")
    monkeypatch.setenv("HANDAI_MODEL", "a/b:free")
    return ready()


def test_every_widget_has_a_case_or_a_reason(page: AppTest) -> None:
    kinds = ("text_area", "text_input", "number_input", "toggle", "selectbox", "multiselect", "slider", "checkbox")
    there = {str(item.key) for kind in kinds for item in getattr(page, kind) if item.key}
    assert there == {key for _, key, _, _ in CASES} | (ELSEWHERE - {"transform_similar"})


@pytest.mark.parametrize(("kind", "key", "value", "seen"), CASES, ids=[key for _, key, _, _ in CASES])
def test_a_widget_reaches_the_spec(
    page: AppTest,
    launched: Launched,
    kind: str,
    key: str,
    value: object,
    seen: Seen,
) -> None:
    getattr(page, kind)(key=key).set_value(value)
    press(ran(page), "transform_run")
    assert seen(launched.last.spec)

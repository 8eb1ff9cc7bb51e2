"""The RunSpec: the same in a form, a YAML file, the database and the engine; wrong ones are told in plain words."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import Output
from engine.schema.columns import ConstantColumn
from engine.spec import GenerateInput, Limits, ModelSettings, Prompt, RunSpec, TransformInput
from engine.tables.model import ParseOptions
from handai_errors import SpecError

MINIMAL: dict[str, Any] = {"input": {"kind": "transform"}, "model": {"provider": "demo", "model": "m"}}
FULL = RunSpec(
    input=TransformInput(file="möbel.csv", parse=ParseOptions(delimiter=";"), columns=("a", "b: c", "#d"), limit=3),
    prompt=Prompt(instructions="Say: {{ a }}\n\n- „yes“ 👍\n", template="no"),
    outputs=(Output(name="007"), Output(name="null")),
    model=ModelSettings(provider="openai", model="m", temperature=0.0, max_tokens=5, json_mode=True, seed=7),
    limits=Limits(concurrency=4, rpm=60, max_attempts=2, timeout_s=1.5, max_cost_usd=0.01),
)
GENERATE = RunSpec(
    input=GenerateInput(rows=5, columns=(ConstantColumn(name="x", sampler="constant", value=1),), seed=1),
    model=ModelSettings(provider="demo", model="m"),
)


@pytest.mark.parametrize("spec", [RunSpec.checked(MINIMAL), FULL, GENERATE], ids=["minimal", "full", "generate"])
def test_a_spec_survives_yaml_and_json(spec: RunSpec) -> None:
    assert RunSpec.from_yaml(spec.to_yaml()) == spec
    assert RunSpec.model_validate_json(spec.model_dump_json()) == spec


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_any_text_survives_yaml(name: str, text: str) -> None:
    spec = FULL.model_copy(update={"prompt": Prompt(instructions=text, template=name)})
    assert RunSpec.from_yaml(spec.to_yaml()) == spec


def test_a_file_needs_no_more_than_input_and_model() -> None:
    spec = RunSpec.from_yaml("input: {kind: transform, file: a.csv}\nmodel: {provider: demo, model: m}\n")
    assert (spec.limits.concurrency, spec.limits.max_attempts, spec.outputs) == ("auto", 4, ())


@pytest.mark.parametrize("text", ["", "- a\n", "just text", "a: [", "\t", "!!python/object:os.system x"])
def test_what_is_no_spec_is_told(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        RunSpec.from_yaml(text)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        (("model", "temperature"), 3, "model.temperature"),
        (("model", "temperature"), float("nan"), "model.temperature"),
        (("model", "max_tokens"), 0, "model.max_tokens"),
        (("model", "api_key"), "x", "model.api_key"),
        (("model", "model"), "", "model.model"),
        (("limits", "concurrency"), 0, "limits.concurrency"),
        (("limits", "concurrency"), "many", "limits.concurrency"),
        (("limits", "timeout_s"), 0, "limits.timeout_s"),
        (("limits", "max_cost_usd"), -1, "limits.max_cost_usd"),
        (("limits", "max_cost_usd"), float("inf"), "limits.max_cost_usd"),
        (("input", "kind"), "other", "input"),
        (("version",), 2, "version"),
        (("surprise",), 1, "surprise"),
    ],
)
def test_a_setting_that_can_t_work_is_named_by_its_place(place: tuple[str, ...], value: object, named: str) -> None:
    data: dict[str, Any] = yaml.safe_load(yaml.safe_dump(MINIMAL))
    where = data
    for part in place[:-1]:
        where = where.setdefault(part, {})
    where[place[-1]] = value
    with pytest.raises(SpecError, match=named.replace(".", r"\.")):
        RunSpec.checked(data)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        RunSpec.checked({"input": {"kind": "transform", "limit": 0}, "model": {"provider": "demo"}})
    assert "limit" in caught.value.cause
    assert "model.model" in caught.value.cause


def test_a_spec_has_no_room_for_a_key() -> None:
    assert not {name for name in ModelSettings.model_fields if "key" in name}

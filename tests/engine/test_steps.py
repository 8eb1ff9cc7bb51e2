"""Which columns share a model call, and which wait for which."""

import pytest

from engine.columns import Output
from engine.spec import GenerateInput, ModelSettings, Prompt, RunSpec, TransformInput
from engine.steps import Step, steps_of
from handai_errors import SpecError


def generate(*columns: dict[str, object], instructions: str = "") -> tuple[Step, ...]:
    schema = GenerateInput.model_validate({"columns": columns, "instructions": instructions})
    return steps_of(RunSpec(input=schema))


def transform(*outputs: Output, json_mode: bool = False) -> tuple[Step, ...]:
    model = ModelSettings(provider="custom", model="m", json_mode=json_mode)
    spec = RunSpec(input=TransformInput(), prompt=Prompt(instructions="Do it."), outputs=outputs, model=model)
    return steps_of(spec, ("text",))


def filled(steps: tuple[Step, ...]) -> list[list[str]]:
    return [[output.name for output in step.outputs] for step in steps]


def test_columns_with_the_same_prompt_share_a_call() -> None:
    found = generate({"name": "title", "prompt": "A book."}, {"name": "pages", "type": "integer", "prompt": "A book."})
    assert filled(found) == [["title", "pages"]]
    assert found[0].json


def test_a_column_waits_for_the_one_that_its_prompt_names() -> None:
    found = generate(
        {"name": "rating", "type": "integer", "prompt": "Rate: {{ review }}"},
        {"name": "review", "prompt": "A review."},
    )
    assert filled(found) == [["review"], ["rating"]]
    assert [step.json for step in found] == [False, True]


def test_the_same_prompt_does_not_join_columns_that_wait_for_each_other() -> None:
    found = generate(
        {"name": "first", "prompt": "Write."},
        {"name": "second", "prompt": "Go on after {{ first }}"},
        {"name": "third", "prompt": "Write."},
    )
    assert filled(found) == [["first", "third"], ["second"]]


def test_other_instructions_make_another_call() -> None:
    found = generate({"name": "a", "prompt": "Write."}, {"name": "b", "prompt": "Write.", "instructions": "Be short."})
    assert filled(found) == [["a"], ["b"]]


def test_a_judge_comes_last_and_gives_a_score_and_a_reason() -> None:
    found = generate(
        {"name": "quality", "judge": {"criteria": "Is it kind?"}},
        {"name": "letter", "prompt": "A letter."},
    )
    assert filled(found) == [["letter"], ["quality", "quality_reason"]]
    assert "{{ letter }}" in (found[1].prompt.template or "")
    assert (found[1].outputs[0].minimum, found[1].outputs[0].maximum) == (1, 5)


def test_an_expression_over_an_answer_is_computed_with_that_step() -> None:
    found = generate(
        {"name": "a", "prompt": "One."},
        {"name": "b", "prompt": "Two after {{ a }}."},
        {"name": "both", "expression": "a + b"},
        {"name": "long", "expression": "len(a) > 3"},
    )
    assert [[column.name for column in step.computed] for step in found] == [["long"], ["both"]]


def test_a_column_waits_for_an_expression_over_an_answer() -> None:
    found = generate(
        {"name": "a", "prompt": "One."},
        {"name": "upper", "expression": "upper(a)"},
        {"name": "b", "prompt": "Two after {{ upper }}."},
    )
    assert filled(found) == [["a"], ["b"]]
    assert [column.name for column in found[0].computed] == ["upper"]


def test_a_table_without_model_columns_has_no_step() -> None:
    assert generate({"name": "n", "sampler": "sequence"}) == ()


def test_one_plain_output_is_text_and_several_are_json() -> None:
    assert [step.json for step in transform(Output(name="a"))] == [False]
    assert [step.json for step in transform(Output(name="a"), Output(name="b"))] == [True]


def test_json_mode_without_outputs_is_one_step_of_any_keys() -> None:
    found = transform(json_mode=True)
    assert filled(found) == [[]]
    assert found[0].json


def test_outputs_with_prompts_of_their_own_wait_for_each_other() -> None:
    found = transform(Output(name="tone"), Output(name="why", prompt="Why is {{ text }} {{ tone }}?"))
    assert filled(found) == [["tone"], ["why"]]
    assert found[1].prompt.instructions == "Do it."


def test_outputs_that_wait_for_each_other_are_refused_with_the_path() -> None:
    with pytest.raises(SpecError, match="a → b → a"):
        transform(Output(name="a", prompt="{{ b }}"), Output(name="b", prompt="{{ a }}"))


def test_a_prompt_that_names_an_expression_waits_for_the_model_columns_behind_it() -> None:
    found = generate(
        {"name": "a", "prompt": "Write."},
        {"name": "b", "prompt": "Go on after {{ a }}"},
        {"name": "loud", "expression": "upper(b)"},
        {"name": "louder", "expression": "loud + '!'"},
        {"name": "c", "prompt": "Answer {{ louder }}"},
        {"name": "d", "prompt": "Greet."},
    )
    assert filled(found) == [["a"], ["d"], ["b"], ["c"]]
    assert [[column.name for column in step.computed] for step in found] == [[], [], ["loud", "louder"], []]

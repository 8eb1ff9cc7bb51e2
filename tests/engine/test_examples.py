"""Examples in the prompt: what the model sees of them, where, and which are refused."""

from typing import Any

import pytest

from engine.columns import ColumnType, Output
from engine.examples import Example, check_examples
from engine.job import Member
from engine.plan import RunPlan
from engine.spec import RunSpec
from handai_errors import SpecError

GOOD = Example(row=3, input={"text": "Lovely", "id": "3"}, output={"mood": "warm", "score": 5})
MOOD = Output(name="mood", type=ColumnType.CATEGORY, values=("warm", "cold"))
SCORE = Output(name="score", type=ColumnType.INTEGER)


def plan(*outputs: dict[str, Any], template: str | None = None, examples: tuple[Example, ...] = (GOOD,)) -> RunPlan:
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform"},
            "prompt": {"instructions": "Judge.", "template": template},
            "outputs": list(outputs),
            "examples": [example.model_dump() for example in examples],
            "model": {"provider": "demo", "model": "m"},
        }
    )
    return RunPlan(spec, ("text",), table=("id", "text"))


def messages(plan: RunPlan, step: int = 0, **values: Any) -> list[tuple[str, str]]:  # noqa: ANN401 any cell
    job = plan.job([Member(0, {"text": "Awful", "id": "0", **values})], step)
    return [(message.role, message.content) for message in job.messages]


def test_an_example_stands_before_the_row_as_it_would_have_been_asked_and_answered() -> None:
    assert messages(plan({"name": "mood"}, template="Review: {{ text }}")) == [
        ("system", "Judge."),
        ("user", "Review: Lovely"),
        ("assistant", "warm"),
        ("user", "Review: Awful"),
    ]


def test_typed_columns_are_answered_as_json_and_columns_are_sent_as_the_rows_are() -> None:
    found = messages(plan(MOOD.model_dump(), SCORE.model_dump()))
    assert found[1:] == [
        ("user", '{"text":"Lovely"}'),
        ("assistant", '{"mood":"warm","score":5}'),
        ("user", '{"text":"Awful"}'),
    ]


def test_a_later_step_sees_the_examples_own_answer() -> None:
    found = messages(
        plan({"name": "mood"}, {"name": "score", "prompt": "{{ text }} is {{ mood }}: how much?"}), 1, mood="cold"
    )
    assert found[1:] == [
        ("user", "Lovely is warm: how much?"),
        ("assistant", "5"),
        ("user", "Awful is cold: how much?"),
    ]


def test_an_example_without_an_answer_to_the_question_is_not_shown() -> None:
    half = Example(input={"text": "x"}, output={"score": 1})
    assert [role for role, _ in messages(plan({"name": "mood"}, template="{{ text }}", examples=(half,)))] == [
        "system",
        "user",
    ]


def test_examples_count_in_the_bound_and_in_what_a_request_is() -> None:
    without, with_one = plan({"name": "mood"}, examples=()), plan({"name": "mood"})
    member = [Member(0, {"text": "Awful"})]
    one, other = without.job(member), with_one.job(member)
    assert other.bound_tokens > one.bound_tokens + len("Lovely")
    assert one.request_hash != other.request_hash


@pytest.mark.parametrize(
    ("example", "told"),
    [
        (Example(input={"id": "1"}, output={"mood": "warm"}), "no value for the column 'text'"),
        (Example(input={"text": "x"}, output={"mod": "warm"}), "isn't asked for"),
        (Example(input={"text": "x"}, output={"score": "many"}), "can't be used"),
    ],
    ids=["column", "answer", "type"],
)
def test_an_example_that_can_not_be_shown_is_refused(example: Example, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_examples([GOOD, example], ["text"], [MOOD, SCORE])
    assert told in str(caught.value)
    assert "Example 2" in str(caught.value)


def test_a_hundred_examples_are_too_many() -> None:
    with pytest.raises(SpecError, match="too many"):
        check_examples([GOOD] * 100, ["text"], [MOOD, SCORE])


def test_examples_survive_yaml() -> None:
    spec = plan({"name": "mood"}).spec
    assert RunSpec.from_yaml(spec.to_yaml()) == spec

"""What becomes of drawn rows: repetitions, checks, and the meter beside them."""

from typing import Any

import pytest

from engine.gate import Verdict
from engine.judging import Judging
from engine.schema.columns import Schema

LONG = "The landlord called the invoice easy to clean, and nobody near the lake expected it."


def judging(**schema: Any) -> Judging:  # noqa: ANN401 any key
    columns = [{"name": "kind", "sampler": "category", "values": ["a", "b"]}, {"name": "text", "prompt": "Write."}]
    return Judging(Schema.model_validate({"columns": columns, **schema}))


def test_an_equal_text_is_refused_until_the_draws_are_spent() -> None:
    found = judging(duplicates={"redraws": 1})
    assert found.judge(0, 0, {"text": LONG}).verdict is Verdict.ACCEPTED
    refused = found.judge(1, 0, {"text": LONG})
    assert (refused.verdict, refused.cause) == (Verdict.REFUSED, "It repeats row 1 (the same).")
    assert found.judge(1, 1, {"text": LONG}).verdict is Verdict.SPENT


def test_a_nearly_equal_text_is_refused_unless_only_equal_ones_are() -> None:
    near = LONG.replace("invoice", "invoices")
    strict, lenient = judging(), judging(duplicates={"near": None})
    for each in (strict, lenient):
        each.judge(0, 0, {"text": LONG})
    assert strict.judge(1, 0, {"text": near}).verdict is Verdict.REFUSED
    assert lenient.judge(1, 0, {"text": near}).verdict is Verdict.ACCEPTED


def test_short_answers_may_be_equal_unless_their_column_is_named() -> None:
    free, named = judging(), judging(duplicates={"columns": ["text"]})
    for each in (free, named):
        each.judge(0, 0, {"text": "yes"})
    assert free.judge(1, 0, {"text": "yes"}).verdict is Verdict.ACCEPTED
    assert named.judge(1, 0, {"text": "yes"}).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("on_fail", "verdicts"),
    [
        ("mark", [Verdict.MARKED]),
        ("drop", [Verdict.DROPPED]),
        ("redraw", [Verdict.REFUSED, Verdict.REFUSED, Verdict.MARKED]),
    ],
)
def test_a_failed_check_does_what_it_says(on_fail: str, verdicts: list[Verdict]) -> None:
    checks = [{"column": "text", "max_length": 5, "on_fail": on_fail}]
    found = judging(checks=checks, duplicates={"redraws": 2})
    judgements = [found.judge(0, draw, {"text": f"{draw} too long a text"}) for draw in range(len(verdicts))]
    assert [item.verdict for item in judgements] == verdicts
    assert "longer than 5" in judgements[-1].cause


def test_a_value_is_held_against_a_json_schema() -> None:
    found = judging(checks=[{"column": "text", "json_schema": {"type": "string", "minLength": 99}}])
    assert found.judge(0, 0, {"text": "short"}).verdict is Verdict.MARKED


def test_the_meter_tells_how_many_draws_repeated_others() -> None:
    found = judging()
    for row in range(4):
        found.judge(row, 0, {"kind": "a", "text": LONG})
    figures = found.diversity()
    assert (figures.rows, figures.duplicate_share) == (1, 0.75)
    assert figures.categories["kind"].entropy_bits == 0


def test_without_a_rule_against_duplicates_the_meter_still_counts_them() -> None:
    found = judging(duplicates=False)
    for row in range(4):
        assert found.judge(row, 0, {"text": LONG}).verdict is Verdict.ACCEPTED
    assert found.diversity().duplicate_share == 0.75

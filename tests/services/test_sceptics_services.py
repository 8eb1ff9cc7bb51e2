"""What services promise and no other test would miss: broken on purpose once, and nothing failed."""

from dataclasses import replace

from engine.examples import Example
from handai_db import RunRecord, Total
from services.forms import outlook as module
from services.forms.outlook import outlook
from services.past import totals
from services.running.checks import check
from services.tables.datasets import dataset
from tests.pages.made_runs import made_run


def _tokens(record: RunRecord, *examples: Example) -> float:
    table = dataset(record.dataset_id or "")
    plan = check(record.spec.model_copy(update={"examples": examples}), table.info, table.id)
    module._outlook.cache_clear()  # noqa: SLF001 tables of other tests are equal
    found = outlook(plan, [], table)
    assert found is not None
    assert found.sent is not None
    return found.sent.high


def test_examples_are_counted_in_the_estimate() -> None:
    record = made_run(3, base_url="http://127.0.0.1:9/v1")
    example = Example(row=0, input={"text": "T0 " * 100}, output={record.spec.outputs[0].name: "so"})
    assert _tokens(record, example) > _tokens(record) + 3 * 100


def test_models_of_one_name_at_two_providers_are_told_apart_and_two_models_of_one_are_summed_by_provider() -> None:
    blank = Total("openai", "m", "2026-11", 1, 2, 3, 4, 0, 1.0, 0)
    found = [blank, replace(blank, provider="groq"), replace(blank, provider="groq", model="n")]
    by_model = totals.totals_by(found, "model")
    assert {(one.provider, one.model) for one in by_model} == {("openai", "m"), ("groq", "m"), ("groq", "n")}
    assert {(one.provider, one.runs) for one in totals.totals_by(found, "provider")} == {("openai", 1), ("groq", 2)}

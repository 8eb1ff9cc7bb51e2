"""What a run would take, from real previews: their usage, less what has an answer already."""

import pytest

from engine.spec import Limits, RunSpec
from handai_db import DatasetRecord, RunRecord
from services.forms import outlook as module
from services.forms.estimates import Outlook
from services.forms.outlook import outlook
from services.running.checks import Plan, check
from services.tables.datasets import dataset
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run

ROWS = 20


@pytest.fixture(autouse=True)
def _anew() -> None:
    module._outlook.cache_clear()  # noqa: SLF001 tables of other tests are equal, their kept answers are not


def _planned(record: RunRecord, **limits: object) -> tuple[Plan, DatasetRecord]:
    """The run over the whole table of which `record` asked a part, or that it stands for."""
    table = dataset(record.dataset_id or "")
    source = record.spec.input.model_copy(update={"limit": None})
    spec = RunSpec.checked({**record.spec.model_dump(), "input": source.model_dump()})
    spec = spec.model_copy(update={"limits": spec.limits.model_copy(update=limits)})
    return check(spec, table.info, table.id), table


def _found(record: RunRecord, *previews: RunRecord, **limits: object) -> Outlook:
    plan, table = _planned(record, **limits)
    found = outlook(plan, [preview.id for preview in previews], table)
    assert found is not None
    return found


def _preview(url: str | None, rows: int = 3) -> RunRecord:
    return executed(made_run(ROWS, base_url=url, preview=True, limits=Limits(), asked=rows))


def test_what_a_preview_answered_is_not_asked_again(fake_provider: FakeProvider) -> None:
    preview = _preview(fake_provider.url)
    found = _found(preview, preview)
    assert (found.rows, found.kept, found.basis) == (ROWS - 3, 3, 3)
    assert found.sent is not None
    took = fake_provider_tokens(preview) / 3 * (ROWS - 3)
    assert found.sent.low < took < found.sent.high


def fake_provider_tokens(record: RunRecord) -> int:
    sent = record.figures["usage"]["prompt_tokens"]
    assert isinstance(sent, int)
    return sent


def test_an_unknown_price_is_unknown_and_never_nothing(fake_provider: FakeProvider) -> None:
    preview = _preview(fake_provider.url)
    assert _found(preview, preview).cost_usd is None
    assert _found(preview).cost_usd is None


def test_kept_answers_of_earlier_runs_are_subtracted(fake_provider: FakeProvider) -> None:
    executed(made_run(ROWS, base_url=fake_provider.url, limits=Limits(), asked=12))
    preview = executed(made_run(ROWS, base_url=fake_provider.url, preview=True, limits=Limits(cache=False), asked=3))
    found = _found(preview, preview, cache=True)
    assert (found.rows, found.kept) == (ROWS - 12, 12)
    assert _found(preview, preview, cache=False).kept == 3


def test_a_preview_of_another_prompt_tells_nothing(fake_provider: FakeProvider) -> None:
    preview = _preview(fake_provider.url)
    plan, table = _planned(preview)
    other = plan.spec.prompt.model_copy(update={"instructions": "Something else."})
    found = outlook(
        Plan(plan.spec.model_copy(update={"prompt": other}), plan.rows, (), (), None, ()), [preview.id], table
    )
    assert found is not None
    assert found.basis == 0
    assert found.kept == 0


def test_the_demo_costs_nothing() -> None:
    preview = _preview(None)
    found = _found(preview, preview)
    assert found.cost_usd is not None
    assert found.cost_usd.high == 0

"""What a model does not take is found out once, by asking, and the next run asks right at once."""

from pathlib import Path
from typing import Any

import pytest

from engine.answer_form import Forms
from engine.left_out import LeftOut
from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import DatasetRecord, RunRecord
from providers.base import AnswerForm
from services.home import open_catalogue
from services.models import habits
from services.results.inspect import log_of
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

ROWS = 4


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", ROWS))


async def asked(table: DatasetRecord, url: str, *, typed: bool = False, **model: Any) -> RunRecord:  # noqa: ANN401
    settings = {"provider": "custom", "model": "fake-model", "base_url": url, **model}
    outputs = [{"name": "words", "type": "integer"}] if typed else [{"name": "answer"}]
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": {"instructions": "Repeat it.", "template": "{{ text }}"},
            "outputs": outputs,
            "model": settings,
            "limits": {"concurrency": 1, "cache": False},
        }
    )
    record = runs.create(runs.NewRun(spec, table.id))
    assert await execute(record.id, None) is RunStatus.COMPLETED
    return record


def bodies(provider: FakeProvider) -> list[dict[str, Any]]:
    return [request.json() for request in provider.requests]


async def test_a_refused_setting_is_sent_once_and_never_again(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(refused_settings=["temperature"])
    first = await asked(table, fake_provider.url, temperature=0.5, seed=7)
    assert ["temperature" in body for body in bodies(fake_provider)] == [True] + [False] * ROWS
    assert any("temperature" in event.message for event in log_of(first))

    second = await asked(table, fake_provider.url, temperature=0.5, seed=7, max_tokens=99)
    later = bodies(fake_provider)[1 + ROWS :]
    assert len(later) == ROWS
    assert all("temperature" not in body and body["seed"] == 7 for body in later)
    assert not any("temperature" in event.message for event in log_of(second))


@pytest.mark.parametrize(
    ("provider", "refused", "taken"),
    [("custom", "max_tokens", "max_completion_tokens"), ("vllm", "max_completion_tokens", None)],
)
async def test_a_reasoning_model_is_known_by_its_refusal_not_by_its_name(
    provider: str, refused: str, taken: str | None, table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(refused_settings=[refused])
    for _ in range(2):
        await asked(table, fake_provider.url, provider=provider, max_tokens=50)
    names = [[name for name in body if name.startswith("max_")] for body in bodies(fake_provider)]
    right = [taken or "max_tokens"]
    assert names == ([[refused]] if taken else []) + [right] * (2 * ROWS)


async def test_a_refused_form_of_json_is_not_tried_by_the_next_run(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(json_form="object")
    await asked(table, fake_provider.url, typed=True)
    before = len(bodies(fake_provider))
    assert before == ROWS + 2  # with bounds, without them, and then JSON mode for every row
    await asked(table, fake_provider.url, typed=True)
    forms = [body["response_format"]["type"] for body in bodies(fake_provider)[before:]]
    assert forms == ["json_object"] * ROWS


async def test_each_model_at_each_address_has_its_own_habits(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    fake_provider.configure(refused_settings=["temperature"])
    await asked(table, fake_provider.url, temperature=0.5)
    fake_provider.configure(refused_settings=[])
    await asked(table, fake_provider.url, temperature=0.5, model="another")
    assert sum("temperature" in body for body in bodies(fake_provider)) == 1 + ROWS


async def test_a_person_can_have_it_forgotten(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    fake_provider.configure(refused_settings=["temperature"])
    await asked(table, fake_provider.url, temperature=0.5)
    (habit,) = habits.all_habits()
    assert (habit.place.provider, habit.model, habit.settings) == ("custom", "fake-model", frozenset({"temperature"}))

    assert habits.forget("custom", "another") == 0
    assert habits.forget("custom", "fake-model") == 1
    assert habits.all_habits() == ()
    fake_provider.configure(refused_settings=[])
    await asked(table, fake_provider.url, temperature=0.5)
    assert all("temperature" in body for body in bodies(fake_provider)[-ROWS:])


async def test_after_a_month_the_model_is_asked_again(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    record = await asked(table, fake_provider.url)
    taught = Forms(AnswerForm.JSON_OBJECT, frozenset({AnswerForm.JSON_SCHEMA})), LeftOut("seed")
    habits.remember(record, *taught, lambda: 0.0)
    assert habits.known_of(record, lambda: habits.TRUSTED_S - 1).settings == {"seed"}
    assert habits.known_of(record, lambda: habits.TRUSTED_S + 1) == habits.Known()


async def test_a_model_that_takes_everything_leaves_no_note(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    await asked(table, fake_provider.url, temperature=0.5, max_tokens=50)
    with open_catalogue() as catalogue:
        assert catalogue.model_habits.all() == ()

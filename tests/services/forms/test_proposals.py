"""Proposals asked of a model by hidden runs, and read when those have ended."""

import orjson
import pytest

from engine.columns import ColumnType
from engine.results import RunStatus
from engine.schema.propose_offline import LABEL
from engine.spec import NO_MODEL, ModelSettings
from handai_db import DatasetRecord, RunFilter
from handai_errors import ConflictError, HandaiError, SpecError
from providers.demo import LATENCY_VARIABLE
from services.forms import proposals
from services.past import history
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

DEMO = ModelSettings(provider="demo", model="demo")
ANSWER = {"columns": [{"name": "id", "sampler": "uuid"}, {"name": "joke", "prompt": "A {mood} joke."}]}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LATENCY_VARIABLE, "0.001")


@pytest.fixture
def table() -> DatasetRecord:
    return datasets.store_file(datasets.samples()[0].path, sample=True)


def model_at(url: str) -> ModelSettings:
    return ModelSettings(provider="custom", model="fake-model", base_url=url)


async def asked(new: runs.NewRun) -> str:
    record = runs.create(new)
    await execute(record.id, None)
    return record.id


@pytest.mark.parametrize("form", ["schema", "object", "none", "ignore"])
async def test_a_model_proposes_a_schema(fake_provider: FakeProvider, form: str) -> None:
    answer = {"schema": ANSWER} if form != "schema" else {"schema": orjson.dumps(ANSWER).decode()}
    fake_provider.behaviour.json_form = form
    fake_provider.behaviour.reply = orjson.dumps(answer).decode()
    run_id = await asked(proposals.proposal_run("  Jokes ", model_at(fake_provider.url), 30))
    schema = proposals.proposed_schema(run_id)
    assert [column.name for column in schema.columns] == ["id", "joke"]
    assert (schema.rows, schema.describe) == (30, "Jokes")


async def test_what_was_left_out_of_a_proposal_is_told(fake_provider: FakeProvider) -> None:
    columns = [*ANSWER["columns"], {"name": "odd", "expression": "1 +"}]
    fake_provider.behaviour.reply = orjson.dumps({"schema": {"columns": columns}}).decode()
    run_id = await asked(proposals.proposal_run("Jokes", model_at(fake_provider.url)))
    (note,) = proposals.proposal(run_id).notes
    assert note.startswith("The column `odd` was left out")


async def test_a_proposal_is_a_hidden_run_with_its_attempts(fake_provider: FakeProvider) -> None:
    fake_provider.behaviour.reply = orjson.dumps({"schema": ANSWER}).decode()
    run_id = await asked(proposals.proposal_run("Jokes", model_at(fake_provider.url)))
    assert runs.get(run_id).preview
    assert history.list_runs(RunFilter()) == ()
    assert runs.view(run_id).figures()["attempts"] == 1


async def test_a_proposal_that_failed_tells_why(fake_provider: FakeProvider) -> None:
    fake_provider.behaviour.reply = "Sorry."
    run_id = await asked(proposals.proposal_run("Jokes", model_at(fake_provider.url)))
    assert runs.get(run_id).status is RunStatus.FAILED
    with pytest.raises(HandaiError, match="JSON"):
        proposals.proposed_schema(run_id)


async def test_a_proposal_under_way_is_not_read(fake_provider: FakeProvider) -> None:
    record = runs.create(proposals.proposal_run("Jokes", model_at(fake_provider.url)))
    assert not proposals.is_ready(record.id)
    with pytest.raises(ConflictError, match="still at it"):
        proposals.proposed_schema(record.id)


async def test_the_demo_proposes_a_template_and_says_so() -> None:
    run_id = await asked(proposals.proposal_run("Tickets for our help desk", DEMO, 12))
    found = proposals.proposal(run_id)
    assert found.schema.columns[0].name == "ticket"
    assert found.schema.rows == 12
    assert found.notes[0].startswith(LABEL)


async def test_a_model_suggests_columns_from_a_few_rows(fake_provider: FakeProvider, table: DatasetRecord) -> None:
    column = {
        "name": "mood",
        "type": "category",
        "values": ["a", "b"],
        "description": "",
        "minimum": None,
        "maximum": None,
    }
    fake_provider.behaviour.reply = orjson.dumps({"schema": {"columns": [column]}}).decode()
    new = proposals.suggestion_run("Find the mood", table.id, model_at(fake_provider.url), ["review"])
    assert "product" not in new.spec.to_yaml().split("sample_rows")[1].split("prompt:")[0]
    (output,) = proposals.suggested_outputs(await asked(new))
    assert (output.name, output.type, output.values) == ("mood", ColumnType.CATEGORY, ("a", "b"))


async def test_the_demo_suggests_columns_by_keyword(table: DatasetRecord) -> None:
    run_id = await asked(proposals.suggestion_run("Rate the sentiment", table.id, DEMO))
    assert [output.name for output in proposals.suggested_outputs(run_id)] == ["sentiment", "score"]


@pytest.mark.parametrize(("said", "model"), [("  ", DEMO), ("Jokes", NO_MODEL)])
def test_nothing_is_asked_without_a_description_or_a_model(said: str, model: ModelSettings) -> None:
    with pytest.raises(SpecError):
        proposals.proposal_run(said, model)


def test_no_columns_are_suggested_without_instructions(table: DatasetRecord) -> None:
    with pytest.raises(SpecError, match="no instructions"):
        proposals.suggestion_run(" ", table.id, DEMO)

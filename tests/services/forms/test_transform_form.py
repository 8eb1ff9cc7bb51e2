"""The Transform form: to a spec and back, remembered, checked; drafts and estimates beside it."""

import io

import pytest
from pydantic import SecretStr

from engine.spec import GenerateInput, ModelSettings, RunSpec
from engine.tables import ParseOptions
from handai_db import DatasetRecord
from handai_errors import NotFoundError, SpecError, TableError
from providers.base import Message
from services import preferences
from services.forms import drafts
from services.forms.estimates import about_tokens
from services.forms.model_form import to_preferences
from services.forms.transform_form import (
    TransformForm,
    asked,
    asked_now,
    from_preferences,
    from_spec,
    readiness,
    to_spec,
)
from services.home import dataset_path
from services.preferences import Preferences
from services.tables.datasets import read_differently, rows_of, store_upload

FORM = TransformForm(
    instructions="Judge.",
    columns=("text",),
    output="verdict",
    provider="groq",
    models={"groq": "openai/gpt-oss-20b"},
    temperature=0.3,
    max_tokens=50,
    seed=7,
    concurrency=4,
    rpm=60,
    max_attempts=2,
    timeout_s=20.0,
    max_cost_usd=0.5,
)


@pytest.fixture
def table() -> DatasetRecord:
    return store_upload(io.BytesIO(b"id;text\n1;one\n2;two\n"), "small.csv", ParseOptions())


def test_a_spec_fills_the_form_that_makes_it_again(table: DatasetRecord) -> None:
    spec = to_spec(FORM, table)

    assert to_spec(from_spec(spec, TransformForm()), table) == spec


def test_a_template_and_json_mode_come_back_too(table: DatasetRecord) -> None:
    form = FORM.model_copy(update={"use_template": True, "template": "{{ text }}", "json_mode": True})
    spec = to_spec(form, table)

    assert spec.outputs == ()
    assert to_spec(from_spec(spec, TransformForm()), table) == spec


def test_an_own_address_comes_back_and_the_providers_does_not() -> None:
    custom = RunSpec.checked(
        {
            "input": {"kind": "transform"},
            "model": {"provider": "custom", "model": "m", "base_url": "http://127.0.0.1/v1"},
        }
    )
    groq = RunSpec.checked(
        {
            "input": {"kind": "transform"},
            "model": {"provider": "groq", "model": "m", "base_url": "https://api.groq.com/openai/v1"},
        }
    )

    assert from_spec(custom, TransformForm()).base_url == "http://127.0.0.1/v1"
    assert from_spec(groq, TransformForm()).base_url is None


def test_a_generated_run_can_not_fill_the_form() -> None:
    spec = RunSpec(input=GenerateInput(rows=3, columns=()), model=ModelSettings(provider="demo", model="demo"))

    with pytest.raises(SpecError, match="generated its rows"):
        from_spec(spec, TransformForm())


def test_preferences_keep_the_settings_and_forget_an_address_that_was_emptied() -> None:
    before = Preferences(base_urls={"groq": "http://127.0.0.1:1/v1", "custom": "http://127.0.0.1:2/v1"}, keep_days=9)
    saved = to_preferences(FORM, before)

    assert from_preferences(saved).model_copy(
        update={"instructions": "Judge.", "columns": ("text",), "output": "verdict"}
    ) == FORM.model_copy(update={"base_urls": saved.base_urls, "seed": None, "rpm": None, "max_cost_usd": None})
    assert saved.base_urls == {"custom": "http://127.0.0.1:2/v1"}
    assert saved.keep_days == 9


def test_every_problem_is_found_at_once(table: DatasetRecord) -> None:
    found = readiness(FORM.model_copy(update={"instructions": ""}), table, None)

    assert found.runnable is None
    assert [problem.cause for problem in found.problems] == [
        "There are no instructions.",
        "Groq needs a key, and there is none.",
    ]


def test_with_a_key_it_is_ready(table: DatasetRecord) -> None:
    found = readiness(FORM, table, SecretStr("gsk_" + "x" * 20))

    assert found.problems == ()
    assert found.runnable is not None
    assert found.runnable.outputs == ("verdict",)


def test_what_is_asked_does_not_depend_on_rows_or_speed(table: DatasetRecord) -> None:
    slower = FORM.model_copy(update={"concurrency": 1, "max_attempts": 9})
    assert asked(to_spec(FORM, table)) == asked(to_spec(slower, table, limit=1))
    assert asked_now(FORM, table) == asked_now(slower, table)

    assert asked_now(FORM.model_copy(update={"temperature": 0.4}), table) != asked_now(FORM, table)
    assert asked_now(FORM.model_copy(update={"instructions": ""}), table) is None


def test_drafts_are_kept_by_table_and_only_the_newest() -> None:
    for number in range(12):
        drafts.save(f"table-{number}", TransformForm(instructions=str(number)))

    assert drafts.load("table-0") is None
    assert drafts.load("table-1") is None
    assert drafts.load("table-2") == TransformForm(instructions="2")
    assert preferences.load() == Preferences()


def test_the_stored_original_can_be_read_differently(table: DatasetRecord) -> None:
    again = read_differently(table, ParseOptions(delimiter=","))

    assert again.id != table.id
    assert [column.name for column in again.info.columns] == ["id;text"]
    assert rows_of(again.id, 0, 1) == [{"id;text": "1;one"}]
    assert read_differently(again, table.options).id == table.id


def test_an_original_that_is_gone_is_told(table: DatasetRecord) -> None:
    next(dataset_path(table.id).glob("original*")).unlink()

    with pytest.raises(NotFoundError, match="no longer stored"):
        read_differently(table, ParseOptions())


def test_a_reading_that_can_not_work_is_refused(table: DatasetRecord) -> None:
    with pytest.raises(TableError):
        read_differently(table, ParseOptions(encoding="utf-16"))


@pytest.mark.parametrize(("text", "tokens"), [("word " * 20, (20, 40)), ("漢字かな" * 5, (10, 30)), ("", (0, 8))])
def test_tokens_are_guessed_by_the_script(text: str, tokens: tuple[int, int]) -> None:
    assert tokens[0] <= about_tokens([Message("user", text)]) <= tokens[1]

"""Transform, step four: the preview, Run all, what is remembered, and settings taken from a run."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.results import RunStatus
from engine.spec import TransformInput
from handai_db import RunRecord
from handai_errors import DiskFullError
from services import preferences
from services.past.history import delete_all, delete_run
from services.running import runs
from services.tables import datasets
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run
from tests.pages.transform_visit import (
    INSTRUCTIONS,
    Launched,
    press,
    provider,
    ran,
    ready,
    said,
    upload,
    visit,
    write,
)

GROQ_KEY = "gsk_" + "y" * 30
NEWER = b"id,text\n1,Good soup\n2,Cold soup\n3,No soup\n4,More soup\n"


def _again(page: AppTest) -> AppTest:
    """The same address in a new visit, as after a reload."""
    return visit(**{name: str(value) for name, value in page.query_params.items()})


def _source(record: RunRecord) -> TransformInput:
    assert isinstance(record.spec.input, TransformInput)
    return record.spec.input


def test_a_preview_asks_for_the_first_rows_and_stays_on_the_page(launched: Launched) -> None:
    page = ready()
    page.number_input(key="transform_preview_rows").set_value(2)
    page = press(ran(page), "transform_preview")

    assert launched.last.preview
    assert launched.last.total == 2
    assert "asking" in said(page)


def test_a_preview_fills_in_and_says_what_the_whole_table_would_take(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    launched.execute()
    page = ran(page)

    assert "Done: every row has an answer" in said(page)
    assert "Nothing is left to ask: 3 rows have an answer already." in said(page)
    assert all("offline demo, no AI" in answer for answer in page.dataframe[1].value["output"])
    assert list(page.dataframe[1].value["text"]) == ["Good soup", "Cold soup", "No soup"]


def test_a_preview_can_be_stopped(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    press(page, "transform_preview_stop")

    assert launched.last.request == "stop"


def test_a_preview_of_other_settings_is_marked(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    launched.execute()
    assert "older settings" not in said(ran(page))

    page = write(page, "Something else.")
    assert "made with older settings" in said(page)
    assert "older settings" not in said(write(page, INSTRUCTIONS))


def test_speed_and_names_do_not_make_a_preview_older(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    launched.execute()
    page.number_input(key="transform_concurrency").set_value(7)
    page.text_input(key="transform_run_name").set_value("Mine")

    assert "older settings" not in said(ran(page))


def test_a_preview_survives_a_reload(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    launched.execute()
    page = _again(page)

    assert "Done: every row has an answer" in said(page)
    assert "older settings" not in said(page)


def test_errors_of_a_preview_are_told_by_kind_with_what_to_do(
    launched: Launched, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_provider.configure(faults={"refusal": 1.0})
    monkeypatch.setenv("HANDAI_PROVIDER", "custom")
    monkeypatch.setenv("HANDAI_MODEL", "fake-1")
    monkeypatch.setenv("HANDAI_BASE_URL", fake_provider.url)
    page = press(ready(), "transform_preview")
    launched.execute()
    page = ran(page)

    assert "The model refused" in said(page)
    assert not page.exception


def test_run_all_takes_over_what_previews_of_this_visit_answered(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    preview = launched.execute()
    press(ran(page), "transform_run")
    record = launched.execute()

    assert not record.preview
    assert record.reuse_from == (preview.id,)
    assert record.total == 3
    view = runs.view(record.id)
    assert view.progress is not None
    assert (view.status, view.progress.cached) == (RunStatus.COMPLETED, 3)


def test_previews_of_another_table_are_not_taken_over(launched: Launched) -> None:
    page = press(ready(), "transform_preview")
    launched.execute()
    page = upload(page, NEWER, "other.csv")
    press(page, "transform_run")

    assert launched.last.reuse_from == ()


def test_a_run_gets_its_settings_name_session_and_key(launched: Launched) -> None:
    page = provider(ready(), "groq")
    page.text_input(key="provider_key").set_value(GROQ_KEY)
    page.number_input(key="transform_temperature").set_value(0.5)
    page.number_input(key="transform_max_tokens").set_value(64)
    page.number_input(key="transform_concurrency").set_value(3)
    page.number_input(key="transform_max_attempts").set_value(2)
    page.number_input(key="transform_timeout_s").set_value(30.0)
    page.text_input(key="transform_run_name").set_value("Soup study")
    page.text_input(key="transform_session").set_value("Autumn")
    page.multiselect(key="transform_columns").set_value(["text"])
    press(ran(page), "transform_run")
    record = launched.last

    assert launched.started[-1][1] == GROQ_KEY
    assert record.name == "Soup study"
    assert (record.spec.model.provider, record.spec.model.temperature, record.spec.model.max_tokens) == (
        "groq",
        0.5,
        64,
    )
    assert (record.spec.limits.concurrency, record.spec.limits.max_attempts) == (3, 2)
    assert record.spec.limits.timeout_s == 30.0
    assert _source(record).columns == ("text",)
    assert _source(record).limit is None


def test_settings_are_there_next_time(launched: Launched) -> None:
    page = provider(ready(), "groq")
    page.text_input(key="provider_key").set_value(GROQ_KEY)
    page.number_input(key="transform_max_tokens").set_value(64)
    press(ran(page), "transform_preview")
    later = upload(visit(), NEWER, "other.csv")

    assert launched.started
    assert later.selectbox(key="provider_select").value == "groq"
    assert later.number_input(key="transform_max_tokens").value == 64
    assert later.text_input(key="provider_key").value == ""
    assert preferences.load().max_tokens == 64


def test_a_cap_on_a_model_without_a_known_price_is_refused() -> None:
    page = provider(ready(), "custom")
    page.number_input(key="transform_max_cost_usd").set_value(1.0)
    page = ran(page)

    assert page.button(key="transform_run").disabled


def test_a_capped_run_says_that_it_needs_max_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", GROQ_KEY)
    page = provider(ready(), "groq")
    page.number_input(key="transform_max_cost_usd").set_value(1.0)

    assert "A spending cap needs max tokens" in said(ran(page))


@pytest.mark.usefixtures("launched")
def test_settings_of_a_run_fill_the_page_with_its_table() -> None:
    record = executed(made_run(4, name="Earlier"))
    page = visit(**{"from": record.id})

    assert "reviews.csv" in said(page)
    assert page.text_area(key="transform_instructions").value == "Say what this is."
    assert page.multiselect(key="transform_columns").value == ["text"]
    assert page.text_input(key="transform_output").value == "answer"
    assert page.number_input(key="transform_max_attempts").value == 1
    assert page.query_params["dataset"] == record.dataset_id
    assert "from" not in page.query_params


@pytest.mark.usefixtures("launched")
def test_settings_of_a_run_can_be_changed_and_survive_a_reload() -> None:
    page = visit(**{"from": executed(made_run(4)).id})
    page = _again(write(page, "Changed."))

    assert page.text_area(key="transform_instructions").value == "Changed."


@pytest.mark.usefixtures("launched")
def test_the_same_settings_can_be_asked_for_twice_in_a_visit() -> None:
    record = executed(made_run(4))
    page = write(visit(**{"from": record.id}), "Changed.")
    page.query_params["from"] = record.id
    del page.query_params["dataset"]

    assert ran(page).text_area(key="transform_instructions").value == "Say what this is."


def previewed(launched: Launched, instructions: str) -> tuple[AppTest, RunRecord]:
    """A page whose preview has ended."""
    page = write(ready(), instructions)
    page = press(page, "transform_preview")
    return page, launched.execute()


@pytest.mark.parametrize("is_new", [False, True], ids=["same visit", "new visit"])
def test_all_rows_are_asked_as_the_preview_was_that_one_comes_from(launched: Launched, *, is_new: bool) -> None:
    page, preview = previewed(launched, "First thoughts.")
    page = write(page, "Second thoughts.")
    if is_new:
        page = visit(**{"from": preview.id})
    else:
        page.query_params.clear()
        page.query_params["from"] = preview.id
        page = ran(page)
    assert page.text_area(key="transform_instructions").value == "First thoughts."
    assert "As in the preview that you came from." in said(page)

    page = press(page, "transform_run")
    assert launched.last.spec.prompt == preview.spec.prompt
    assert launched.last.reuse_from[0] == preview.id


def test_what_was_written_since_the_preview_can_be_brought_back(launched: Launched) -> None:
    page, preview = previewed(launched, "First thoughts.")
    write(page, "Second thoughts.")
    page = visit(**{"from": preview.id})
    page = press(page, "transform_recipe_undo")
    assert page.text_area(key="transform_instructions").value == "Second thoughts."


def test_a_preview_of_another_table_adds_nothing_to_the_run_of_before(launched: Launched) -> None:
    _, preview = previewed(launched, "First thoughts.")
    older = executed(made_run(4))
    page = upload(visit(**{"from": older.id, "added": "1"}), NEWER)
    assert page.query_params["from"] == older.id
    page.query_params.clear()
    page.query_params["from"] = preview.id
    assert "from" not in ran(page).query_params


def test_from_a_preview_that_asked_the_same_nothing_is_filled_in(launched: Launched) -> None:
    page, preview = previewed(launched, "First thoughts.")
    page.query_params.clear()
    page.query_params["from"] = preview.id
    assert "As in the preview" not in said(ran(page))


@pytest.mark.usefixtures("launched")
def test_without_its_table_the_settings_are_there_and_the_page_says_so() -> None:
    record = executed(made_run(4))
    kept = runs.create(runs.NewRun(record.spec, record.dataset_id or ""))
    datasets.table_path(record.dataset_id or "").unlink()
    page = visit(**{"from": kept.id})
    assert "no longer stored" in said(page)

    page = upload(page)
    assert page.text_area(key="transform_instructions").value == "Say what this is."


@pytest.mark.usefixtures("launched")
def test_a_run_that_is_gone_is_told_calmly() -> None:
    record = executed(made_run(2))
    delete_run(record.id)

    assert f"There is no run '{record.id}'." in said(visit(**{"from": record.id}))


def _first_and_newer(launched: Launched) -> tuple[RunRecord, AppTest]:
    page = ready()
    page.number_input(key="transform_preview_rows").set_value(3)
    press(ran(page), "transform_run")
    first = launched.execute()
    return first, visit(**{"from": first.id, "added": "1"})


def test_of_a_newer_file_only_the_added_rows_are_asked(launched: Launched) -> None:
    first, page = _first_and_newer(launched)
    assert "Only the added rows" in said(page)
    page = press(upload(page, NEWER, "soups.csv"), "transform_run")
    record = launched.execute()

    assert record.reuse_from == (first.id,)
    view = runs.view(record.id)
    assert view.progress is not None
    assert (view.done, view.progress.cached, view.progress.attempts) == (4, 3, 1)


def test_only_the_added_rows_survives_a_reload_and_can_be_given_up(launched: Launched) -> None:
    _, page = _first_and_newer(launched)
    page = _again(upload(page, NEWER, "soups.csv"))
    assert "Only the added rows" in said(page)

    page = press(page, "transform_added_off")
    assert "Only the added rows" not in said(page)
    assert "from" not in page.query_params
    press(page, "transform_run")
    assert launched.last.reuse_from == ()


def test_a_table_that_is_deleted_meanwhile_is_told_calmly(launched: Launched) -> None:
    page = ready()
    delete_all()
    page = press(page, "transform_run")

    assert not launched.started
    assert "no longer stored" in said(page)
    assert "dataset" not in page.query_params


def test_a_run_that_can_not_start_says_why(launched: Launched, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ready()
    monkeypatch.setattr(runs, "create_run_file", _full_disk)
    page = press(page, "transform_run")

    assert not launched.started
    assert "No space left" in said(page)
    assert "Free some space" in said(page)


def _full_disk(*_: object) -> None:
    raise DiskFullError("No space left on the disk.", "Free some space, then try again.")

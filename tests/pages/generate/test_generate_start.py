"""Generate, the ways in: a template, words, a file, free text, from nothing, a run's settings, the last draft."""

from typing import BinaryIO

import pytest

from engine.schema.templates import templates
from engine.tables import ParseOptions
from handai_db import DatasetRecord
from services.running import runs
from services.tables import datasets
from tests.fake_provider import FakeProvider
from tests.pages.generate_visit import DRAWN, WRITTEN, add, empty, from_template, generate, made_table, schema_of, way
from tests.pages.made_runs import made_run
from tests.pages.transform_visit import Launched, press, ran, said

SAMPLE = ("plan,amount\n" + "free,10.5\nfree,12.0\npro,30.25\n" * 12).encode()


def test_every_template_can_be_taken() -> None:
    page = generate()
    for template in templates():
        assert page.button(key=f"generate_template_{template.id}").label == "Use it"


@pytest.mark.usefixtures("launched")
def test_a_template_shows_its_columns_and_first_rows_at_once() -> None:
    page = from_template("customers_and_orders")

    assert "**order**" in said(page)
    assert list(page.dataframe[0].value["order"])[:2] == ["ORD-000001", "ORD-000002"]
    assert "Nothing leaves this machine: no model is asked." in said(page)
    assert not page.button(key="generate_run").disabled


@pytest.mark.usefixtures("launched")
def test_without_model_columns_nobody_is_asked_for_a_provider() -> None:
    assert not [box for box in from_template("sensor_readings").selectbox if box.key == "provider_select"]
    assert [box for box in from_template("product_reviews").selectbox if box.key == "provider_select"]


def test_words_become_a_schema_by_a_hidden_run(launched: Launched) -> None:
    page = way(generate(), "Describe it")
    assert page.button(key="generate_propose").disabled
    page.text_area(key="generate_describe").set_value("Support tickets of a software company")
    page.number_input(key="generate_describe_rows").set_value(40)
    page = press(ran(page), "generate_propose")
    assert "The model proposes columns" in said(page)
    assert launched.last.preview

    launched.execute()
    page = ran(page)
    assert page.number_input(key="generate_rows").value == 40
    assert "Offline demo, no AI" in said(page)


def test_a_reload_while_the_model_proposes_still_finds_its_answer(launched: Launched) -> None:
    page = way(generate(), "Describe it")
    page.text_area(key="generate_describe").set_value("Product reviews")
    page = press(ran(page), "generate_propose")
    launched.execute()
    later = generate(**{name: str(value) for name, value in page.query_params.items()})

    assert later.number_input(key="generate_rows").value == 100


@pytest.mark.usefixtures("launched")
def test_a_sample_file_is_learned() -> None:
    page = way(generate(), "Learn from a file")
    page.file_uploader(key="generate_upload").upload("plans.csv", SAMPLE)
    page = press(ran(page), "generate_learn")

    assert "**plan**" in said(page)
    assert page.number_input(key="generate_rows").value == 36
    assert set(page.dataframe[0].value["plan"]) <= {"free", "pro"}


@pytest.mark.usefixtures("launched")
def test_a_file_that_can_not_be_read_says_why() -> None:
    page = way(generate(), "Learn from a file")
    page.file_uploader(key="generate_upload").upload("empty.csv", b"")

    assert "empty" in said(ran(page))


@pytest.mark.usefixtures("launched")
def test_a_sample_file_is_read_once_however_often_the_page_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    store = datasets.store_upload

    def noted(file: BinaryIO, name: str, options: ParseOptions) -> DatasetRecord:
        read.append(name)
        return store(file, name, options)

    monkeypatch.setattr(datasets, "store_upload", noted)
    page = way(generate(), "Learn from a file")
    page.file_uploader(key="generate_upload").upload("plans.csv", SAMPLE)
    for _ in range(3):
        page = ran(page)

    assert "**plans.csv** · 36 rows" in said(page)
    assert read == ["plans.csv"]


@pytest.mark.usefixtures("launched")
def test_values_of_an_uploaded_table_stay_with_their_column_alone() -> None:
    page = add(empty(), "table")
    page.file_uploader[0].upload("plans.csv", SAMPLE)
    page = ran(page)
    assert "Table: plans.csv, 36 rows" in said(page)
    page = press(page, "generate_columns_edit_0")
    page = add(page, "table")
    assert "Table: plans.csv" not in said(page)


def test_free_text_needs_no_columns(launched: Launched) -> None:
    page = way(generate(), "Free text")
    assert page.button(key="generate_free_begin").disabled
    page.text_area(key="generate_free").set_value("A riddle for children, with its answer.")
    page.text_area(key="generate_free_columns").set_value("riddle\nlevel:category(easy,hard)")
    page.number_input(key="generate_free_per_call").set_value(3)
    page = press(ran(page), "generate_free_begin")
    press(page, "generate_run")
    columns = launched.last.spec.input.model_dump()["columns"]

    assert [column["name"] for column in columns if column.get("prompt")] == ["riddle", "level"]
    assert launched.last.spec.input.model_dump()["rows_per_call"] == 3


@pytest.mark.usefixtures("launched")
def test_a_schema_without_columns_says_what_is_missing() -> None:
    page = empty()

    assert "The schema has no columns." in said(page)
    assert page.button(key="generate_run").disabled


@pytest.mark.usefixtures("launched")
def test_the_last_schema_can_be_gone_on_with() -> None:
    page = from_template("sensor_readings")
    page.number_input(key="generate_rows").set_value(77)
    ran(page)

    assert press(generate(), "generate_go_on").number_input(key="generate_rows").value == 77


@pytest.mark.usefixtures("launched")
def test_the_draft_survives_a_reload() -> None:
    page = from_template("sensor_readings")
    page.number_input(key="generate_seed").set_value(123)
    page = ran(page)
    later = generate(**{name: str(value) for name, value in page.query_params.items()})

    assert later.number_input(key="generate_seed").value == 123


@pytest.mark.usefixtures("launched")
def test_starting_over_leads_back_to_the_ways_in() -> None:
    page = press(from_template("sensor_readings"), "generate_anew")

    assert page.button(key="generate_template_product_reviews").label == "Use it"
    assert "draft" not in page.query_params


@pytest.mark.usefixtures("launched")
def test_settings_of_a_generated_table_fill_the_page() -> None:
    schema = schema_of(*DRAWN, *WRITTEN).model_copy(update={"variation": "medium"})
    record = made_table(schema)
    page = generate(**{"from": record.id})

    assert page.select_slider(key="generate_variation").value == "medium"
    assert "variation_length" not in said(page), "what the dial added is not the person's"
    assert page.number_input(key="generate_rows").value == 6
    assert "from" not in page.query_params
    assert runs.get(record.id).spec.input.model_dump()["columns"] != schema.model_dump()["columns"]


@pytest.mark.usefixtures("launched")
def test_a_run_that_worked_on_a_table_can_not_fill_the_page_and_says_so() -> None:
    page = generate(**{"from": made_run(2).id})

    assert "This run worked on a table." in said(page)
    assert page.button(key="generate_template_product_reviews").label == "Use it"


@pytest.mark.usefixtures("launched")
def test_a_draft_that_is_gone_leads_to_the_ways_in() -> None:
    assert generate(draft="00000000").button(key="generate_template_product_reviews").label == "Use it"


def test_a_proposal_that_fails_says_why(
    launched: Launched, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_provider.configure(faults={"refusal": 1.0})
    monkeypatch.setenv("HANDAI_PROVIDER", "custom")
    monkeypatch.setenv("HANDAI_MODEL", "fake-1")
    monkeypatch.setenv("HANDAI_BASE_URL", fake_provider.url)
    page = way(generate(), "Describe it")
    page.text_area(key="generate_describe").set_value("Product reviews")
    page = press(ran(page), "generate_propose")
    launched.execute()
    page = ran(page)

    assert page.error
    assert page.text_area(key="generate_describe").value == "Product reviews", "nothing has to be written again"

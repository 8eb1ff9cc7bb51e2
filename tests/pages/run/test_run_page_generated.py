"""The run page over generated tables: no dataset, several model calls a row, diversity, quality, conversations."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.results import RunStatus
from handai_db import RunRecord
from pages.components.run.diversity import meter_figures
from services.running import runs
from tests.fake_provider import FakeProvider
from tests.pages.generate_visit import DRAWN, WRITTEN, made_table, schema_of
from tests.pages.transform_visit import ran, said


def _script() -> None:
    from pages.run_page import render

    render()


def _page(record: RunRecord) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=60)
    page.query_params["run"] = record.id
    return ran(page)


def _tab(page: AppTest, name: str) -> AppTest:
    page.session_state["run_tabs"] = name
    return ran(page)


def test_a_drawn_table_is_shown_without_words_about_models() -> None:
    page = _page(made_table(schema_of(*DRAWN, rows=60)))

    assert "**Done: every row is there**] · 60 rows" in said(page)
    assert "drawn without a model" in said(page)
    assert page.progress[0].text == "60 of 60 rows: 60 done, 0 failed"
    assert "Tokens" not in said(page)
    table = page.dataframe(key="run_table").value
    assert list(table.columns) == ["Row", "Status", "plan", "spend"]
    assert set(table["Status"]) == {"✓ done"}
    assert "not run yet" not in said(page)


def test_columns_stand_in_the_schemas_order_and_helpers_are_left_out() -> None:
    helper: dict[str, object] = {"name": "mood", "sampler": "category", "values": ["calm", "cross"], "export": False}
    page = _page(made_table(schema_of(WRITTEN[0], helper, *DRAWN)))

    assert list(page.dataframe(key="run_table").value.columns) == ["Row", "Status", "review", "plan", "spend"]


def test_each_model_call_of_a_row_can_be_looked_into() -> None:
    page = _page(made_table(schema_of(*DRAWN, *WRITTEN)))

    assert [item.label for item in page.expander if item.label.startswith("Call")] == [
        "Call 1: review",
        "Call 2: rating",
    ]
    texts = [str(item.value) for item in page.code]
    assert any(text.startswith("Write a review by a") for text in texts)
    assert any(text.startswith("Rate it: [offline demo, no AI]") for text in texts)


def test_the_diversity_meter_tells_of_repeats_and_mix() -> None:
    page = _page(made_table(schema_of(*DRAWN, WRITTEN[0], rows=30)))

    assert "**Diversity**, over 30 rows" in said(page)
    assert "Repeats" in said(page)
    assert "Mix of plan" in said(page)


def test_columns_of_the_dial_are_left_out_of_the_meter() -> None:
    record = made_table(schema_of(*DRAWN, WRITTEN[0], rows=20).model_copy(update={"variation": "high"}))
    found = runs.view(record.id).diversity

    assert found is not None
    assert any("variation" in label for label, _ in meter_figures(found))
    figures = [line for line in said(_page(record)).splitlines() if line.startswith(":small[:gray[")]
    assert any("Mix of plan" in line for line in figures)
    assert not any("variation" in line for line in figures)


def test_what_checks_found_is_counted() -> None:
    schema = schema_of(*DRAWN, rows=40)
    checks = [{"column": "spend", "maximum": 30, "on_fail": "drop"}, {"rule": "plan == 'free'", "on_fail": "mark"}]
    schema = type(schema).model_validate({**schema.model_dump(), "checks": checks})
    page = _page(made_table(schema))

    assert "Left out by a check" in said(page)
    assert "Marked by a check" in said(page)
    assert "left out by a check · took" in said(page)
    statuses = set(page.dataframe(key="run_table").value["Status"])
    assert "✓ done (left out)" in statuses
    assert "✓ done (marked)" in statuses


def test_the_quality_report_is_there_with_charts_and_a_file() -> None:
    page = _tab(_page(made_table(schema_of(*DRAWN, rows=200))), "Quality")

    assert "**plan**" in said(page)
    assert "200 filled" in said(page)
    assert [item for item in page.get("download_button") if "quality" in str(item.proto)]
    assert len(page.get("vega_lite_chart")) == 2


def test_the_quality_of_a_transform_is_told_too(fake_provider: FakeProvider) -> None:
    from tests.pages.made_runs import executed, made_run

    page = _tab(_page(executed(made_run(6, base_url=fake_provider.url))), "Quality")

    assert "**answer**" in said(page)


def test_conversations_need_a_column_for_each_side() -> None:
    page = _page(made_table(schema_of(*DRAWN, WRITTEN[0])))
    assert page.selectbox(key="run_chat_user_0").value == "plan"
    assert page.selectbox(key="run_chat_assistant_0").value == "review", "what the model wrote is the likely answer"
    page.selectbox(key="run_chat_assistant_0").set_value("plan")
    page.selectbox(key="run_chat_form").set_value("alpaca")
    page = ran(page)

    assert not [item for item in page.number_input if item.key == "run_chat_turns"]
    assert [box.label for box in page.selectbox if box.key == "run_chat_input"] == ["Input beside the instruction"]


def test_settings_lead_back_to_generate() -> None:
    page = _page(made_table(schema_of(*DRAWN)))
    links = {item.value: item for item in page.page_link}

    assert "Use these settings again" in links
    assert "Run only added rows of a newer file" not in page.menu_button(key="run_more").options
    assert "generate" in str(links["Use these settings again"].proto)


def test_a_failed_call_is_told_with_its_row(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 1.0})
    schema = schema_of(*DRAWN, WRITTEN[0])
    record = made_table(schema, provider="custom", base_url=fake_provider.url)
    page = _page(record)

    assert record.status in {RunStatus.FAILED, RunStatus.PAUSED}
    assert "The model refused" in said(page)
    assert list(page.dataframe(key="run_table").value["plan"])


@pytest.mark.usefixtures("launched")
def test_history_leads_back_to_generate() -> None:
    from pages.components.run_links import page_of
    from tests.pages.made_runs import made_run

    assert page_of(made_table(schema_of(*DRAWN))) == "generate"
    assert page_of(made_run(2)) == "transform"

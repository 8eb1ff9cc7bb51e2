"""Tables made from a schema, and typed columns: from the ways in to the files that come out."""

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import (
    add_column,
    choose,
    download,
    expect_columns,
    expect_status,
    flip,
    generate_all,
    open_generate,
    press,
    run_all,
    take_template,
    unfold,
    use_sample,
    write,
)

FIELD = "generate_columns_field_"
PLANS = ("free", "free", "pro")
LINES = [f"{PLANS[row % 3]},{10 + row / 4},anna{row}@corp.example" for row in range(60)]
SAMPLE = "\n".join(["plan,amount,email", *LINES]).encode()


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
def test_a_template_without_a_model_makes_a_thousand_rows(
    file_server: AppServer,
    browser_page: NewPage,
    blocked_requests: list[str],
    tmp_path: Path,
    width: int,
    dark: bool,
) -> None:
    page = browser_page(width=width, dark=dark)
    open_generate(page, file_server.url)
    shot(page, "generate-start")
    take_template(page, file_server.url, "customers_and_orders")
    shot(page, "generate-columns")
    expect(widget(page, "generate_privacy")).to_contain_text("no model is asked")
    write(page, "generate_rows", "1000")
    generate_all(page)
    expect_status(page, "Done: every row is there")
    shot(page, "generate-done")
    rows = _read(download(page, "run_download", tmp_path))
    assert len(rows) == 1000
    assert len({row["order"] for row in rows}) == 1000
    page.get_by_role("tab", name="Quality").click()
    expect(widget(page, "run_findings")).to_be_visible()
    widget(page, "run_findings").scroll_into_view_if_needed()
    shot(page, "generate-quality")
    report = download(page, "run_quality_download", tmp_path).read_text("utf-8")
    assert report.lstrip().lower().startswith("<!doctype html")
    assert "customers" in report or "order" in report
    assert blocked_requests == []


def test_a_schema_is_built_with_a_model_column(file_server: AppServer, browser_page: NewPage, tmp_path: Path) -> None:
    page = browser_page()
    open_generate(page, file_server.url, "Build it yourself")
    press(page, "generate_build")
    expect(page.get_by_text("The schema has no columns.").first).to_be_visible()
    add_column(page, "One of several values")
    write(page, f"{FIELD}name", "plan")
    write(page, f"{FIELD}values_False", "free\npro")
    add_column(page, "Written by the model")
    write(page, f"{FIELD}name", "review")
    write(page, f"{FIELD}prompt", "Write a review by a")
    widget(page, f"{FIELD}prompt_insert").get_by_text("plan", exact=True).click()
    expect(widget(page, f"{FIELD}prompt").locator("textarea")).to_have_value("Write a review by a {{ plan }}")
    settle(page)
    shot(page, "generate-model-column")
    add_column(page, "Written by the model")
    write(page, f"{FIELD}name", "rating")
    write(page, f"{FIELD}prompt", "Rate: {{ review }}")
    choose(page, f"{FIELD}type", "Whole number")
    write(page, f"{FIELD}minimum", "1")
    write(page, f"{FIELD}maximum", "5")
    page.reload()
    expect_columns(page)
    write(page, "generate_rows", "8")
    press(page, "generate_preview")
    expect(widget(page, "generate_preview_panel")).to_contain_text("Done: every row has an answer")
    generate_all(page)
    expect_status(page, "Done: every row has an answer")
    press(page, "run_figures_more")
    expect(widget(page, "run_diversity")).to_contain_text("Mix of plan")
    unfold(page, "run_making")
    expect(page.get_by_text("Call 2: rating")).to_be_visible()
    shot(page, "generate-two-calls")
    rows = _read(download(page, "run_download", tmp_path))
    assert [list(row) for row in rows] == [["plan", "review", "rating"]] * 8
    assert all(row["plan"] in {"free", "pro"} and 1 <= int(row["rating"]) <= 5 for row in rows)
    _conversations(page, tmp_path)
    widget(page, "run_again").get_by_role("link").click()
    expect_columns(page)
    expect(widget(page, "generate_rows").locator("input")).to_have_value("8")


def _conversations(page: Page, folder: Path) -> None:
    press(page, "run_download_options")
    widget(page, "run_chat").get_by_text("Download as conversations").click()
    expect(widget(page, "run_chat_assistant_0").locator("input").first).to_have_value("rating")
    lines = download(page, "run_chat_download", folder).read_text("utf-8").splitlines()
    assert len(lines) == 8
    assert [turn["role"] for turn in json.loads(lines[0])["messages"]] == ["user", "assistant"]


def test_typed_columns_in_transform(file_server: AppServer, browser_page: NewPage, tmp_path: Path) -> None:
    page = browser_page()
    use_sample(page, file_server.url)
    write(page, "transform_instructions", "Judge the review.")
    flip(page, "transform_typed")
    press(page, "transform_suggest")
    expect(widget(page, "transform_outputs_card_0")).to_be_visible()
    settle(page)
    widget(page, "transform_outputs_paste_open").get_by_role("button").first.click()
    write(page, "transform_outputs_paste", "mood:category(happy,unhappy)\nscore:integer(1..5)")
    press(page, "transform_outputs_paste_add")
    expect(widget(page, "transform_outputs_list")).to_contain_text("happy, unhappy")
    settle(page)
    shot(page, "transform-typed")
    run_all(page)
    expect_status(page, "Done: every row has an answer")
    rows = _read(download(page, "run_download", tmp_path))
    assert len(rows) == 60
    assert all(row["mood"] in {"happy", "unhappy"} and 1 <= int(row["score"]) <= 5 for row in rows)


def test_a_schema_is_learned_from_a_file(file_server: AppServer, browser_page: NewPage, tmp_path: Path) -> None:
    page = browser_page(width=390, height=844)
    open_generate(page, file_server.url, "Learn from a file")
    file = {"name": "plans.csv", "mimeType": "text/csv", "buffer": SAMPLE}
    widget(page, "generate_upload").locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type] # a FilePayload
    expect(page.get_by_text("60 rows × 3 columns")).to_be_visible()
    press(page, "generate_learn")
    expect_columns(page)
    shot(page, "generate-learned")
    generate_all(page)
    expect_status(page, "Done")
    rows = _read(download(page, "run_download", tmp_path))
    assert len(rows) == 60
    assert {row["plan"] for row in rows} == {"free", "pro"}
    assert not any("anna" in row["email"] for row in rows)


def test_a_table_is_made_from_a_description(file_server: AppServer, browser_page: NewPage, tmp_path: Path) -> None:
    page = browser_page()
    open_generate(page, file_server.url, "Describe it")
    write(page, "generate_describe", "Complaints to a city's bus company: line, delay in minutes, weather, message.")
    write(page, "generate_describe_rows", "20")
    choose(page, "provider_select", "Demo")
    press(page, "generate_propose")
    expect_columns(page)
    shot(page, "generate-described")

    generate_all(page)
    expect_status(page, "Done")
    rows = _read(download(page, "run_download", tmp_path))
    assert len(rows) == 20
    assert len(rows[0]) >= 3
    assert all(all(row.values()) for row in rows)


def test_yaml_that_can_not_be_read_shows_its_line(file_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    open_generate(page, file_server.url, "Build it yourself")
    press(page, "generate_build_yaml")
    expect(widget(page, "generate_yaml")).to_be_visible()
    write(page, "generate_yaml", "rows: 5\ncolumns:\n  - {name: plan, sampler: categori, values: [free, pro]}\n")
    problem = widget(page, "generate_yaml_problem")
    expect(problem).to_contain_text("line 3")
    expect(problem).to_contain_text("category")
    expect(widget(page, "generate_run").get_by_role("button")).to_be_disabled()
    shot(page, "generate-yaml-problem")
    write(page, "generate_yaml", "rows: 5\ncolumns:\n  - {name: plan, sampler: category, values: [free, pro]}\n")
    expect(problem).to_have_count(0)
    expect(widget(page, "generate_rows").locator("input")).to_have_value("5")
    widget(page, "generate_view").get_by_text("Columns").click()
    expect(widget(page, "generate_columns_list")).to_contain_text("free, pro")


TYPED_AT_ONCE = """() => {
    const ways = [...document.querySelectorAll('.st-key-generate_way button')];
    ways.find(way => way.innerText.includes('Describe it')).click();
    const type = () => {
        const field = document.querySelector('.st-key-generate_describe textarea');
        if (!field) return setTimeout(type, 5);
        field.focus();
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(field, 'Buses');
        field.dispatchEvent(new Event('input', {bubbles: true}));
        field.blur();
    };
    type();
}"""


def test_who_types_before_the_page_is_whole_still_sees_the_saved_provider(
    own_server: AppServer, browser_page: NewPage
) -> None:
    page = browser_page()
    open_generate(page, own_server.url, "Describe it")
    provider = widget(page, "provider_select").locator("input").first
    saved = provider.input_value()
    assert saved.startswith("Demo")  # not the first of the list, which stood there instead
    open_generate(page, own_server.url)
    page.evaluate(TYPED_AT_ONCE)  # within the drawing that brings the field, faster than hands are
    expect(provider).to_have_value(saved)
    settle(page)
    expect(widget(page, "generate_describe").locator("textarea").first).to_have_value("Buses")
    write(page, "generate_describe_rows", "40")
    expect(provider).to_have_value(saved)

"""A person tries a recipe, changes the prompt and the model, and sees what that changed before running all rows."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import (
    choose,
    click_cell,
    download,
    expect_status,
    press,
    put_file,
    run_all,
    upload,
    use_sample,
    write,
)
from tests.fake_provider import FakeProvider

TABLE = "id,text\n1,The soup was cold\n2,The soup was hot\n3,No soup at all\n"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
def test_a_recipe_on_sample_data_is_previewed_run_and_downloaded(
    file_server: AppServer,
    browser_page: NewPage,
    blocked_requests: list[str],
    tmp_path: Path,
    width: int,
    dark: bool,
) -> None:
    page = browser_page(width=width, dark=dark)
    page.goto(file_server.url)
    settle(page)
    for way in ("My file", "A sample", "A new dataset"):
        expect(page.get_by_text(way, exact=True)).to_be_visible()
    shot(page, "transform-first-screen")
    press(page, "transform_try_classify")
    expect(widget(page, "transform_recipe_told")).to_contain_text("Filled in by the recipe “Classify”")
    settle(page)
    shot(page, "transform-recipe")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    _answer_the_recipe(page)
    expect(widget(page, "transform_messages")).to_contain_text('one of "pleased", "annoyed"')
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done: every row has an answer")
    run_all(page)
    expect_status(page, "Done: every row has an answer")
    with download(page, "run_download", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert {row["category"] for row in rows} == {"pleased", "annoyed"}
    assert blocked_requests == []


def _answer_the_recipe(page: Page) -> None:
    page.get_by_text("Begin with a recipe").click()
    write(page, "transform_recipe_classify_categories", "pleased\nannoyed")
    press(page, "transform_recipe_use")
    settle(page)


def test_own_instructions_come_back_after_a_recipe(app_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    upload(page, app_server.url, "soups.csv", TABLE.encode())
    write(page, "transform_instructions", "Was the guest happy?")
    page.get_by_role("radio", name="Translate").click()
    settle(page)
    expect(widget(page, "transform_recipe_use")).to_contain_text("Replace my instructions")
    press(page, "transform_recipe_use")
    expect(widget(page, "transform_messages")).to_contain_text("Translate the text in “text” into English")
    press(page, "transform_recipe_undo")
    expect(widget(page, "transform_instructions").locator("textarea").first).to_have_value("Was the guest happy?")


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)], ids=["wide-dark", "narrow-light"])
def test_two_prompts_and_two_models_stand_side_by_side(
    file_server: AppServer, browser_page: NewPage, fake_provider: FakeProvider, *, width: int, dark: bool
) -> None:
    fake_provider.configure(reply="cold", models=["fake-1", "fake-2"])
    page = browser_page(width=width, dark=dark)
    upload(page, file_server.url, "soups.csv", TABLE.encode())
    # The stories of this file share a server, which keeps answers: each width asks in words of its own.
    write(page, "transform_instructions", f"How was the soup of {width}?")
    choose(page, "provider_select", "Custom")
    write(page, "transform_address_custom", fake_provider.url)
    choose(page, "provider_model", "fake-1")
    _preview(page, "Preview · Done")
    fake_provider.configure(reply="not as warm as it was hoped for, and the bread was missing too, which nobody said")
    write(page, "transform_instructions", f"How was the soup of {width}, at length?")
    expect(widget(page, "transform_preview_panel")).to_contain_text("made with older settings")
    _preview(page, "Preview 2 · Done")
    expect(widget(page, "transform_pair")).to_contain_text("Asked differently: Instructions.")
    expect(widget(page, "transform_pair")).to_contain_text("3 of 3 cells changed since Preview 1")
    widget(page, "transform_preview_panel").scroll_into_view_if_needed()
    shot(page, "transform-two-prompts")
    fake_provider.configure(reply="tepid")
    press(page, "transform_other")
    choose(page, "transform_other_model", "fake-2")
    press(page, "transform_other_ask")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Preview 3 · Done")
    expect(widget(page, "transform_pair")).to_contain_text("Model: fake-2 instead of fake-1")
    settle(page)
    shot(page, "transform-two-models")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.reload()
    settle(page)
    expect(widget(page, "transform_pair")).to_contain_text("3 of 3 cells changed since Preview 2")
    assert {item.json()["model"] for item in fake_provider.requests if "soup" in str(item.body)} == {"fake-1", "fake-2"}


def _preview(page: Page, said: str) -> None:
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text(said)
    settle(page)


def test_ticked_rows_are_previewed_and_their_messages_shown(app_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    upload(page, app_server.url, "soups.csv", TABLE.encode())
    choose(page, "provider_select", "Demo")  # an earlier story's choice is remembered
    write(page, "transform_instructions", "How was the soup?")
    click_cell(page, "transform_rows", row=2, x=14)  # the box before it
    expect(widget(page, "transform_preview")).to_contain_text("Preview (1 row)")
    expect(widget(page, "transform_messages")).to_contain_text("The soup was hot")
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done")
    press(page, "transform_row_next")
    expect(widget(page, "transform_messages")).to_contain_text("No soup at all")
    widget(page, "transform_insert").get_by_text("text", exact=True).click()
    expect(widget(page, "transform_instructions").locator("textarea")).to_have_value("How was the soup? {{ text }}")


def test_on_a_telephone_from_upload_over_recipe_and_preview_to_a_run(
    own_server: AppServer, browser_page: NewPage, blocked_requests: list[str]
) -> None:
    page = browser_page(width=390, height=844)
    upload(page, own_server.url, "soups.csv", TABLE.encode())
    page.get_by_role("radio", name="Classify").click()
    settle(page)
    press(page, "transform_recipe_use")
    expect(widget(page, "transform_messages")).to_contain_text("The soup was cold")
    settle(page)
    _expect_messages_before_new_columns(page)
    widget(page, "transform_messages").evaluate("messages => messages.scrollIntoView()")
    shot(page, "transform-telephone")
    press(page, "transform_row_next")
    expect(widget(page, "transform_messages")).to_contain_text("The soup was hot")
    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done: every row has an answer")
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    run_all(page)
    expect_status(page, "Done: every row has an answer")
    assert blocked_requests == []


def _expect_messages_before_new_columns(page: Page) -> None:
    """They follow the instructions at once, take less than half of the screen, and nothing stands over another."""
    written, side, messages, columns = page.evaluate(  # all at the same moment: the page may still be scrolling
        "names => names.map(name => document.querySelector(`.st-key-${name}`).getBoundingClientRect().toJSON())",
        ["transform_columns", "transform_side", "transform_messages", "transform_new_columns"],
    )
    assert written["bottom"] <= side["top"]
    assert side["bottom"] <= columns["top"]
    assert messages["height"] <= 844 / 2
    assert side["width"] == columns["width"] == written["width"]


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_buttons_are_always_in_sight_and_a_preview_comes_into_sight(
    own_server: AppServer, browser_page: NewPage, width: int, height: int
) -> None:
    page = browser_page(width=width, height=height)  # of a server that remembers no story's provider
    use_sample(page, own_server.url)
    expect(widget(page, "transform_preview")).to_be_in_viewport(ratio=1)
    expect(widget(page, "transform_run")).to_be_in_viewport(ratio=1)

    press(page, "transform_preview")
    expect(widget(page, "transform_preview_panel")).to_contain_text("Done: every row has an answer")
    expect(widget(page, "transform_preview_panel").get_by_test_id("stDataFrame")).to_be_in_viewport(ratio=0.9)
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    last, bar = (widget(page, key).bounding_box() for key in ("transform_preview_correct", "transform_bar"))
    assert last is not None
    assert bar is not None
    assert last["y"] + last["height"] <= bar["y"], "the bar covers nothing of the page's end"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_list_of_other_tables_closes_after_one_was_read(file_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    use_sample(page, file_server.url)
    press(page, "transform_another")
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    put_file(page, "mine.csv", b"id,text\n1,Good\n2,Bad\n")
    expect(widget(page, "transform_table")).to_contain_text("mine.csv")
    settle(page)
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)

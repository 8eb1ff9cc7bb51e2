"""Two prompts or two models side by side: what was asked differently, which cells changed, how many."""

import pytest
from streamlit.testing.v1 import AppTest

from services.past.history import delete_run
from services.running import runs
from tests.fake_provider import FakeProvider
from tests.pages.transform_visit import Launched, press, ran, ready, said, visit, write


def _previewed(page: AppTest, launched: Launched) -> AppTest:
    page = press(page, "transform_preview")
    launched.execute()
    return ran(page)


def _pair(page: AppTest) -> dict[str, list[object]]:
    table = page.dataframe(key="transform_pair_table").value
    return {str(name): list(table[name]) for name in table.columns}


@pytest.fixture
def echoing(fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    """A server whose answers the test sets; the page asks it."""
    monkeypatch.setenv("HANDAI_PROVIDER", "custom")
    monkeypatch.setenv("HANDAI_MODEL", "fake-1")
    monkeypatch.setenv("HANDAI_BASE_URL", fake_provider.url)
    return fake_provider


def test_a_first_preview_stands_alone(launched: Launched) -> None:
    page = _previewed(ready(), launched)

    assert "**Preview** ·" in said(page)
    assert not [box for box in page.selectbox if str(box.key).startswith("transform_compare")]


def test_the_prompt_and_the_one_before_stand_side_by_side(launched: Launched, echoing: FakeProvider) -> None:
    echoing.configure(reply="cold")
    page = _previewed(ready(), launched)
    echoing.configure(reply="warm")
    page = _previewed(write(page, "Say it in one word."), launched)
    found = _pair(page)

    assert "**Preview 2** ·" in said(page)
    assert "Asked differently: Instructions." in said(page)
    assert "3 of 3 cells changed" in said(page)
    assert list(found)[:4] == ["Row", "Changed", "output", "output · Preview 1"]
    assert found["output"] == ["warm"] * 3
    assert found["output · Preview 1"] == ["cold"] * 3
    assert found["Changed"] == ["yes"] * 3
    assert found["text"] == ["Good soup", "Cold soup", "No soup"]


def test_an_answer_that_stayed_the_same_is_not_called_changed(launched: Launched, echoing: FakeProvider) -> None:
    echoing.configure(reply="cold")
    page = _previewed(ready(), launched)
    page = _previewed(write(page, "Say it in one word."), launched)

    assert "None of 3 cells changed" in said(page)
    assert _pair(page)["Changed"] == ["", "", ""]


def test_another_model_is_asked_about_the_same_rows_and_the_settings_stay(
    launched: Launched, echoing: FakeProvider
) -> None:
    echoing.configure(reply="cold", models=["fake-1", "fake-2"])
    page = _previewed(press(ready(), "transform_models"), launched)
    page.selectbox(key="transform_other_model").select("fake-2")
    page = press(ran(page), "transform_other_ask")
    assert launched.last.model == "fake-2"
    launched.execute()
    page = ran(page)

    assert "Asked differently: Model: fake-2 instead of fake-1." in said(page)
    assert "another model" in said(page)
    assert "older settings" not in said(page)
    assert page.selectbox(key="provider_model").value == "fake-1"
    press(page, "transform_run")
    assert launched.last.model == "fake-1"


def test_a_person_chooses_what_to_compare_with(launched: Launched, echoing: FakeProvider) -> None:
    page = ready()
    for answer in ("one", "two", "three"):
        echoing.configure(reply=answer)
        page = _previewed(write(page, f"Answer {answer}."), launched)
    key = f"transform_compare_{launched.last.id}"
    assert _pair(page)["output · Preview 2"] == ["two"] * 3

    page.selectbox(key=key).set_value("Preview 1")
    assert _pair(ran(page))["output · Preview 1"] == ["one"] * 3
    page.selectbox(key=key).set_value("")
    page = ran(page)
    assert not [table for table in page.dataframe if table.key == "transform_pair_table"]
    assert list(page.dataframe[1].value["output"]) == ["three"] * 3


def test_previews_of_other_rows_are_told_to_have_nothing_in_common(launched: Launched, echoing: FakeProvider) -> None:
    del echoing
    page = ready()
    page.segmented_control(key="transform_preview_from").set_value("picked")
    page = ran(page)
    page.text_input(key="transform_preview_picked").set_value("1")
    page = _previewed(ran(page), launched)
    page.text_input(key="transform_preview_picked").set_value("2, 3")
    page = _previewed(ran(page), launched)

    assert "They asked different rows." in said(page)


def test_a_long_answer_is_shown_whole_beside_the_other(launched: Launched, echoing: FakeProvider) -> None:
    echoing.configure(reply="short")
    page = _previewed(ready(), launched)
    echoing.configure(reply="long " * 100)
    page = _previewed(write(page, "Say it at length."), launched)

    assert [item.value for item in page.text][:2] == [("long " * 100).strip(), "short"]


def test_both_previews_come_back_after_a_reload(launched: Launched, echoing: FakeProvider) -> None:
    echoing.configure(reply="cold")
    page = _previewed(ready(), launched)
    page = _previewed(write(page, "Say it in one word."), launched)
    later = visit(**{name: str(value) for name, value in page.query_params.items()})

    assert "None of 3 cells changed" in said(later)


def test_an_earlier_preview_that_was_deleted_is_left_out(launched: Launched, echoing: FakeProvider) -> None:
    del echoing
    page = _previewed(ready(), launched)
    first = launched.last.id
    page = _previewed(write(page, "Say it in one word."), launched)
    delete_run(first)

    assert not [box for box in ran(page).selectbox if str(box.key).startswith("transform_compare")]
    assert runs.get(launched.last.id).preview

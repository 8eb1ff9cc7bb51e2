"""What a page fills into its fields must reach a browser that missed the drawing which gave it."""

import pytest
from streamlit.testing.v1 import AppTest

from services import preferences
from services.preferences import Preferences
from tests.pages.generate_visit import from_template, generate, way
from tests.pages.transform_visit import press, ran, ready, visit

pytestmark = pytest.mark.usefixtures("launched")


def _fresh(page: AppTest) -> dict[str, tuple[object, object]]:
    """By key: what a browser shows of a field that it meets for the first time now, and what the page takes it for."""
    found: dict[str, tuple[object, object]] = {}
    for box in page.selectbox:
        sent = box.proto
        chosen = sent.options[sent.default] if sent.HasField("default") and sent.options else None
        shown = sent.raw_value if sent.set_value else chosen
        found[box.key or ""] = (shown or None, box.value if box.value is None else box.format_func(box.value))
    for field in (*page.text_area, *page.text_input):
        sent_text = field.proto
        found[field.key or ""] = (sent_text.value if sent_text.set_value else sent_text.default, field.value)
    for number in page.number_input:
        sent_number = number.proto
        given = sent_number.value if sent_number.set_value else sent_number.default
        has = sent_number.HasField("value" if sent_number.set_value else "default")
        found[number.key or ""] = (given if has else None, number.value)
    for switch in page.toggle:
        sent_switch = switch.proto
        found[switch.key or ""] = (sent_switch.value if sent_switch.set_value else sent_switch.default, switch.value)
    return found


def _second_drawing(page: AppTest) -> dict[str, tuple[object, object]]:
    """The same after one more drawing, which is all that a browser sees that was too slow for the first."""
    return {key: pair for key, pair in _fresh(ran(page)).items() if not key.startswith("provider_key")}


def _lost(found: dict[str, tuple[object, object]]) -> dict[str, tuple[object, object]]:
    return {key: (shown, meant) for key, (shown, meant) in found.items() if shown != meant}


def test_the_saved_provider_and_model_are_shown_however_fast_somebody_goes_on() -> None:
    preferences.save(Preferences(provider="groq", models={"groq": "my-model"}))

    found = _second_drawing(way(generate(), "Describe it"))

    assert found["provider_select"] == ("Groq", "Groq")
    assert found["provider_model"] == ("my-model", "my-model")


def test_no_field_of_transform_falls_back_to_its_first_option() -> None:
    page = ready(visit())
    page.toggle(key="transform_typed").set_value(True)
    page = ran(page)

    found = _second_drawing(page)

    assert len(found) > 20
    assert _lost(found) == {}


@pytest.mark.usefixtures("launched")
def test_no_preference_about_upstreams_falls_back_to_its_first_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """Losing one would let a row go to somebody whom the person ruled out."""
    monkeypatch.setenv("OPENROUTER_ALLOW_ALL_PROVIDERS", "false")
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-" + "x" * 20)
    preferences.save(Preferences(provider="openrouter", models={"openrouter": "a/b"}))

    found = _second_drawing(ready(visit()))

    assert found["transform_routing_data_collection"][0] == "No"
    assert _lost(found) == {}


def test_no_field_of_generate_falls_back_to_its_first_option() -> None:
    page = from_template("product_reviews")
    page = press(page, "generate_columns_edit_0")

    found = _second_drawing(page)

    assert len(found) > 20
    assert _lost(found) == {}

"""The rows of a preview: the first, random ones, or those that are named; ticking is a browser story."""

from streamlit.testing.v1 import AppTest

from engine.spec import TransformInput
from tests.pages.transform_visit import Launched, press, ran, said, upload, visit, write

LONG = b"id,text\n" + b"".join(b"%d,Text %d\n" % (number, number) for number in range(1, 121))


def _page(way: str) -> AppTest:
    page = write(upload(visit(), LONG, "long.csv"), "Say what this is.")
    page.segmented_control(key="transform_preview_from").set_value(way)
    return ran(page)


def _asked(launched: Launched) -> tuple[int, ...] | None:
    source = launched.last.spec.input
    assert isinstance(source, TransformInput)
    return source.rows


def test_random_rows_are_shown_with_their_seed_and_asked(launched: Launched) -> None:
    page = _page("random")
    page.number_input(key="transform_preview_rows").set_value(4)
    page = ran(page)
    assert "drawn by chance (draw 1)" in said(page)
    press(page, "transform_preview")
    first = _asked(launched)

    assert first is not None
    assert len(first) == 4
    assert launched.execute().total == 4
    page = press(page, "transform_preview_draw")
    assert "drawn by chance (draw 2)" in said(page)
    press(page, "transform_preview")
    assert _asked(launched) != first


def test_rows_are_named_by_their_numbers(launched: Launched) -> None:
    page = _page("picked")
    assert page.button(key="transform_preview").disabled
    assert not page.button(key="transform_run").disabled
    assert "No row is chosen for the preview." in said(page)

    page.text_input(key="transform_preview_picked").set_value("3, 118-119")
    page = ran(page)
    assert page.button(key="transform_preview").label == "Preview (3 rows)"
    page = press(page, "transform_preview")
    assert _asked(launched) == (2, 117, 118)
    launched.execute()
    assert list(ran(page).dataframe[1].value["Row"]) == [3, 118, 119]


def test_what_was_chosen_survives_a_reload() -> None:
    page = _page("picked")
    page.text_input(key="transform_preview_picked").set_value("7")
    page = ran(page)
    later = visit(**{name: str(value) for name, value in page.query_params.items()})

    assert later.text_input(key="transform_preview_picked").value == "7"


def test_random_rows_are_among_those_that_meet_the_conditions(launched: Launched) -> None:
    page = _page("random")
    page.toggle(key="transform_where_on").set_value(True)
    page = ran(page)
    page.selectbox(key="transform_where_column_0").select("id")
    page = ran(page)
    page.selectbox(key="transform_where_operator_0").select("is greater than")
    page.text_input(key="transform_where_value_0").set_value("110")
    press(ran(page), "transform_preview")
    rows = _asked(launched)

    assert rows is not None
    assert set(rows) <= set(range(110, 120))

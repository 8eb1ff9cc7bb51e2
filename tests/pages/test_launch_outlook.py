"""Before a run: what it would take stands beside the cap, right or rough, and never nothing for what is unknown."""

import pytest

from pages.components.launch_words import outlook_words
from services.estimates import Outlook, Span
from tests.pages.transform_visit import Launched, press, ran, ready, said, upload, visit, write

MANY = b"id,text\n" + b"".join(b"%d,Soup number %d\n" % (row, row) for row in range(200))


def test_without_a_preview_a_rough_range_is_told_as_rough() -> None:
    text = said(ready())
    assert "3 rows to ask: $0.00" in text.replace("\\", "")
    assert "A rough guess by the length of the messages" in text


def test_after_a_preview_its_usage_counts_and_its_rows_are_not_asked_again(launched: Launched) -> None:
    page = press(write(upload(visit(), MANY), "Say what this is."), "transform_preview")
    launched.execute()
    text = said(ran(page)).replace("\\", "")
    assert "195 rows to ask" in text
    assert "5 rows have an answer already." in text
    assert "By what 5 rows of the preview took." in text


def test_an_unknown_price_is_said() -> None:
    lines = " ".join(outlook_words(Outlook(100, 0, 5, Span(1000, 1200), Span(50, 60), None, Span(60, 300))))
    assert "cost unknown" in lines
    assert "price of this model is not known" in lines
    assert "$" not in lines


def test_a_range_is_said_in_few_digits() -> None:
    found = Outlook(995, 5, 5, Span(123_456, 151_000), Span(987, 1234), Span(0.01234, 0.0456), Span(100, 700))
    assert outlook_words(found)[0] == (
        "995 rows to ask: $0.0120 to $0.0460 · about 2 min to 12 min. 5 rows have an answer already."
    )
    assert outlook_words(found)[1].startswith("120k to 150k tokens in, 990 to 1,200 out. By what 5 rows")


def test_when_every_row_has_an_answer_nothing_is_to_pay() -> None:
    assert outlook_words(Outlook(0, 8, 3)) == ["Nothing is left to ask: 8 rows have an answer already."]


@pytest.mark.parametrize(("cap", "told"), [(0.01, True), (1000.0, False)])
def test_a_cap_that_is_too_low_is_told(cap: float, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pages.components.launch_outlook.outlook", lambda *_: Outlook(100, 0, 5, None, None, Span(0.5, 0.9), None)
    )
    page = ready()
    page.number_input(key="transform_max_cost_usd").set_value(cap)
    assert ("too low for all rows" in said(ran(page))) is told

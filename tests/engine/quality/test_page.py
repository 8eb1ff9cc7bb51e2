"""The report's page: one file, nothing from elsewhere, nothing of the data run, every chart in words too."""

import random
from html.parser import HTMLParser

import pytest

from engine.columns import ColumnType, Output
from engine.quality import QualityReport, RunFigures, findings_of, quality_of, report_html
from engine.tables.model import Cell, Row
from tests.engine.quality.tables import report, schema_of

VOID = {"meta", "br", "line", "rect", "polyline"}
EVIL = '<script>alert("1")</script>'


class Page(HTMLParser):
    """The tags of a page with their attributes; complains about tags that don't match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.charts: list[str] = []
        self._open: list[str] = []
        self._in_title_of_chart = False
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_title_of_chart = tag == "title" and self._open[-1] == "svg"
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._in_title_of_chart:
            self.charts.append(data)
            self._in_title_of_chart = False

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def rich() -> QualityReport:
    wanted = schema_of(
        {"name": "plan", "sampler": "category", "values": {"free": 3, EVIL: 1}},
        {"name": "spend", "sampler": "uniform", "low": 0, "high": 10},
        {"name": "day", "sampler": "date", "start": "2024-01-01", "end": "2024-01-09"},
        {"name": EVIL, "type": "text", "prompt": "Write.", "description": EVIL},
        {"name": "yearly", "expression": "spend * 12"},
    )
    chance = random.Random(5)
    rows: list[Row] = []
    for number in range(60):
        spend = chance.uniform(0, 10)
        plan = chance.choice(["free", EVIL, EVIL + "\x00\ud800"])
        day = f"2024-01-0{chance.randint(1, 9)}"
        rows.append({"plan": plan, "spend": spend, "day": day, EVIL: f"{EVIL} {number // 2}", "yearly": spend * 12})
    figures = RunFigures(name=EVIL, model=EVIL, status="completed", rows_failed=2, dropped=1, marked=3, cost_usd=0.5)
    return quality_of(wanted, rows, figures)


def test_a_page_needs_nothing_from_elsewhere() -> None:
    page = Page(report_html(rich()))

    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "use", "image"}
    assert [a["href"] for a in page.all("a")] == [f"#c{place}" for place in range(5)]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "src"]
    assert "url(" not in report_html(rich())


def test_values_and_names_are_never_markup() -> None:
    text = report_html(rich())

    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert text.encode()


def test_each_chart_says_in_words_what_it_shows() -> None:
    page = Page(report_html(rich()))
    charts = page.all("svg")

    assert len(charts) == 6
    assert all(chart["role"] == "img" for chart in charts)
    assert [chart["aria-label"] for chart in charts] == page.charts
    assert "free" in page.charts[0]
    assert "asked for 75.0\N{NO-BREAK SPACE}%" in page.charts[0]
    assert page.charts[1].startswith("Histogram of the numbers in spend, from ")


def test_the_page_follows_the_readers_light_and_fits_a_telephone_and_paper() -> None:
    text = report_html(rich())

    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in Page(text).all("meta")


def test_figures_that_are_not_known_are_left_out() -> None:
    text = report_html(report([Output(name="it")], it=["a"]))

    assert "Cost" not in text
    assert "Rows failed" not in text
    assert "None" not in text


def test_a_cost_that_is_partly_unknown_says_so() -> None:
    figures = RunFigures(cost_usd=1.5, cost_complete=False)

    assert "at least $1.50" in report_html(quality_of([], [], figures))


@pytest.mark.parametrize("kind", [*ColumnType, None])
@pytest.mark.parametrize(
    "cells", [[], [None], ["a"], [1], [1.7e308, -1.7e308], ["2024-01-01"], [[1]], ["é\u202e🙂"] * 30]
)
def test_any_table_makes_a_page(kind: ColumnType | None, cells: list[Cell]) -> None:
    Page(report_html(report([Output(name="it", type=kind)], it=cells)))


def test_of_three_hundred_categories_the_chart_shows_the_first_and_the_table_all() -> None:
    values = [f"value-{number}-" for number in range(300)]
    found = report(schema_of({"name": "it", "sampler": "category", "values": values}), it=values)

    text = report_html(found)

    assert "280 more in the table." in text
    assert all(f"<bdi>{value}</bdi>" in text for value in values)


def test_what_needs_a_look_is_said_first() -> None:
    found = report(
        schema_of(
            {"name": "plan", "sampler": "category", "values": ["free", "pro"]},
            {"name": "it", "type": "integer", "minimum": 1, "maximum": 5, "prompt": "Rate."},
        ),
        plan=["free"] * 100,
        it=[3] * 50 + [9] * 20 + [None] * 30,
    )

    told = [finding.text.replace("\N{NO-BREAK SPACE}", " ") for finding in findings_of(found)]

    assert told == [
        "“plan” is 50.0 % away from the distribution asked for; chance alone would make about 4.0 %.",
        "“it” is empty in 30.0 % of the rows.",
        "“it” has 20 values outside the range asked for.",
    ]


def test_a_table_that_keeps_to_its_schema_is_told_so() -> None:
    found = report(
        schema_of({"name": "plan", "sampler": "category", "values": ["free", "pro"]}), plan=["free", "pro"] * 50
    )

    assert [finding.good for finding in findings_of(found)] == [True, True]


def test_rows_that_are_not_in_the_figures_are_told() -> None:
    told = [finding.text for finding in findings_of(rich())]

    assert told[:3] == [
        "2 rows failed and are not in these figures.",
        "1 row did not pass a check and is left out.",
        "3 rows did not pass a check, are kept and marked.",
    ]

"""One column's part of the report's page: facts, chart, and the figures behind it."""

from datetime import date
from functools import singledispatch

from engine.quality.charts import MOST_BARS, histogram_chart, share_chart
from engine.quality.findings import is_off
from engine.quality.markup import own, safe, table
from engine.quality.report import (
    CategoryFigures,
    ColumnReport,
    DateFigures,
    NumberFigures,
    TextFigures,
)
from engine.quality.words import counted, number, percent

_EPOCH = date(1970, 1, 1).toordinal()

Facts = list[tuple[str, str]]


def column_card(column: ColumnReport, place: int) -> str:
    """The column as a section of its own; `place` makes its anchor."""
    facts = [("Comes from", safe(column.source))]
    if column.asked:
        facts.append(("Asked for", own(column.asked, 300)))
    facts.append(("Filled", f"{column.count:,}" + _missing(column)))
    if column.count:
        facts.append(("Different", _different(column)))
    facts += _doubts(column)
    more, chart = drawn(column.figures, column.name) if column.figures is not None else ([], "")
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in [*facts, *more])
    return (
        f'<section class="card" id="c{place}" aria-labelledby="h{place}"><h3 id="h{place}">{own(column.name, 120)}</h3>'
        f'<dl class="facts">{listed}</dl>{chart}</section>'
    )


def _missing(column: ColumnReport) -> str:
    if not column.missing:
        return ""
    return f", {column.missing:,} missing ({percent(column.missing / (column.count + column.missing))})"


def _different(column: ColumnReport) -> str:
    if column.distinct_estimated:
        return f"about {column.distinct:,}"
    return "all of them" if column.distinct == column.count > 1 else f"{column.distinct:,}"


def _doubts(column: ColumnReport) -> Facts:
    facts: Facts = []
    if column.unfit:
        facts.append(("Not as asked", f'<span class="warned">{counted(column.unfit, "value")}</span>'))
    if column.outside:
        facts.append(("Out of range", f'<span class="warned">{counted(column.outside, "value")}</span>'))
    if column.distance is not None:
        away = percent(column.distance)
        chance = f" (chance: about {percent(column.chance)})" if column.chance is not None else ""
        facts.append(("Off by", (f'<span class="warned">{away}</span>' if is_off(column) else away) + chance))
    if column.conditional:
        facts.append(("Note", "conditions replace some values, so it may rightly differ"))
    return facts


@singledispatch
def drawn(figures: object, name: str) -> tuple[Facts, str]:
    """Facts and chart of a kind of figures."""
    return [], ""


@drawn.register
def _(figures: CategoryFigures, name: str) -> tuple[Facts, str]:
    if not figures.shares:
        return [], ""
    wished = any(share.asked is not None for share in figures.shares)
    rows = [
        (own(share.value, 200), percent(share.asked), percent(share.got), f"{share.count:,}")
        for share in figures.shares
    ]
    hidden = len(figures.shares) - MOST_BARS
    more = f'<p class="small quiet">{hidden:,} more in the table.</p>' if hidden > 0 else ""
    more += f'<p class="small quiet">{figures.others:,} rows have other values.</p>' if figures.others else ""
    return [], (
        share_chart(name, figures.shares)
        + more
        + _legend(wished=wished)
        + _figures(table(("Value", "Asked for", "Got", "Rows"), rows, "Shares of the values"))
    )


@drawn.register
def _(figures: NumberFigures, name: str) -> tuple[Facts, str]:
    facts: Facts = [
        ("Range", f"{number(figures.low)} to {number(figures.high)}"),
        ("Mean", number(figures.mean) + _wished(figures.asked_mean)),
        ("Std. deviation", number(figures.sd) + _wished(figures.asked_sd)),
    ]
    if "50" in figures.quantiles:
        facts.append(("Median", number(figures.quantiles["50"])))
    if not figures.histogram:
        return facts, ""
    wished = all(bar.asked is not None for bar in figures.histogram)
    chart = histogram_chart(name, figures.histogram, "the numbers in", whole=figures.whole)
    rows = [
        (
            f"{number(bar.low)} to {number(bar.high - 1 if figures.whole else bar.high)}",
            percent(bar.asked),
            percent(bar.share),
        )
        for bar in figures.histogram
    ]
    return facts, chart + _legend(wished=wished) + _figures(table(("Range", "Asked for", "Got"), rows, "Histogram"))


@drawn.register
def _(figures: TextFigures, name: str) -> tuple[Facts, str]:
    facts: Facts = [
        ("Characters", f"{figures.shortest:,} to {figures.longest:,}, on average {number(round(figures.mean, 1))}"),
        ("Median length", f"{figures.median:,.0f}; 95 % have at most {figures.p95:,.0f}"),
    ]
    if figures.compared:
        different = (figures.distinct_1, figures.distinct_2, figures.distinct_3)
        facts += [
            ("Compared", counted(figures.compared, "text")),
            ("Repeats", f"{figures.exact_repeats or 0:,} exact, {figures.near_repeats or 0:,} near"),
            ("Different words", " / ".join(map(percent, different)) + " of words, pairs, triples"),
            ("Verdict", safe(figures.verdict)),
        ]
    chart = histogram_chart(name, figures.histogram, "the lengths of texts in", whole=True) if figures.histogram else ""
    return facts, chart + ('<p class="legend">Characters per text</p>' if chart else "")


@drawn.register
def _(figures: DateFigures, name: str) -> tuple[Facts, str]:
    facts: Facts = [("Range", f"{safe(figures.first, 40)} to {safe(figures.last, 40)}")]
    if not figures.histogram:
        return facts, ""
    wished = all(bar.asked is not None for bar in figures.histogram)
    chart = histogram_chart(name, figures.histogram, "the dates in", _day, whole=figures.whole)
    return facts, chart + _legend(wished=wished)


def _day(days: float) -> str:
    ordinal = _EPOCH + int(days)
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal())).isoformat()


def _wished(value: float | None) -> str:
    return f" (asked for {number(value)})" if value is not None else ""


def _legend(*, wished: bool) -> str:
    mark = '<b class="ask">asked for</b>' if wished else ""
    return f'<p class="legend"><b class="got">got</b>{mark}</p>'


def _figures(content: str) -> str:
    return f"<details><summary>The figures</summary>{content}</details>"

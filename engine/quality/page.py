"""The report as one page that needs nothing else: no script, no resource from elsewhere."""

from engine.quality.charts import link_chart
from engine.quality.column_card import column_card
from engine.quality.findings import findings_of, is_off
from engine.quality.markup import own, safe, table
from engine.quality.page_style import STYLE
from engine.quality.report import ColumnReport, Link, QualityReport, RunFigures
from engine.quality.words import counted, duration, percent

_DISTANCE = (
    "“Off by” is the total variation distance between the values asked for and those got: the share of rows that would "
    "have to change. “By chance” is what a fair draw of this size is off by on average."
)
_STRENGTH = (
    "Pearson’s r tells how two columns of numbers go together, Cramér’s V two of categories, the correlation ratio one "
    "of each; 0 is not at all, 1 (or −1) is fully. V and the ratio are corrected for chance."
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_html(report: QualityReport) -> str:
    """The page."""
    title = f"Quality of {report.run.name}" if report.run.name else "Quality of a table"
    sections = [
        f"<header><h1>{safe(title, 200)}</h1>{_about(report)}</header>",
        _tiles(report),
        _section("What to know", _findings(report)),
        _section("All columns", _overview(report.columns)) if report.columns else "",
        _section("Column by column", _cards(report.columns)) if report.columns else "",
        _section("Columns that go together", _links(report.links)) if report.columns else "",
        _section("How to read this", _notes(report)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title, 200)}</title><style>{STYLE}</style></head><body><main>"
        + "".join(sections)
        + "</main></body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _about(report: QualityReport) -> str:
    run = report.run
    parts = [counted(report.rows, "row"), counted(len(report.columns), "column")]
    parts += [safe(run.model, 120)] if run.model else []
    parts += [f"seed {run.seed}"] if run.seed is not None else []
    parts += [safe(run.status)] if run.status else []
    return f'<p class="quiet">{" · ".join(parts)}</p>'


def _tiles(report: QualityReport) -> str:
    tiles = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in _figures(report) if value)
    return f'<section aria-label="Key figures"><dl class="tiles">{tiles}</dl></section>'


def _figures(report: QualityReport) -> list[tuple[str, str]]:
    run = report.run
    repeating = percent(report.repeating_rows / report.compared_rows) if report.repeating_rows is not None else ""
    if report.compared_rows == 0:
        repeating = ""
    return [
        ("Rows here", f"{report.rows:,}"),
        ("Rows failed", _count(run.rows_failed)),
        ("Rows left out by checks", _count(run.dropped)),
        ("Rows marked by checks", _count(run.marked)),
        ("Rows that repeat a text", repeating),
        ("Rows equal to another", _count(report.equal_rows)),
        ("Draws refused", _count(run.refused)),
        ("Invalid answers", _count(run.invalid)),
        ("Answers repaired", _count(run.repaired)),
        ("Asked again", _count(run.asked_again)),
        ("Cost", _cost(run)),
        ("Tokens in / out", _tokens(run)),
        ("Time", duration(run.duration_s) if run.duration_s is not None else ""),
    ]


def _count(count: int | None) -> str:
    return f"{count:,}" if count is not None else ""


def _cost(run: RunFigures) -> str:
    if run.cost_usd is None:
        return ""
    if run.cost_usd == 0 and run.cost_complete:
        return "nothing"
    least = "" if run.cost_complete else "at least "
    return f"{least}${run.cost_usd:,.4f}" if run.cost_usd < 1 else f"{least}${run.cost_usd:,.2f}"


def _tokens(run: RunFigures) -> str:
    if run.prompt_tokens is None or run.completion_tokens is None:
        return ""
    return f"{run.prompt_tokens:,} / {run.completion_tokens:,}"


def _findings(report: QualityReport) -> str:
    items = "".join(
        f'<li class="{"good" if finding.good else "warn"}">{safe(finding.text)}</li>' for finding in findings_of(report)
    )
    return f'<ul class="findings">{items}</ul>' if items else "<p>Nothing stands out.</p>"


def _overview(columns: tuple[ColumnReport, ...]) -> str:
    rows = [
        (
            f'<a href="#c{place}">{own(column.name, 60)}</a>',
            safe(str(column.kind)),
            f"{column.missing:,}",
            ("≈ " if column.distinct_estimated else "") + f"{column.distinct:,}",
            f'<span class="warned">{percent(column.distance)}</span>' if is_off(column) else percent(column.distance),
            percent(column.chance),
        )
        for place, column in enumerate(columns)
    ]
    return table(("Column", "Kind", "Missing", "Different", "Off by", "By chance"), rows, "Every column in one line")


def _cards(columns: tuple[ColumnReport, ...]) -> str:
    return f'<div class="cards">{"".join(column_card(column, place) for place, column in enumerate(columns))}</div>'


def _links(links: tuple[Link, ...]) -> str:
    if not links:
        return "<p>No two columns of numbers or categories go together more than chance would make them.</p>"
    named = [(f"{link.first[:40]} & {link.second[:40]}", link.value) for link in links]
    rows = [
        (
            f"{own(link.first, 60)} &amp; {own(link.second, 60)}",
            safe(link.measure),
            f"{link.value:.2f}",
            f"{link.rows:,}",
        )
        for link in links
    ]
    listed = table(("Columns", "Measure", "Value", "Rows"), rows, "Pairs of columns, the strongest first")
    return f'<div class="card">{link_chart(named)}<details><summary>The figures</summary>{listed}</details></div>'


def _notes(report: QualityReport) -> str:
    texts = [_DISTANCE, _STRENGTH]
    if report.repeating_rows is not None:
        near = "exactly alike" if report.near is None else f"at least {report.near:.0%} alike, letter by letter"
        texts.append(f"A text repeats an earlier one if it is {near}; case, spaces and punctuation don’t count.")
    return "".join(f'<p class="small">{safe(text)}</p>' for text in (*texts, *report.notes))

"""The quality report of a run's table: what a person should know first, then each column with its chart."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.quality import QualityReport, findings_of
from engine.quality.report import Bin, CategoryFigures, ColumnReport, DateFigures, NumberFigures, TextFigures
from engine.quality.words import number, percent
from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run.bars import MOST_BARS, draw_bars
from services.results.quality import report_file, report_of
from services.running.views import RunView

_SHOWN = 24
_LONG_TABLE = 200_000  # rows; more are read only when a person asks


def draw_quality(view: RunView) -> None:
    """The report as far as the run has come; read when it is looked at."""
    record = view.record
    if not view.done:
        st.caption("No row is finished yet, so there is nothing to judge.")
        return
    if view.done > _LONG_TABLE and not _is_asked_for():
        return
    try:
        report = _report(record.id, (str(view.status), view.done, view.failed, record.finished_at or 0.0))
    except HandaiError as error:
        st.error(words.error_words(error), title="The report can't be made")
        return
    _draw_head(record)
    _draw_findings(report)
    _draw_columns(report.columns)
    _draw_links(report)
    for note in report.notes:
        st.caption(words.plain(note))


def _is_asked_for() -> bool:
    """A long table is only read when a person wants it."""
    return st.toggle("Read the whole table for a report", key="run_quality_read")


@st.cache_data(max_entries=8, ttl=600, show_spinner="Reading the table …")
def _report(run_id: str, state: tuple[str, int, int, float]) -> QualityReport:
    del state  # part of the cache's key: another state has another report
    return report_of(run_id)


def _draw_head(record: RunRecord) -> None:
    st.download_button(
        "Download the report",
        data=lambda: report_file(record.id),
        file_name=f"{words.file_stem(record.name)}-quality.html",
        mime="text/html",
        key="run_quality_download",
        on_click="ignore",
        icon=":material/analytics:",
        help="One HTML page with every figure and chart, for any browser.",
    )


def _draw_findings(report: QualityReport) -> None:
    with st.container(key="run_findings", gap="xxsmall"):
        for finding in findings_of(report):
            mark = ":green[:material/check_circle:]" if finding.good else ":orange[:material/warning:]"
            st.markdown(f"{mark} {words.plain(finding.text)}")


def _draw_columns(columns: Sequence[ColumnReport]) -> None:
    with st.grid(2, min_column_width=320):
        for place, column in enumerate(columns[:_SHOWN]):
            with st.container(border=True, gap="xsmall", height="stretch"):
                _draw_column(place, column)
    if len(columns) > _SHOWN:
        st.caption(f"The first {_SHOWN} of {len(columns)} columns are shown here; the file has all.")


def _draw_column(place: int, column: ColumnReport) -> None:
    st.markdown(f"**{words.plain(column.name)}** :gray-badge[{words.plain(column.source)}]")
    if column.asked:
        st.caption(f"Asked for: {words.plain(column.asked)}")
    st.caption(words.plain(" · ".join(_facts(column))))
    match column.figures:
        case CategoryFigures():
            _draw_shares(place, column.name, column.figures)
        case NumberFigures() | DateFigures():
            _draw_bins(place, column.name, column.figures.histogram, is_date=isinstance(column.figures, DateFigures))
        case TextFigures():
            if column.figures.verdict:
                st.caption(words.plain(column.figures.verdict))
            _draw_bins(place, f"{column.name}: characters", column.figures.histogram)


def _facts(column: ColumnReport) -> list[str]:
    about = "about " if column.distinct_estimated else ""
    facts = [f"{column.count:,} filled"]
    facts += [f"{column.missing:,} missing"] if column.missing else []
    facts += [f"{about}{column.distinct:,} different"] if column.count else []
    facts += [f"{column.unfit:,} not as asked"] if column.unfit else []
    facts += [f"{column.outside:,} out of range"] if column.outside else []
    if column.distance is not None:
        chance = f" (chance alone: about {percent(column.chance)})" if column.chance is not None else ""
        facts.append(f"off by {percent(column.distance)}{chance}")
    match column.figures:
        case NumberFigures() as found:
            facts.append(f"{number(found.low)} to {number(found.high)}, mean {number(found.mean)}")
        case TextFigures() as found:
            facts.append(f"{found.shortest:,} to {found.longest:,} characters, median {number(found.median)}")
        case DateFigures() as found:
            facts.append(f"{found.first} to {found.last}")
    return facts


def _draw_shares(place: int, name: str, figures: CategoryFigures) -> None:
    shares = figures.shares[:MOST_BARS]
    bars = [(share.value, share.got, share.asked) for share in shares]
    draw_bars(f"run_quality_chart_{place}", bars, f"Shares of the values of {name}, got and asked for", lying=True)


def _draw_bins(place: int, name: str, bins: Sequence[Bin], *, is_date: bool = False) -> None:
    bars = [(_day(one.low) if is_date else number(one.low), one.share, one.asked) for one in bins]
    draw_bars(f"run_quality_chart_{place}", bars, f"How the values of {name} are spread", lying=False)


def _day(days: float) -> str:
    return str(pd.Timestamp(0) + pd.Timedelta(days=days))[:10]


def _draw_links(report: QualityReport) -> None:
    if not report.links:
        return
    st.markdown("**Columns that go together**")
    strongest = report.links[:12]
    frame = pd.DataFrame(
        {
            "Columns": [f"{link.first} and {link.second}" for link in strongest],
            "How strongly": [round(link.value, 2) for link in strongest],
            "Measure": [link.measure for link in strongest],
        }
    )
    st.dataframe(frame, hide_index=True, key="run_quality_links", alt="Columns that go together, strongest first")

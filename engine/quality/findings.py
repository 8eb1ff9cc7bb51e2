"""What a person should know first: the report's figures as a few plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.diversity.meter import repeats_itself
from engine.quality.report import ColumnReport, QualityReport, TextFigures
from engine.quality.words import counted, percent

_MANY_MISSING = 0.05
_CLEARLY = 3.0  # times what chance makes
_AT_LEAST = 0.02
_MOST = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; `good` ones need nothing to be done."""

    text: str
    good: bool = False


def is_off(column: ColumnReport) -> bool:
    """Whether a column's distribution is further from what was asked for than chance explains."""
    if column.distance is None or column.chance is None:
        return False
    return column.distance > max(_AT_LEAST, _CLEARLY * column.chance)


def findings_of(report: QualityReport) -> tuple[Finding, ...]:
    """The findings, those that need a look first."""
    if not report.rows:
        return (Finding("No row is finished yet, so there is nothing to judge."),)
    bad = [*_of_rows(report), *(Finding(text) for column in report.columns for text in _of_column(column))]
    shown = bad[:_MOST]
    if len(bad) > _MOST:
        shown.append(Finding(f"{len(bad) - _MOST} more findings stand with their columns below."))
    return (*shown, *_good(report))


def _of_rows(report: QualityReport) -> Iterator[Finding]:
    run = report.run
    if run.rows_failed:
        yield Finding(f"{counted(run.rows_failed, 'row')} failed and {_be(run.rows_failed)} not in these figures.")
    if run.dropped:
        yield Finding(f"{counted(run.dropped, 'row')} did not pass a check and {_be(run.dropped)} left out.")
    if run.marked:
        yield Finding(f"{counted(run.marked, 'row')} did not pass a check, {_be(run.marked)} kept and marked.")
    if report.repeating_rows:
        share = percent(report.repeating_rows / report.compared_rows)
        yield Finding(f"In {share} of {counted(report.compared_rows, 'compared row')} a text repeats an earlier one.")


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _of_column(column: ColumnReport) -> Iterator[str]:
    name, total = f"“{column.name}”", column.count + column.missing
    if not column.count:
        yield f"{name} is empty in every row."
    elif column.missing / total >= _MANY_MISSING:
        yield f"{name} is empty in {percent(column.missing / total)} of the rows."
    if is_off(column):
        yield (
            f"{name} is {percent(column.distance)} away from the distribution asked for; chance alone would make "
            f"about {percent(column.chance)}."
        )
    if column.unfit:
        yield f"{name} has {counted(column.unfit, 'value')} that {_be(column.unfit)} not what was asked for."
    if column.outside:
        yield f"{name} has {counted(column.outside, 'value')} outside the range asked for."
    if isinstance(column.figures, TextFigures) and repeats_itself(column.figures.verdict):
        yield f"{name}: {column.figures.verdict[0].lower()}{column.figures.verdict[1:]}"


def _good(report: QualityReport) -> Iterator[Finding]:
    judged = [c for c in report.columns if c.distance is not None]
    kept = [column for column in judged if not is_off(column)]
    if kept and len(kept) == len(judged):
        what = "The one column" if len(kept) == 1 else f"All {len(kept)} columns"
        verb = "keeps" if len(kept) == 1 else "keep"
        yield Finding(f"{what} with a distribution asked for {verb} to it, as far as chance allows.", good=True)
    if report.repeating_rows == 0 and report.compared_rows > 1:
        yield Finding(f"No text repeats an earlier one among {counted(report.compared_rows, 'row')}.", good=True)
    if not any(column.missing for column in report.columns) and report.columns:
        yield Finding("No value is missing.", good=True)

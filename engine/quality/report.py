"""The quality report as data: everything that the page shows, JSON-able, unknown is None."""

from enum import StrEnum

from engine.declared import Declared


class Kind(StrEnum):
    """How a column's values are looked at."""

    CATEGORY = "category"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    IDENTIFIER = "identifier"
    OTHER = "other"


class RunFigures(Declared):
    """What the run itself counted."""

    rows_total: int | None = None
    rows_done: int | None = None
    rows_failed: int | None = None
    invalid: int | None = None
    repaired: int | None = None
    asked_again: int | None = None
    refused: int | None = None
    cost_usd: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    duration_s: float | None = None
    model: str = ""
    seed: int | None = None


class Share(Declared):
    """One category: the share that was asked for, and the share and number that came."""

    value: str
    asked: float | None
    got: float
    count: int


class CategoryFigures(Declared):
    """Shares of all categories; `distance` is the total variation distance between asked and got (0 same, 1 disjoint).

    `others` counts values beyond the listed ones.
    """

    shares: tuple[Share, ...]
    others: int = 0
    distance: float | None = None


class Bin(Declared):
    """One bar of a histogram, from `low` to below `high` (the last includes it)."""

    low: float
    high: float
    share: float


class NumberFigures(Declared):
    """Asked and got; quantiles and histogram may come from a sample of the rows."""

    asked_low: float | None = None
    asked_high: float | None = None
    asked_mean: float | None = None
    asked_sd: float | None = None
    low: float
    high: float
    mean: float
    sd: float | None
    quantiles: dict[str, float]
    histogram: tuple[Bin, ...]
    outside: int = 0


class TextFigures(Declared):
    """Lengths in characters of all texts; repeats and distinct n-grams of the `compared` first ones."""

    shortest: int
    longest: int
    mean: float
    median: float
    p95: float
    histogram: tuple[Bin, ...]
    compared: int = 0
    exact_repeats: int | None = None
    near_repeats: int | None = None
    distinct_1: float | None = None
    distinct_2: float | None = None
    distinct_3: float | None = None
    verdict: str = ""


class DateFigures(Declared):
    """The first and last date, ISO; the histogram is in days since 1970-01-01."""

    asked_first: str | None = None
    asked_last: str | None = None
    first: str
    last: str
    histogram: tuple[Bin, ...]
    outside: int = 0


class ColumnReport(Declared):
    """One column. `distinct_more` says that there are more different values than `distinct`.

    `unfit` counts values that are not of the column's kind. A `conditional` column has cases that replace values, so
    that it may rightly differ from what its sampler alone would give.
    """

    name: str
    source: str
    kind: Kind
    count: int
    missing: int
    unfit: int = 0
    distinct: int
    distinct_more: bool = False
    conditional: bool = False
    categories: CategoryFigures | None = None
    numbers: NumberFigures | None = None
    texts: TextFigures | None = None
    dates: DateFigures | None = None


class Link(Declared):
    """How strongly two columns go together: Pearson's r (-1 to 1) or Cramér's V (0 to 1), over `rows` rows."""

    first: str
    second: str
    measure: str
    value: float
    rows: int


class QualityReport(Declared):
    """The whole report; `sampled` is the number of rows behind quantiles, histograms and links."""

    rows: int
    sampled: int
    near: float | None
    columns: tuple[ColumnReport, ...]
    links: tuple[Link, ...]
    repeating_rows: int | None
    compared_rows: int
    run: RunFigures
    notes: tuple[str, ...] = ()

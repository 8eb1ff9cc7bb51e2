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
    """What the run itself counted. `invalid` are answers that did not have the asked-for form, `refused` are draws.

    `cost_complete` is false when the cost of some attempts is unknown.
    """

    name: str = ""
    status: str = ""
    model: str = ""
    seed: int | None = None
    rows_total: int | None = None
    rows_done: int | None = None
    rows_failed: int | None = None
    invalid: int | None = None
    repaired: int | None = None
    asked_again: int | None = None
    refused: int | None = None
    marked: int | None = None
    dropped: int | None = None
    cost_usd: float | None = None
    cost_complete: bool = True
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    duration_s: float | None = None


class Share(Declared):
    """One category: the share that was asked for, and the share and number that came."""

    value: str
    asked: float | None
    got: float
    count: int


class CategoryFigures(Declared):
    """Shares of the categories that were asked for or came most; `others` counts the values beyond those listed."""

    shares: tuple[Share, ...]
    others: int = 0


class Bin(Declared):
    """One bar of a histogram, from `low` to below `high` (the last includes it); `asked` is the share asked for."""

    low: float
    high: float
    share: float
    asked: float | None = None


class NumberFigures(Declared):
    """Quantiles and histogram come from the sampled rows; `whole` numbers have bars that begin at whole numbers.

    Mean and standard deviation are None where they are beyond what a number can hold.
    """

    asked_mean: float | None = None
    asked_sd: float | None = None
    low: float
    high: float
    mean: float | None
    sd: float | None
    whole: bool
    quantiles: dict[str, float]
    histogram: tuple[Bin, ...]


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
    """The first and last date, ISO; the histogram is in days since 1970-01-01, `whole` ones if no time is given."""

    first: str
    last: str
    whole: bool
    histogram: tuple[Bin, ...]


Figures = CategoryFigures | NumberFigures | TextFigures | DateFigures


class ColumnReport(Declared):
    """One column: `source` says where its values come from, `asked` what they should be.

    `unfit` counts values that are of another kind or not among those allowed, `outside` those beyond the asked-for
    range. `distance` is the total variation distance between the distributions asked for and got (0 the same, 1
    disjoint), `chance` what a fair draw of this size differs by on average; both are None for a `conditional` column,
    whose cases replace values so that it may rightly differ. `distinct_estimated` says that `distinct` is an estimate.
    """

    name: str
    source: str
    asked: str = ""
    kind: Kind
    count: int
    missing: int
    unfit: int = 0
    outside: int = 0
    distinct: int
    distinct_estimated: bool = False
    conditional: bool = False
    distance: float | None = None
    chance: float | None = None
    figures: Figures | None = None


class Link(Declared):
    """How strongly two columns go together, over `rows` rows.

    `measure` is "Pearson's r" (−1 to 1), "Cramér's V" or "correlation ratio" (both 0 to 1).
    """

    first: str
    second: str
    measure: str
    value: float
    rows: int


class QualityReport(Declared):
    """The whole report; `sampled` is the number of rows behind quantiles, histograms and links.

    `repeating_rows` of the `compared_rows` first rows have a written text that repeats an earlier row's; `near` is how
    alike texts have to be for that. `equal_rows` repeat an earlier row in every column but identifiers. `notes` say
    how far to trust the figures.
    """

    rows: int
    sampled: int
    near: float | None
    columns: tuple[ColumnReport, ...]
    links: tuple[Link, ...]
    repeating_rows: int | None
    compared_rows: int
    equal_rows: int | None
    run: RunFigures
    notes: tuple[str, ...] = ()

"""Figures as people read them."""

import math

_PERCENT = "\N{NO-BREAK SPACE}%"


def number(value: float | None) -> str:
    """A number in at most six significant digits, with commas; an unknown one is a dash."""
    if value is None:
        return "–"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1e9 or 0 < abs(value) < 1e-4:
        return f"{value:.3g}"
    digits = max(0, 5 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 4)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None) -> str:
    """A share in percent; what is more than none doesn't read as 0."""
    if share is None:
        return "–"
    if 0 < share < 0.0005:
        return f"< 0.1{_PERCENT}"
    if 0.9995 < share < 1:
        return f"> 99.9{_PERCENT}"
    return f"{100 * share:.1f}{_PERCENT}"


def span(low: float | None, high: float | None) -> str:
    """A range in words, as far as it has ends."""
    if low is not None and high is not None:
        return f"from {number(low)} to {number(high)}"
    if low is not None:
        return f"{number(low)} or more"
    return f"{number(high)} or less" if high is not None else ""


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 row`, `2,000 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"

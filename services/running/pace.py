"""How long a run still takes, and how soon its cap is reached: said only where it can be known."""

import re

ENOUGH_ROWS = 8
_TOLD_WAIT = re.compile(r"waiting (\d+) s")
_CALM = ((600.0, 5.0), (60.0, 2.0))  # from this age of a tab on, a look every so many seconds
_EAGER_S = 1.0
_SLOW_S = 3.0
_SLOW_ROWS_PER_S = 0.2


def seconds_left(
    pending: int, asked: int, spent_s: float, recent: float | None, *, waiting: str | None, limited: bool
) -> float | None:
    """Seconds until the last row, from the rows that a model was `asked`; None before there are enough of them.

    `recent` are the rows a second of late. Where the provider has let us wait, the mean over the whole run counts
    instead, for waits come again; what it asks us to wait now comes on top.
    """
    if not pending:
        return 0.0
    if asked < ENOUGH_ROWS or spent_s <= 0:
        return None
    rate = recent if recent and not (waiting or limited) else asked / spent_s
    return pending / rate + wait_told(waiting)


def wait_told(waiting: str | None) -> float:
    """The seconds in the engine's own words on why it waits; 0 where it names none."""
    found = _TOLD_WAIT.match(waiting or "")
    return float(found[1]) if found else 0.0


def rows_until_cap(asked: int, spent_usd: float | None, cap_usd: float | None) -> int | None:
    """How many more rows fit under the cap if they cost what the others did; None where that can't be said."""
    if not cap_usd or not spent_usd or asked < ENOUGH_ROWS:
        return None
    return max(0, int((cap_usd - spent_usd) / (spent_usd / asked)))


def next_cap(asked: int, pending: int, spent_usd: float | None, cap_usd: float | None) -> float:
    """A cap with which a run probably ends: what is spent and what is left would cost, a fifth on top.

    Half more than the last one at least: each request has to fit with the longest answer that it may get.
    """
    spent, cap = spent_usd or 0.0, cap_usd or 0.0
    if not spent or not asked:
        return _rounded_up(max(cap * 2, 0.01))
    return _rounded_up(max((spent + pending * spent / asked) * 1.2, cap * 1.5, 0.01))


def look_every_s(age_s: float, rows_per_s: float | None, *, draining: bool) -> float:
    """Seconds between two looks at a run: a tab that is old, or a run where little happens, looks less often."""
    if draining:
        return _EAGER_S
    calm = next((every for age, every in _CALM if age_s >= age), _EAGER_S)
    slow = rows_per_s is not None and rows_per_s < _SLOW_ROWS_PER_S
    return max(calm, _SLOW_S) if slow else calm


def _rounded_up(usd: float) -> float:
    """Up to two digits that count, so that a person reads a sum and not a calculation."""
    step = 10 ** (len(str(int(usd))) - 2) if usd >= 10 else 0.1 if usd >= 1 else 0.01
    return round(-(-usd // step) * step, 4)

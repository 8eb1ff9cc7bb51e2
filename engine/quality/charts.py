"""Charts as inline SVG, each with a text that says what it shows."""

from collections.abc import Callable, Sequence

from engine.quality.markup import safe
from engine.quality.report import Bin, Share
from engine.quality.words import number, percent

MOST_BARS = 20

_WIDTH = 360
_LABELS = 118
_BAR_AREA = 178
_LINE = 24
_HEIGHT = 132
_LABEL_LENGTH = 17

Name = Callable[[float], str]


def share_chart(name: str, shares: Sequence[Share]) -> str:
    """Bars of the shares that came, with a mark where each was asked to be."""
    shown = shares[:MOST_BARS]
    top = max((max(share.got, share.asked or 0.0) for share in shown), default=0.0) or 1.0
    bars = "".join(_share_bar(place, share, top) for place, share in enumerate(shown))
    return _svg(_share_words(name, shares), _LINE * len(shown), bars)


def _share_bar(place: int, share: Share, top: float) -> str:
    y = place * _LINE
    width = _BAR_AREA * share.got / top
    wanted = f", asked for {percent(share.asked)}" if share.asked is not None else ""
    tip = f"<title>{safe(share.value, 200)}: {percent(share.got)}{wanted}</title>"
    mark = ""
    if share.asked is not None:
        x = _LABELS + _BAR_AREA * share.asked / top
        mark = f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{y + 2}" y2="{y + 22}"/>'
    return (
        f'<g>{tip}<text x="{_LABELS - 6}" y="{y + 16}" text-anchor="end">{safe(share.value, _LABEL_LENGTH)}</text>'
        f'<rect class="back" x="{_LABELS}" y="{y + 5}" width="{_BAR_AREA}" height="14"/>'
        f'<rect class="bar" x="{_LABELS}" y="{y + 5}" width="{width:.1f}" height="14"/>{mark}'
        f'<text x="{_WIDTH}" y="{y + 16}" text-anchor="end">{percent(share.got)}</text></g>'
    )


def _share_words(name: str, shares: Sequence[Share]) -> str:
    told = []
    for share in shares[:6]:
        wanted = f" (asked for {percent(share.asked)})" if share.asked is not None else ""
        told.append(f"{share.value[:60]} {percent(share.got)}{wanted}")
    more = f" and {len(shares) - 6} more" if len(shares) > 6 else ""
    return f"Shares of the values of {name}: {', '.join(told)}{more}."


def histogram_chart(name: str, bars: Sequence[Bin], what: str, named: Name = number, *, whole: bool = False) -> str:
    """Bars over a range, with a stepped line where the bars were asked to be."""
    top = max(max(bar.share, bar.asked or 0.0) for bar in bars) or 1.0
    width = _WIDTH / len(bars)
    drawn = "".join(
        f"<g><title>{_reach(bar, named, whole=whole)}: {percent(bar.share)}"
        + (f", asked for {percent(bar.asked)}" if bar.asked is not None else "")
        + f'</title><rect class="bar" x="{place * width + 0.5:.1f}" width="{max(width - 1, 0.5):.1f}" '
        f'y="{_HEIGHT - _HEIGHT * bar.share / top:.1f}" height="{_HEIGHT * bar.share / top:.1f}"/></g>'
        for place, bar in enumerate(bars)
    )
    line = _wished_line(bars, top, width)
    first, last = named(bars[0].low), named(_last(bars[-1], whole=whole))
    axis = (
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}"/>'
        f'<text x="0" y="{_HEIGHT + 17}">{safe(first)}</text>'
        + (f'<text x="{_WIDTH}" y="{_HEIGHT + 17}" text-anchor="end">{safe(last)}</text>' if len(bars) > 1 else "")
    )
    fullest = max(bars, key=lambda bar: bar.share)
    words = (
        f"Histogram of {what} {name}, from {first} to {last}. The fullest of {len(bars)} bars: "
        f"{_reach(fullest, named, whole=whole)} with {percent(fullest.share)}."
    )
    if line:
        words += " A line shows what was asked for."
    return _svg(words, _HEIGHT + 22, drawn + line + axis)


def _wished_line(bars: Sequence[Bin], top: float, width: float) -> str:
    if any(bar.asked is None for bar in bars):
        return ""
    points = []
    for place, bar in enumerate(bars):
        y = _HEIGHT - _HEIGHT * (bar.asked or 0.0) / top
        points += [f"{place * width:.1f},{y:.1f}", f"{(place + 1) * width:.1f},{y:.1f}"]
    return f'<polyline class="wish" points="{" ".join(points)}"/>'


def _last(bar: Bin, *, whole: bool) -> float:
    return bar.high - 1 if whole else bar.high


def _reach(bar: Bin, named: Name, *, whole: bool) -> str:
    low, high = named(bar.low), named(_last(bar, whole=whole))
    return low if low == high else f"{low} to {high}"


def link_chart(links: Sequence[tuple[str, float]]) -> str:
    """Bars of how strongly pairs of columns go together, without direction."""
    bars = "".join(
        f'<g><title>{safe(label, 200)}: {value:.2f}</title><text x="0" y="{place * 40 + 14}">{safe(label, 52)}</text>'
        f'<rect class="back" x="0" y="{place * 40 + 20}" width="{_WIDTH - 50}" height="10"/>'
        f'<rect class="bar" x="0" y="{place * 40 + 20}" width="{(_WIDTH - 50) * abs(value):.1f}" height="10"/>'
        f'<text x="{_WIDTH}" y="{place * 40 + 29}" text-anchor="end">{value:.2f}</text></g>'
        for place, (label, value) in enumerate(links)
    )
    told = ", ".join(f"{label} {value:.2f}" for label, value in links[:6])
    return _svg(f"The columns that go together most: {told}.", 40 * len(links), bars)


def _svg(words: str, height: int, content: str) -> str:
    words = safe(words)
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{words}">'
        f"<title>{words}</title>{content}</svg>"
    )

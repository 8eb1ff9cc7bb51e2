"""Text as it may stand in the report's page: escaped, and without what no page can hold."""

import re
from collections.abc import Sequence
from html import escape

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def safe(text: str, longest: int | None = None) -> str:
    """Escaped text; what is longer than `longest` ends in an ellipsis."""
    text = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    if longest is not None and len(text) > longest:
        text = text[: longest - 1].rstrip() + "…"
    return escape(text)


def own(text: str, longest: int | None = None) -> str:
    """The same for a word from the data, whose writing direction must not spill over."""
    return f"<bdi>{safe(text, longest)}</bdi>"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], caption: str) -> str:
    """A table of ready markup that scrolls by itself where the screen is narrow."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{caption}"><table>'
        f"<caption>{caption}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )

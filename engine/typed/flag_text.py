"""Quotes, escapes and brackets inside a command-line flag."""

from collections.abc import Iterator

_QUOTES = "\"'"


def split_name(text: str) -> tuple[str, str | None]:
    """What stands before the first colon outside of quotes, and what follows it."""
    for place, sign, depth in _signs(text):
        if sign == ":" and depth is not None:
            return text[:place], text[place + 1 :]
    return text, None


def split_outside(text: str, separator: str) -> list[str]:
    """The parts between separators that stand outside of quotes and brackets, quotes and escapes kept."""
    parts: list[str] = []
    start = 0
    for place, sign, depth in _signs(text):
        if sign == separator and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _signs(text: str) -> Iterator[tuple[int, str, int | None]]:
    """Each character with its depth in brackets, None inside quotes and after a backslash."""
    quote, depth, escaped, opens = "", 0, False, True
    for place, sign in enumerate(text):
        yield place, sign, None if quote or escaped else depth
        if escaped:
            escaped = opens = False
        elif sign == "\\":
            escaped, opens = True, False
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in _QUOTES and opens:  # an apostrophe inside a word is none
            quote, opens = sign, False
        else:
            depth += (sign == "(") - (sign == ")")
            opens = sign in "(,:" or (opens and sign.isspace())


def unquoted(text: str) -> str:
    """What a part means: outer spaces, quotes and escapes taken away."""
    text = _stripped(text)
    if len(text) >= 2 and text[0] in _QUOTES and text[-1] == text[0]:
        text = text[1:-1]
    signs = iter(text)
    return "".join(next(signs, "") if sign == "\\" else sign for sign in signs)


def _stripped(text: str) -> str:
    text = text.lstrip()
    bare = text.rstrip()
    slashes = len(bare) - len(bare.rstrip("\\"))
    return bare + text[len(bare) : len(bare) + 1] if slashes % 2 else bare  # an escaped space is meant


def quoted(text: str, special: str) -> str:
    """A part as it has to be written so that `unquoted` gives `text`."""
    if text == text.strip() and text and not set(text) & set(special):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

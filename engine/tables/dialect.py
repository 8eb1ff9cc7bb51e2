"""The delimiter of a text table: simple counting decides clear cases, clevercsv the others, counting checks it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable

from handai_errors import TableError

CANDIDATES = (",", ";", "\t", "|")
NO_DELIMITER = "\x1f"  # a character no table uses: the whole line is one cell
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
_HINT = re.compile(r'"?sep=(.)"?\s*')
_SNIFF_CHARS = 8_192  # clevercsv's time grows with the sample; this much takes about 0.03 s


def chosen_delimiter(text: str) -> str:
    """The delimiter that a person typed, by name or as itself."""
    delimiter = _NAMES.get(text.strip().lower(), text)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise TableError(f"'{text}' can't be a delimiter.", "Use one character, such as , or ; or the word tab.")
    return delimiter


def delimiter_hint(first_line: str) -> str | None:
    """The delimiter that a spreadsheet program wrote into a first line such as `sep=;`."""
    match = _HINT.fullmatch(first_line)
    return match[1] if match else None


def detect_delimiter(sample: str, preferred: str | None = None) -> str:
    """The delimiter of sample lines; NO_DELIMITER when each line is one cell."""
    widths = {candidate: _widths(sample, candidate) for candidate in CANDIDATES}
    if preferred and widths[preferred][:1] > [1]:
        return preferred
    clean = [candidate for candidate in CANDIDATES if len(set(widths[candidate])) == 1 and widths[candidate][0] > 1]
    if len(clean) == 1 and len(widths[clean[0]]) > 1:
        return clean[0]
    guess = _sniffed(sample, clean or _plausible(widths))
    return guess if guess and (guess in clean or guess in _plausible(widths)) else NO_DELIMITER


def _widths(sample: str, delimiter: str) -> list[int]:
    try:
        return [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return []


def _plausible(widths: dict[str, list[int]]) -> list[str]:
    """Candidates that split half of the rows at least as often as the first one, or most rows alike."""
    found = []
    for candidate, counts in widths.items():
        if not counts:
            continue
        width, rows = Counter(counts).most_common(1)[0]
        like_first = counts[0] > 1 and sum(count >= counts[0] for count in counts) >= 0.5 * len(counts)
        if like_first or (width > 1 and rows >= 0.8 * len(counts)):
            found.append(candidate)
    return found


def _sniffed(sample: str, candidates: Iterable[str]) -> str | None:
    from clevercsv.detect import Detector

    options = list(candidates)
    if len(options) <= 1:
        return options[0] if options else None
    piece = sample[:_SNIFF_CHARS]
    found = Detector().detect(piece[: piece.rfind("\n") + 1] or piece, delimiters=options)
    return found.delimiter if found and found.delimiter in options else options[0]

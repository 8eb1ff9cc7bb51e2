"""The one redactor: nothing that is stored, logged or shown may carry a key."""

import base64
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

REDACTED = "[key removed]"

_SHORTEST_IN_ANSWER = 16  # "ollama" is a word, and a key that many people type
_SHORTEST_KEY = 6  # a shorter “key” is a placeholder such as "none": removing it would garble ordinary words

_KEY_PATTERNS = re.compile(
    r"""
    \b(?:sk|rk)-[A-Za-z0-9_\-]{8,}          # OpenAI, Anthropic, OpenRouter, DeepSeek
    | \bgsk_[A-Za-z0-9]{8,}                 # Groq
    | \bAIza[A-Za-z0-9_\-]{10,}             # Google, old
    | \bAQ\.[A-Za-z0-9_\-]{10,}             # Google, new
    | \b(?:tgp_|xai-|csk-|fw_|rpa_|hf_)[A-Za-z0-9_\-]{10,}
    | (?<=\bBearer[ ])[^\s"'\\,}\]]{8,}
    | (?<=\bBearer%20)[^\s"'\\,}\]&]+
    """,
    re.VERBOSE | re.IGNORECASE,
)


_in_use: set[str] = set()  # by this process; never written anywhere


def protect(key: str) -> None:
    """From now on no text that is redacted in this process shows `key`, whoever redacts it."""
    if len(key) >= _SHORTEST_IN_ANSWER:
        _in_use.add(key)


def redact(text: str, keys: Iterable[str] = ()) -> str:
    """`text` without the known `keys` (as they are, URL-encoded, base64) and without anything that looks like one."""
    for form in _forms(frozenset(keys) | _in_use):
        text = text.replace(form, REDACTED)
    return _KEY_PATTERNS.sub(REDACTED, text)


def without_keys(text: str, keys: Iterable[str]) -> str:
    """An answer without `keys` that a server wrote into it; nothing else is touched, short placeholders neither."""
    for key in keys:
        if len(key) >= _SHORTEST_IN_ANSWER:
            text = text.replace(key, REDACTED)
    return text


@lru_cache(maxsize=32)
def _forms(keys: frozenset[str]) -> list[str]:
    forms: set[str] = set()
    for key in keys:
        if len(key) >= _SHORTEST_KEY:
            forms |= {key, quote(key, safe=""), quote_plus(key), key.encode("unicode_escape").decode()}
            forms |= _base64_forms(key)
    return sorted(forms, key=len, reverse=True)


def _base64_forms(key: str) -> set[str]:
    """The key inside a base64 text at each of the three alignments, without the characters its neighbours share."""
    raw = key.encode()
    forms: set[str] = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        first = (0, 2, 3)[shift]
        last = len(encoded) - (1 if (shift + len(raw)) % 3 else 0)
        standard = encoded[first:last]
        forms |= {standard, standard.replace("+", "-").replace("/", "_")}
    return forms

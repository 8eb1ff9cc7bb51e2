"""The one redactor: nothing that is stored, logged or shown may carry a key."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

REDACTED = "[key removed]"

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


def redact(text: str, keys: Iterable[str] = ()) -> str:
    """`text` without the known `keys` (as they are, URL-encoded, base64) and without anything that looks like one."""
    for form in _forms(keys):
        text = text.replace(form, REDACTED)
    return _KEY_PATTERNS.sub(REDACTED, text)


def _forms(keys: Iterable[str]) -> list[str]:
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

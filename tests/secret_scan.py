"""Finds what must never be in a repository: keys, and traces of the machine it was written on."""

import math
import re
from collections import Counter
from collections.abc import Iterator

# The shapes of real keys. None of these expressions matches its own text.
_KEY_SHAPES = [
    r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}",
    r"(?<![A-Za-z0-9])(?:gsk|hf|ghp|gho|tgp_v1|github_pat)_[A-Za-z0-9_]{20,}",
    r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}",
    r"(?<![A-Za-z0-9])AQ\.[A-Za-z0-9_-]{20,}",
    r"(?<![A-Za-z0-9])xai-[A-Za-z0-9]{20,}",
    r"(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}",
    r"Bearer\s+[A-Za-z0-9._~+/-]{20,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
]
_KEY = re.compile("|".join(_KEY_SHAPES))
_ASSIGNMENT = re.compile(
    r"""\w*(?:key|token|secret|password)["']?\s*[:=]\s*["']?(?P<value>[A-Za-z0-9+/_=-]{20,})""", re.IGNORECASE
)
_HIGH_ENTROPY = 3.5  # bits a character; random letters and digits have more, words less

_MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:(?:home|Users)/[A-Za-z0-9]|(?:root|work)/)")
_REGISTRY = re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", r"npm" + r"js\.", "anaconda" + r"\.org")))


def entropy(text: str) -> float:
    """Bits a character."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def looks_random(value: str) -> bool:
    """Whether an assigned value reads like a key and not like a name."""
    return sum(character.isdigit() for character in value) >= 2 and entropy(value) > _HIGH_ENTROPY


def secrets(text: str) -> Iterator[str]:
    """What looks like a key, cut so that a report of it gives nothing away."""
    is_binary = "\0" in text  # a locked workbook is full of random values that are assigned to keys
    for number, line in enumerate(text.splitlines(), 1):
        found = [match.group() for match in _KEY.finditer(line)]
        if not is_binary:
            found += [match["value"] for match in _ASSIGNMENT.finditer(line) if looks_random(match["value"])]
        yield from (f"line {number}: {value[:8]}..." for value in found)


def machine_paths(text: str) -> Iterator[str]:
    """Absolute paths of somebody's machine."""
    for number, line in enumerate(text.splitlines(), 1):
        if _MACHINE_PATH.search(line):
            yield f"line {number}: {line.strip()[:80]}"


def registry_hosts(text: str) -> Iterator[str]:
    """Addresses of package registries: where packages come from is for the machine that installs them."""
    for number, line in enumerate(text.splitlines(), 1):
        if _REGISTRY.search(line):
            yield f"line {number}: {line.strip()[:80]}"

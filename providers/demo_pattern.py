"""Invented texts that match a simple regular expression, such as a product code's."""

import random
import re
import string

_ESCAPED = {"d": string.digits, "w": string.ascii_letters + string.digits, "s": " "}
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_RANGE = re.compile(r"\\?(.)-\\?(.)|\\([dws])|\\?(.)", re.DOTALL)
_MOST_OPEN = 4  # times that `+` and `*` repeat at most
_MOST_TIMES = 200
_MOST_ATOMS = 2000  # written in all: repeats of repeats would never end


class _BeyondError(Exception):
    """The pattern says more than is understood here."""


def text_matching(pattern: str, chance: random.Random) -> str | None:
    """A text that the whole of `pattern` matches; None for what look-arounds, back-references and the like ask for."""
    reader = _Reader(pattern.removeprefix("^").removesuffix("$"), chance)
    try:
        text = reader.alternatives()
    except (_BeyondError, IndexError):
        return None
    return text if reader.at_end else None


class _Reader:
    """Reads the pattern once, left to right, and writes as it goes."""

    def __init__(self, pattern: str, chance: random.Random) -> None:
        self._pattern = pattern
        self._place = 0
        self._left = _MOST_ATOMS
        self._chance = chance

    @property
    def at_end(self) -> bool:
        """Whether all of the pattern was read."""
        return self._place >= len(self._pattern)

    def alternatives(self) -> str:
        """What one of the alternatives here makes."""
        made = [self._sequence()]
        while not self.at_end and self._pattern[self._place] == "|":
            self._place += 1
            made.append(self._sequence())
        return self._chance.choice(made)

    def _sequence(self) -> str:
        made = []
        while not self.at_end and self._pattern[self._place] not in "|)":
            start = self._place
            first = self._atom()
            after, times = self._times()
            for _ in range(times - 1):
                self._place = start
                first += self._atom()
            made.append(first if times else "")
            self._place = after
        return "".join(made)

    def _times(self) -> tuple[int, int]:
        """Where the quantifier here ends, and how often it lets its atom repeat."""
        counted = _COUNT.match(self._pattern, self._place)
        if counted:
            least = int(counted[1])
            most = int(counted[3]) if counted[3] else least + _MOST_OPEN if counted[2] else least
            return counted.end(), self._chance.randint(least, min(max(least, most), _MOST_TIMES))
        sign = self._pattern[self._place : self._place + 1]
        least, most = {"?": (0, 1), "*": (0, _MOST_OPEN), "+": (1, _MOST_OPEN)}.get(sign, (1, 1))
        return self._place + (sign in {"?", "*", "+"}), self._chance.randint(least, most)

    def _atom(self) -> str:
        sign = self._pattern[self._place]
        self._place += 1
        self._left -= 1
        if self._left < 0:
            raise _BeyondError
        match sign:
            case "(":
                return self._group()
            case "[":
                return self._chance.choice(self._class())
            case "\\":
                return self._escape()
            case ".":
                return self._chance.choice(string.ascii_lowercase)
            case "^" | "$" | "*" | "+" | "?":
                raise _BeyondError
            case _:
                return sign

    def _group(self) -> str:
        if self._pattern.startswith("?", self._place):
            if not self._pattern.startswith("?:", self._place):
                raise _BeyondError
            self._place += 2
        made = self.alternatives()
        if self._pattern[self._place] != ")":
            raise _BeyondError
        self._place += 1
        return made

    def _escape(self) -> str:
        sign = self._pattern[self._place]
        self._place += 1
        if sign.isalnum() and sign not in _ESCAPED:
            raise _BeyondError
        return self._chance.choice(_ESCAPED.get(sign, sign))

    def _class(self) -> str:
        end = self._pattern.index("]", self._place + 1) if "]" in self._pattern[self._place + 1 :] else -1
        said = self._pattern[self._place : end]
        if end < 0 or said.startswith("^"):
            raise _BeyondError
        self._place = end + 1
        allowed = ""
        for first, last, short, alone in _RANGE.findall(said):
            allowed += _ESCAPED.get(short, "") + alone
            allowed += "".join(map(chr, range(ord(first), ord(last) + 1))) if first else ""
        return allowed

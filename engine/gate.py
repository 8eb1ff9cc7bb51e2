"""Accepts or refuses drawn rows, always in row order, so that the same answers give the same table."""

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from engine.diversity import Diversity
from engine.tables.model import Row


class Verdict(StrEnum):
    """What became of a finished draw: `refused` is drawn again, `spent` was the last one allowed."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SPENT = "spent"
    MARKED = "marked"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on one draw of a row, and why; the row as it was judged."""

    row: int
    draw: int
    verdict: Verdict
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a gate has judged: every row of earlier rounds, and this round's rows below `row`."""

    round: int = 0
    row: int = 0

    def __str__(self) -> str:
        return f"{self.round}:{self.row}"

    @classmethod
    def read(cls, text: str | None) -> Self:
        """The place that was written as text; the beginning if there is none."""
        round_, _, row = (text or "0:0").partition(":")
        return cls(int(round_), int(row))

    def is_past(self, row: int, draw: int) -> bool:
        """Whether a draw was judged before."""
        return (draw, row) < (self.round, self.row)


Judge = Callable[[int, int, Row], Judgement]


class Gate:
    """Judges round by round: every row's first draw in row order, then the second draws of refused rows, and so on.

    `judge(row, draw, values)` decides on one draw; it is called once for each, in that order. A row that failed for
    another reason (values None) is passed over. Only rows that wait for their turn are held.
    """

    def __init__(self, judge: Judge, total: int, at: Place = Place(), refused: Sequence[frozenset[int]] = ()) -> None:
        self._judge = judge
        self._round = at.round
        before = refused[at.round - 1] if at.round else None
        self._rows: range | list[int] = range(total) if before is None else sorted(before)
        self._next = sum(1 for row in self._rows if row < at.row) if at.round else at.row
        self._again = sorted(row for row in refused[at.round] if row < at.row) if at.round < len(refused) else []
        self._waiting: dict[tuple[int, int], Row | None] = {}
        self._refused_lately: list[bool] = []

    @property
    def place(self) -> Place:
        """How far it has judged; a gate made with it and the refused draws goes on from there."""
        row = self._rows[self._next] if self._next < len(self._rows) else (self._rows[-1] + 1 if self._rows else 0)
        return Place(self._round, row)

    def finished(self, row: int, draw: int, values: Row | None) -> Iterator[Judgement]:
        """Note that a draw is done (None: it failed); yields the judgements that this makes possible."""
        if self.place.is_past(row, draw):  # failed once, retried now
            if values is not None:
                judgement = self._noted(self._judge(row, draw, values))
                if judgement.verdict is Verdict.REFUSED:
                    self._expect(row, draw + 1)
                yield judgement
            return
        self._waiting[draw, row] = values
        yield from self._judgements()

    def refused_share(self, span: int = 50) -> float:
        """The share of refused draws among the last `span` judged; 0 before that many were."""
        lately = self._refused_lately[-span:]
        return sum(lately) / span if len(lately) == span else 0.0

    def _judgements(self) -> Iterator[Judgement]:
        while True:
            while self._next < len(self._rows) and (self._round, self._rows[self._next]) in self._waiting:
                row = self._rows[self._next]
                values = self._waiting.pop((self._round, row))
                self._next += 1
                if values is not None:
                    judgement = self._noted(self._judge(row, self._round, values))
                    if judgement.verdict is Verdict.REFUSED:
                        self._again.append(row)
                    yield judgement
            if self._next < len(self._rows) or not self._again:
                return
            self._round, self._rows, self._again, self._next = self._round + 1, sorted(self._again), [], 0

    def _expect(self, row: int, draw: int) -> None:
        """Give a latecomer's next draw its turn, if that is still to come."""
        if draw > self._round:
            self._again.append(row)
        elif draw == self._round and isinstance(self._rows, list) and not self.place.is_past(row, draw):
            insort(self._rows, row)

    def _noted(self, judgement: Judgement) -> Judgement:
        self._refused_lately.append(judgement.verdict in {Verdict.REFUSED, Verdict.SPENT})
        del self._refused_lately[:-200]
        return judgement


@dataclass(frozen=True, slots=True)
class Judged:
    """The gate that drawn rows pass, with what came through it before; `unjudged` still waits before it."""

    gate: Gate | None = None
    stop_share: float = 1.0
    unjudged: tuple[tuple[int, int, Row | None], ...] = ()
    diversity: Callable[[], Diversity] | None = None

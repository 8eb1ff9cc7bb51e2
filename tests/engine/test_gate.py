"""Draws are judged in row order, whatever order they come in, across executions too."""

import random
from collections.abc import Iterable

import pytest

from engine.gate import Gate, Judgement, Place, Verdict
from engine.tables.model import Row


class Repeats:
    """Refuses a text that was accepted before; keeps the order in which it was asked."""

    def __init__(self, redraws: int = 2) -> None:
        self.asked: list[tuple[int, int]] = []
        self._seen: set[object] = set()
        self._redraws = redraws

    def judge(self, row: int, draw: int, values: Row) -> Judgement:
        self.asked.append((row, draw))
        if values["text"] in self._seen:
            return Judgement(row, draw, Verdict.REFUSED if draw < self._redraws else Verdict.SPENT, "again")
        self._seen.add(values["text"])
        return Judgement(row, draw, Verdict.ACCEPTED)


def text(row: int, draw: int) -> Row:
    """Of ten rows every second repeats; its second draw does not."""
    return {"text": f"{row}" if draw else f"{row // 2}a"}


def play(gate: Gate, total: int, order: random.Random) -> list[Judgement]:
    """Finish every draw in a random order until nothing is left to draw."""
    waiting = [(row, 0) for row in range(total)]
    found: list[Judgement] = []
    while waiting:
        row, draw = waiting.pop(order.randrange(len(waiting)))
        for judgement in gate.finished(row, draw, text(row, draw)):
            found.append(judgement)
            if judgement.verdict is Verdict.REFUSED:
                waiting.append((judgement.row, judgement.draw + 1))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_answers_gives_the_same_verdicts(seed: int) -> None:
    judge = Repeats()
    found = play(Gate(judge.judge, 10), 10, random.Random(seed))
    refused = {(item.row, item.draw) for item in found if item.verdict is Verdict.REFUSED}
    assert refused == {(row, 0) for row in range(1, 10, 2)}
    assert judge.asked == [*((row, 0) for row in range(10)), *((row, 1) for row in range(1, 10, 2))]


def test_nothing_is_judged_before_the_rows_above_it() -> None:
    gate = Gate(Repeats().judge, 3)
    assert list(gate.finished(2, 0, {"text": "c"})) == []
    assert list(gate.finished(1, 0, {"text": "b"})) == []
    assert [item.row for item in gate.finished(0, 0, {"text": "a"})] == [0, 1, 2]


def test_a_failed_row_is_passed_over() -> None:
    gate = Gate(Repeats().judge, 2)
    assert list(gate.finished(0, 0, None)) == []
    assert [item.row for item in gate.finished(1, 0, {"text": "b"})] == [1]


def test_a_row_that_failed_and_is_retried_later_is_judged_when_it_comes() -> None:
    gate = Gate(Repeats().judge, 2)
    list(gate.finished(0, 0, None))
    list(gate.finished(1, 0, {"text": "same"}))
    assert [item.verdict for item in gate.finished(0, 0, {"text": "same"})] == [Verdict.REFUSED]


def broken_off(after: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What is judged when the process ends after so many finished draws and another goes on; and unbroken."""
    whole = Repeats()
    play(Gate(whole.judge, 10), 10, random.Random(1))
    judge = Repeats()
    order = random.Random(2)
    waiting = [(row, 0) for row in range(10)]
    refused: dict[int, set[int]] = {}
    done: list[tuple[int, int]] = []
    gate = Gate(judge.judge, 10)
    for _ in range(after):
        if waiting:
            row, draw = waiting.pop(order.randrange(len(waiting)))
            done.append((row, draw))
            for judgement in gate.finished(row, draw, text(row, draw)):
                if judgement.verdict is Verdict.REFUSED:
                    refused.setdefault(judgement.draw, set()).add(judgement.row)
                    waiting.append((judgement.row, judgement.draw + 1))
    at = gate.place
    again = Gate(judge.judge, 10, at, tuple(frozenset(refused.get(n, ())) for n in range(len(refused))))
    waiting = [*_unjudged(done, at), *sorted(waiting)]
    while waiting:
        row, draw = waiting.pop(0)
        for judgement in again.finished(row, draw, text(row, draw)):
            if judgement.verdict is Verdict.REFUSED:
                waiting.append((judgement.row, judgement.draw + 1))
    return judge.asked, whole.asked


def _unjudged(done: Iterable[tuple[int, int]], at: Place) -> list[tuple[int, int]]:
    return [(row, draw) for row, draw in done if (draw, row) >= (at.round, at.row)]


@pytest.mark.parametrize("after", range(16))
def test_a_gate_made_anew_goes_on_where_the_last_one_stood(after: int) -> None:
    resumed, whole = broken_off(after)
    assert resumed == whole


def test_the_share_of_refused_draws_counts_the_last_ones() -> None:
    gate = Gate(Repeats(redraws=0).judge, 100)
    for row in range(100):
        list(gate.finished(row, 0, {"text": "always" if row >= 50 else str(row)}))
    assert gate.refused_share() == pytest.approx(0.98)


def test_the_share_is_not_told_before_enough_rows() -> None:
    gate = Gate(Repeats(redraws=0).judge, 100)
    for row in range(40):
        list(gate.finished(row, 0, {"text": "always"}))
    assert gate.refused_share() == 0


def test_a_retried_row_that_is_refused_takes_its_turn_in_the_next_round() -> None:
    judge = Repeats()
    gate = Gate(judge.judge, 3)
    list(gate.finished(0, 0, None))
    list(gate.finished(1, 0, {"text": "same"}))
    list(gate.finished(0, 0, {"text": "same"}))
    list(gate.finished(0, 1, {"text": "other"}))
    assert [(item.row, item.draw) for item in gate.finished(2, 0, {"text": "third"})] == [(2, 0), (0, 1)]


def test_a_retried_row_that_is_refused_joins_a_round_that_has_begun() -> None:
    gate = Gate(Repeats().judge, 9, Place(1, 3), (frozenset({2, 3, 7}),))
    list(gate.finished(3, 1, {"text": "same"}))
    list(gate.finished(8, 0, {"text": "same"}))
    assert list(gate.finished(8, 1, {"text": "eighth"})) == []
    assert [(item.row, item.draw) for item in gate.finished(7, 1, {"text": "seventh"})] == [(7, 1), (8, 1)]

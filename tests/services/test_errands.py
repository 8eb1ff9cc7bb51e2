"""Work that a page starts: whatever breaks it off is told with what to do."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from handai_errors import REPORT_FAULT, ErrorKind, InputError, ProviderError
from services.errands import Errand, Starts


def _fault() -> None:
    raise ZeroDivisionError("a row's text")


def test_a_fault_is_told_with_a_remedy_and_without_its_values() -> None:
    errand = Errand(_fault)
    assert errand.wait(5)
    assert errand.problem is not None
    assert errand.problem.cause == "Handai stumbled: ZeroDivisionError."
    assert errand.problem.remedy == REPORT_FAULT


@pytest.mark.parametrize(("given", "told"), [("", REPORT_FAULT), ("Do this.", "Do this.")])
def test_a_fault_in_a_row_has_a_remedy_by_itself(given: str, told: str) -> None:
    assert ProviderError(ErrorKind.INTERNAL, "Handai stumbled: KeyError.", given).remedy == told
    assert ProviderError(ErrorKind.AUTH, "No.").remedy == ""


def test_a_press_during_another_begins_nothing_and_gets_what_that_one_began() -> None:
    begun: list[float] = []
    may_end, starts = threading.Event(), Starts[str]()

    def start() -> str:
        begun.append(time.monotonic())
        may_end.wait(10)
        return "the run"

    with ThreadPoolExecutor(2) as clicks:
        found = [clicks.submit(starts.result, "all rows", time.monotonic(), start) for _ in range(2)]
        may_end.set()

    assert [one.result() for one in found] == ["the run"] * 2
    assert len(begun) == 1


def test_what_is_asked_otherwise_or_later_or_has_not_begun_is_begun() -> None:
    starts, now = Starts[int](), time.monotonic()
    begun = iter(range(9))

    def fail() -> int:
        raise InputError("No.", "Try again.")

    with pytest.raises(InputError):
        starts.result("some rows", now, fail)
    found = [
        starts.result(asked, at, lambda: next(begun))
        for asked, at in [("some rows", now), ("all rows", now), ("all rows", time.monotonic() + Starts.DOUBLE_S + 1)]
    ]

    assert found == [0, 1, 2]

"""Work that a page starts: whatever breaks it off is told with what to do."""

import pytest

from handai_errors import REPORT_FAULT, ErrorKind, ProviderError
from services.errands import Errand


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

import pytest
from pydantic import ValidationError

from engine.backoff import DEFAULT_BACKOFF, Backoff
from engine.retry import AttemptHistory, decide
from handai_errors import ErrorKind, ProviderError

OVERLOADED = ProviderError(ErrorKind.OVERLOADED, "busy", status=503)


def bounds_of(backoff: Backoff, failures: int) -> tuple[float, float]:
    seen: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        seen.append((low, high))
        return high

    decision = decide(
        OVERLOADED, AttemptHistory(failures), max_attempts=20, local=False, uniform=uniform, backoff=backoff
    )
    assert decision.retry
    return seen[0]


@pytest.mark.parametrize(("failures", "longest"), [(1, 1.0), (3, 4.0), (7, 60.0)])
def test_waits_double_up_to_a_minute_and_are_all_left_to_chance(failures: int, longest: float) -> None:
    assert bounds_of(DEFAULT_BACKOFF, failures) == (0.0, longest)


def test_003_1_base_bound_and_jitter_of_the_waits_can_be_set() -> None:
    backoff = Backoff(initial_s=2.0, max_s=12.0, jitter=0.25)
    assert [bounds_of(backoff, failures) for failures in (1, 2, 5)] == [(1.5, 2.0), (3.0, 4.0), (9.0, 12.0)]


@pytest.mark.parametrize("said", [{"jitter": 1.5}, {"initial_s": 0}, {"initial_s": 5, "max_s": 1}], ids=str)
def test_waits_that_can_not_be_are_refused(said: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Backoff.model_validate(said)

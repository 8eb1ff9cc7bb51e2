"""What a model's failures say of the model, and what they don't: a wrong key or a refused row is not its fault."""

from dataclasses import dataclass
from enum import StrEnum

from handai_errors import ErrorKind


class Whose(StrEnum):
    """Whose fault an error is."""

    OWN = "own"  # the key, the credit, the settings, the network here
    ROW = "row"  # the model answered, but not usefully
    PROVIDER = "provider"
    NOBODY = "nobody"  # a wait that the provider asks for


_WHOSE: dict[Whose, frozenset[ErrorKind]] = {
    Whose.ROW: frozenset(
        {
            ErrorKind.MODERATION,
            ErrorKind.CONTENT_FILTER,
            ErrorKind.REFUSAL,
            ErrorKind.LENGTH,
            ErrorKind.CONTEXT_LENGTH,
            ErrorKind.REQUEST_TOO_LARGE,
            ErrorKind.INVALID_OUTPUT,
        }
    ),
    Whose.PROVIDER: frozenset(
        {
            ErrorKind.OVERLOADED,
            ErrorKind.UPSTREAM,
            ErrorKind.TIMEOUT,
            ErrorKind.MODEL_NOT_FOUND,
            ErrorKind.MALFORMED_RESPONSE,
        }
    ),
    Whose.NOBODY: frozenset({ErrorKind.RATE_LIMIT, ErrorKind.IN_FLIGHT_BUDGET}),
}


def whose(kind: ErrorKind) -> Whose:
    """Whose fault an error of this kind is."""
    return next((who for who, kinds in _WHOSE.items() if kind in kinds), Whose.OWN)


def kinds_of(who: Whose) -> frozenset[ErrorKind]:
    """The kinds that are its fault."""
    return frozenset(kind for kind in ErrorKind if whose(kind) is who)


@dataclass(frozen=True, slots=True)
class Health:
    """What real runs say of one model, times in Unix seconds; None is unknown.

    `answered` and `failed` leave out what is not the model's doing; `latency_s` is the mean of answered attempts.
    """

    attempts: int = 0
    answered: int = 0
    failed: int = 0
    latency_s: float | None = None
    last_success_at: float | None = None
    last_error_at: float | None = None
    last_error_kind: str | None = None
    last_error_cause: str | None = None

    @property
    def error_rate(self) -> float | None:
        """The share of attempts that failed by the provider's fault."""
        judged = self.answered + self.failed
        return self.failed / judged if judged else None

"""When the next request may be sent: the gate that refusals close, spacing, and the paces told and learned."""

from dataclasses import dataclass
from math import ceil
from typing import Protocol

from engine.header_pace import HeaderPace, Mark
from engine.learned_pace import LearnedPace
from providers.base import Allowance, RateLimits, Usage

_BLIND_WAIT_S = 0.5
_BLIND_WAIT_MAX_S = 30.0
_TRUSTED_WISHES = 3
_PROBING_FROM = 2
_GUESSED_PROMPT_SHARE = 0.3  # of the prompt's bytes, until answers tell
_GUESSED_ANSWER_TOKENS = 200.0
_LEARNING = 0.1


class Weighed(Protocol):
    """What is sent, with an upper bound of its prompt's tokens."""

    @property
    def bound_tokens(self) -> int:
        """At most so many tokens."""
        ...


@dataclass(slots=True, eq=False)
class Lease:
    """One slot for one attempt: when it was given, and how each budget has marked it."""

    sent_at: float
    in_flight: int
    mark: Mark | None = None
    token_marks: tuple[Mark, ...] = ()
    size: int = 0
    is_probe: bool = False
    is_refused: bool = False


NO_LEASE = Lease(float("-inf"), 0)


class Pacer:
    """Decides about time alone; knows no event loop."""

    def __init__(self, spacing_s: float = 0.0, account_spacing_s: float = 0.0) -> None:
        self._spacings_s = (spacing_s, account_spacing_s)
        self._spacing_s = max(spacing_s, account_spacing_s)
        self._runs = 1  # that share the account
        self._adopted = False
        self._told_until = float("-inf")  # what others were told to wait for
        self._gate_until = self._next_send = float("-inf")
        self._reason: str | None = None
        self._refusals = 0  # in a row, one a gate
        self._probe_is_out = False
        self._sits_out = False
        self._learned = LearnedPace()
        self._requests = HeaderPace()
        self._tokens: tuple[HeaderPace, ...] | None = None  # all, in, out; once an answer tells of any
        self._prompt_share = _GUESSED_PROMPT_SHARE
        self._answer_tokens = _GUESSED_ANSWER_TOKENS

    @property
    def weighs(self) -> bool:
        """Whether the size of a request matters."""
        return self._tokens is not None

    @property
    def knows_the_pace(self) -> bool:
        """Whether refusals or headers have told how fast requests may be sent."""
        return self._learned.is_sure or self._requests.is_told

    @property
    def is_told(self) -> bool:
        """Whether the provider tells how many requests may be sent."""
        return self._requests.is_told

    def hold(self, seconds: float, reason: str, now: float) -> None:
        """Wait because another run of the account was told to."""
        self._told_until = max(self._told_until, now + seconds)
        if self._told_until > self._gate_until:
            self._gate_until, self._reason = self._told_until, reason

    def own_gate(self, now: float) -> tuple[float, str | None]:
        """For how many seconds nobody sends, as far as it was heard here, and why."""
        return (0.0 if self._gate_until <= self._told_until else max(0.0, self._gate_until - now)), self._reason

    def account_pace(self, now: float) -> float | None:
        """Requests a second that all runs of the account seem to be allowed together."""
        if self._requests.is_told:
            return None if not self._requests.refill else self._requests.refill * self._runs
        pace = self._learned.pace(now) if self._learned.is_sure else None
        return None if pace is None else pace * self._runs

    def share(self, runs: int, pace: float | None, now: float) -> None:
        """So many runs use the account now, which seems to be allowed `pace` requests a second in all."""
        if runs != self._runs:
            self._learned.divide(runs / self._runs)
            self._runs = self._requests.runs = runs
            self._spacing_s = max(self._spacings_s[0], self._spacings_s[1] * runs)
        if pace is not None and runs > 1 and not self._requests.is_told and self._learned.pace(now) is None:
            self._learned.adopt(pace / runs, now)
            self._adopted = True

    def wait_s(self, now: float, size: int = 0) -> float:
        """Seconds until a request with a prompt of at most `size` tokens may be sent; 0 is now."""
        held = max(self._gate_until, self._next_send) - now
        if self._probe_is_out and self._is_probing(now):
            held = max(held, _BLIND_WAIT_S)
        told = self._requests.wait_s(now, 1.0)
        if self._tokens is not None:
            for pace, cost in zip(self._tokens, self._costs(size), strict=True):
                told = max(told, pace.wait_s(now, cost))
        return max(0.0, held, self._learned.wait_s(now), told)

    def waiting(self, now: float) -> str | None:
        """Why nothing is sent for a moment, in plain words."""
        gate = self._gate_until - now
        if self._sits_out:
            return f"{self._reason}; trying again" + (f" in {ceil(gate)} s" if gate > 0 else "")
        if gate >= 0.5 and self._reason:
            return f"waiting {gate:.0f} s: {self._reason}"
        pace = self._learned.pace(now)
        told = self._requests.wait_s(now, 1.0)
        if told >= 0.5:
            return f"waiting {told:.0f} s: the provider's limit is used up for now"
        if pace is not None and pace < 1:
            return f"about {pace * 60:.0f} requests a minute: the provider limits the rate"
        return None

    def sent(self, now: float, in_flight: int, size: int = 0) -> Lease:
        """Note a request that leaves now."""
        self._next_send = max(self._next_send, now) + self._spacing_s if self._spacing_s else self._next_send
        self._learned.sent(now)
        lease = Lease(now, in_flight, self._requests.sent(now, 1.0), size=size)
        if self._tokens is not None:
            paces = zip(self._tokens, self._costs(size), strict=True)
            lease.token_marks = tuple(pace.sent(now, cost) for pace, cost in paces)
        if self._is_probing(now):
            lease.is_probe = self._probe_is_out = True
        return lease

    def answered(self, lease: Lease, limits: RateLimits | None, usage: Usage, now: float) -> None:
        """Learn from an answer."""
        if lease.size and usage.prompt_tokens is not None:
            self._prompt_share += _LEARNING * (usage.prompt_tokens / lease.size - self._prompt_share)
        if usage.completion_tokens is not None:
            self._answer_tokens += _LEARNING * (usage.completion_tokens - self._answer_tokens)
        if limits is None:
            return
        if limits.requests is not None and lease.mark is not None:
            if self._adopted and not self._requests.is_told:
                self._learned = LearnedPace()  # now it is told, it need not be guessed
            _tell(self._requests, lease.mark, limits.requests, now)
        told = (limits.tokens, limits.input_tokens, limits.output_tokens)
        if self._tokens is None and any(told):
            self._tokens = (HeaderPace(), HeaderPace(), HeaderPace())
        for pace, mark, allowance in zip(self._tokens or (), lease.token_marks, told, strict=False):
            if allowance is not None:
                _tell(pace, mark, allowance, now)

    def refused(self, lease: Lease, wish_s: float | None, reason: str, now: float, *, for_rate: bool) -> None:
        """Learn from a refusal: nobody sends before the provider's time."""
        self._took_nothing(lease)
        if for_rate:
            # What one refusal teaches is a guess, which headers make needless.
            self._learned.refused(now, lease.sent_at, guesses=not self.is_told)
        if now >= self._gate_until:
            self._refusals += 1
        before = self._refusals - 1  # those of one wave count as one
        doublings = before if wish_s is None else before - _TRUSTED_WISHES
        wait_s = wish_s or 0.0
        if doublings >= 0:
            first = _BLIND_WAIT_S if wish_s is not None else self._learned.short_wait_s(now, _BLIND_WAIT_S)
            wait_s = max(wait_s, min(_BLIND_WAIT_MAX_S, first * 2.0 ** min(doublings, 10)))
        self._learned.waits(wait_s)
        self._gate_until = max(self._gate_until, now + wait_s)
        self._reason = reason

    def sit_out(self, lease: Lease, wait_s: float, reason: str, now: float) -> None:
        """Nobody is served: after `wait_s` one request at a time tries, until `go_on`."""
        self._took_nothing(lease)
        self._gate_until = max(self._gate_until, now + wait_s)
        self._reason = reason
        self._sits_out = True

    def go_on(self) -> None:
        """Somebody is served again."""
        self._sits_out = False

    def _took_nothing(self, lease: Lease) -> None:
        lease.is_refused = True
        for pace, mark in zip((self._requests, *(self._tokens or ())), (lease.mark, *lease.token_marks), strict=False):
            if mark is not None:
                pace.refused(mark)

    def ended(self, lease: Lease) -> None:
        """Note that an attempt is over, however it ended."""
        if lease.is_probe:
            self._probe_is_out = False
        if not lease.is_refused:
            self._refusals = 0

    def _is_probing(self, now: float) -> bool:
        """Whether one request at a time finds out if any is taken: refusals only, or nothing that tells a pace."""
        return (
            self._sits_out
            or self._refusals >= _PROBING_FROM
            or (self._refusals > 0 and self._learned.pace(now) is None)
        )

    def _costs(self, size: int) -> tuple[float, float, float]:
        prompt = size * self._prompt_share
        return prompt + self._answer_tokens, prompt, self._answer_tokens


def _tell(pace: HeaderPace, mark: Mark, allowance: Allowance, now: float) -> None:
    pace.told(mark, allowance.remaining, allowance.reset_s, now)

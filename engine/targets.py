"""The models that a run may ask, each with what is its own: account, limits, habits, price; and which is asked now."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from engine.answer_form import Forms
from engine.breaker import Breaker
from engine.fallbacks import label_of
from engine.job import Job
from engine.left_out import LeftOut
from engine.limiter import Limiter
from engine.outage import PATIENCE_S, says_nobody_is_served
from engine.results import LiveState, PauseReason
from engine.retry import THROTTLES, RetryDecision, decide
from engine.spec import Limits, ModelSettings
from handai_errors import ErrorKind, ProviderError
from providers.base import CompletionClient, Usage
from providers.prices import Price

_WORTH_NOTING_S = 5.0

Cost = Callable[[Usage], Usage]

# What another model may well answer; what no model of this run could, or a person must know of, stays where it is.
FALLS_BACK = frozenset(
    {
        ErrorKind.OVERLOADED,
        ErrorKind.UPSTREAM,
        ErrorKind.TIMEOUT,
        ErrorKind.CONNECTION,
        ErrorKind.REQUEST_TOO_LARGE,
        ErrorKind.CONTEXT_LENGTH,
        ErrorKind.MODEL_NOT_FOUND,
    }
)


@dataclass(slots=True)
class Target:
    """One model, the client that reaches it, and what was found out about it in this execution."""

    model: ModelSettings
    client: CompletionClient
    limiter: Limiter
    forms: Forms
    left_out: LeftOut
    price: Price | None = None
    cost: Cost = lambda usage: usage
    local: bool = False
    breaker: Breaker = field(default_factory=Breaker)
    clock: Callable[[], float] = monotonic
    heard_at: float = float("-inf")
    told: bool = False
    told_of_wait: bool = False

    def heard(self) -> None:
        """Note that somebody has answered."""
        self.heard_at = self.clock()

    def note_reach(self, job: Job, error: ProviderError) -> None:
        """Note whether anybody is there at all."""
        if error.status is not None:
            self.heard()
        elif error.kind is ErrorKind.CONNECTION and error.unsent and job.unreachable_since is None:
            job.unreachable_since = self.clock()

    def is_dead(self, job: Job, error: ProviderError) -> bool:
        """Whether nobody has answered any row since this one was first tried: the row is not to blame."""
        since = job.unreachable_since
        return error.kind is ErrorKind.CONNECTION and error.unsent and since is not None and self.heard_at < since

    def decide(
        self, job: Job, error: ProviderError, limits: Limits, uniform: Callable[[float, float], float]
    ) -> RetryDecision:
        """What to do after a failure; one of a server that is waited for does not count as the row's attempt."""
        waits = self.limiter.sits_out and says_nobody_is_served(error)
        job.counted += error.kind not in THROTTLES and not waits
        if waits and self.limiter.waited_s > PATIENCE_S:
            return RetryDecision(pause=PauseReason.CIRCUIT_BREAKER)
        most, local, backoff = limits.max_attempts, self.local, limits.backoff
        return decide(error, job.history, max_attempts=most, local=local, uniform=uniform, backoff=backoff)

    def note_of_wait(self, error: ProviderError) -> str | None:
        """What to note in the log, once, when the server has been waited for a while."""
        is_long, was_told = self.limiter.waited_s >= _WORTH_NOTING_S, self.told_of_wait
        self.told_of_wait = is_long or (was_told and self.limiter.sits_out)
        if was_told or not is_long:
            return None
        return f"{error.facts.title}: it is asked every few seconds, for {PATIENCE_S / 60:.0f} minutes at most."

    def learn(self, job: Job, error: ProviderError) -> str | None:
        """What a refusal taught about how this model is asked; None when it is no such refusal."""
        form = self.forms.step_down(job.form, error) if job.needs_json else None
        return form if form is not None else self.left_out.learn(job.without, error)


class Targets:
    """A run's models in order; the run moves on to the next for good, a single row on its own."""

    def __init__(self, first: Target, others: tuple[Target, ...] = ()) -> None:
        self._all = (first, *others)
        self.current = 0
        for target in self._all[:-1]:
            target.limiter.moves_on()

    @property
    def now(self) -> Target:
        """The model that rows are asked of first."""
        return self._all[self.current]

    @property
    def live(self) -> LiveState:
        """Requests in flight to any model, and how the one that is asked first limits them."""
        now = self.now.limiter.live
        return LiveState(sum(target.limiter.live.in_flight for target in self._all), now.limit, now.waiting)

    def of(self, job: Job) -> Target:
        """The model that a job is asked of."""
        return self._all[job.target]

    def after(self, job: Job) -> Target | None:
        """The model that comes after the job's."""
        return self._all[job.target + 1] if job.target + 1 < len(self._all) else None

    def move_on(self, job: Job) -> Target | None:
        """Have the run ask the model after the job's from now on; None where that is not the one it asks."""
        if self.current != job.target:
            return None
        self.now.limiter.close()  # whoever waits there is asked of the next one
        self.current += 1
        return self.now

    def catch_up(self, job: Job) -> None:
        """Put a job where the run is, if that is further on."""
        if job.target < self.current:
            self._put(job, self.current)

    def put_after(self, job: Job) -> None:
        """Have a job asked of the model after its own."""
        self._put(job, job.target + 1)

    def note_of_move(self, job: Job, error: ProviderError, *, for_all: bool) -> str | None:
        """Have the whole run move on where its model is to blame; what to note in the log, None where that is known."""
        target, following = self.of(job), self.after(job)
        if following is None:
            return None
        name, why = label_of(following.model), f"{error.facts.title}: {error.cause}"
        if for_all and self.move_on(job) is not None:
            target.told = True
            return f"From row {job.row + 1} on, {name} is asked instead of {target.model.model}. {why}"
        if target.told:
            return None
        target.told = True
        return f"Row {job.row + 1} is asked of {name} instead of {target.model.model}. {why} Others may follow it."

    def _put(self, job: Job, place: int) -> None:
        """As if the job had not been asked before."""
        job.target = place
        job.fallback = label_of(self._all[place].model)
        job.moved = True
        job.counted = job.unknown = 0
        job.unreachable_since = None
        job.corrections = ()

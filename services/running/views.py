"""What a person sees of a run: an immutable snapshot of the catalogue's word and the run file's counters."""

import time
from dataclasses import dataclass
from typing import Any

from engine.diversity import Diversity
from engine.results import RunStatus
from handai_db import ErrorGroup, Progress, RunReader, RunRecord
from handai_errors import StorageError
from providers.base import AnswerForm
from services.home import run_path
from services.running.damage import refuse_damaged
from services.running.pace import seconds_left


@dataclass(frozen=True, slots=True)
class RunView:
    """One run at one moment; None is unknown. `damage` says why its file can't be read.

    `steps` are the model calls that a row needs; `answer_form` is how its answers' form is asked for.
    """

    record: RunRecord
    progress: Progress | None
    errors: tuple[ErrorGroup, ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    duration_s: float | None = None
    damage: str | None = None
    steps: int = 1
    diversity: Diversity | None = None
    answer_form: AnswerForm | None = None

    @property
    def status(self) -> RunStatus:
        """Where the run stands."""
        return self.record.status

    @property
    def done(self) -> int:
        """Rows with a good answer."""
        return self.progress.done if self.progress else 0

    @property
    def failed(self) -> int:
        """Rows that ended without one."""
        return self.progress.failed if self.progress else 0

    @property
    def pending(self) -> int:
        """Rows not tried to the end yet."""
        return max(0, self.record.total - self.done - self.failed)

    @property
    def retries(self) -> int:
        """Attempts after the first, the provider's rate limits left out."""
        found = self.progress
        return max(0, found.attempts - found.first_attempts - found.rate_limited) if found else 0

    @property
    def cost_usd(self) -> float | None:
        """US dollars as far as known; None when no attempt's cost is known."""
        found = self.progress
        if found is None or (found.cost_unknown and found.cost_usd == 0):
            return None
        return found.cost_usd

    @property
    def cost_complete(self) -> bool:
        """Whether every attempt's cost is known."""
        return self.progress is not None and self.progress.cost_unknown == 0

    @property
    def tokens(self) -> tuple[int | None, int | None]:
        """Prompt and completion tokens as far as known; None when no attempt's are."""
        found = self.progress
        if found is None or (found.tokens_unknown and found.prompt_tokens == 0):
            return None, None
        return found.prompt_tokens, found.completion_tokens

    @property
    def asked(self) -> int:
        """Rows that ended and for which a model was asked; kept and shared answers cost neither time nor money."""
        return max(0, self.done + self.failed - (self.progress.cached if self.progress else 0))

    @property
    def eta_s(self) -> float | None:
        """Seconds left; None before enough rows have ended, and while nothing is sent."""
        found = self.progress
        if found is None or self.status is not RunStatus.RUNNING:
            return None
        mostly_asked = self.asked * 2 >= self.done + self.failed  # else the last rows a second were hardly asked for
        recent = found.rows_per_s if mostly_asked else None
        limited = found.rate_limited > 0
        return seconds_left(
            self.pending, self.asked, self.duration_s or 0.0, recent, waiting=found.waiting, limited=limited
        )

    def figures(self) -> dict[str, Any]:
        """The run as the command line's --json prints it; unknown is None."""
        record, found = self.record, self.progress
        prompt_tokens, completion_tokens = self.tokens
        return {
            "run_id": record.id,
            "session_id": record.session_id,
            "name": record.name,
            "kind": record.kind,
            "status": str(record.status),
            "reason": record.reason,
            "provider": record.provider,
            "model": record.model,
            "rows": {"total": record.total, "done": self.done, "failed": self.failed, "pending": self.pending},
            "attempts": found.attempts if found else None,
            "retries": self.retries if found else None,
            "rate_limited": found.rate_limited if found else None,
            "cached": found.cached if found else None,
            "repaired": found.repaired if found else None,
            "invalid": found.invalid if found else None,
            "refused": found.refused if found else None,
            "marked": found.marked if found else None,
            "dropped": found.dropped if found else None,
            "fallbacks": found.fallbacks if found else None,
            "answer_form": self.answer_form,
            "diversity": self.diversity.model_dump(mode="json") if self.diversity else None,
            "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens},
            "cost_usd": self.cost_usd,
            "cost_complete": self.cost_complete,
            "duration_s": round(self.duration_s, 3) if self.duration_s is not None else None,
            "errors": {group.kind: group.count for group in self.errors},
            "output": record.export.get("written"),
            "possibly_billed_twice": found.unknown if found else None,
            "damage": self.damage,
        }


def view_of(record: RunRecord) -> RunView:
    """The run now; a damaged or missing run file is told in the view, not raised."""
    try:
        refuse_damaged(record)
        with RunReader(run_path(record.id)) as reader:
            meta = reader.meta()
            return RunView(
                record,
                reader.progress(),
                reader.errors(),
                reader.outputs(),
                reader.duration_s(time.time()),
                steps=reader.numbering.steps,
                diversity=Diversity.model_validate_json(meta["diversity"]) if "diversity" in meta else None,
                answer_form=AnswerForm(meta["answer_form"]) if "answer_form" in meta else None,
            )
    except StorageError as error:
        return RunView(record, None, damage=str(error))


def similar_words(view: RunView) -> str | None:
    """How many rows share the answer of a similar one, as a sentence; None where none was asked to."""
    if view.record.spec.limits.similar is None or view.damage:
        return None
    with RunReader(run_path(view.record.id)) as reader:
        reused = reader.similar()
    if not reused:
        return "No row took the answer of a similar one."
    rows = "1 row" if reused == 1 else f"{reused:,} rows"
    return f"{rows} took the answer of a similar row: nothing was asked for {'it' if reused == 1 else 'them'}."


def figures_of(record: RunRecord) -> dict[str, Any]:
    """The figures that the catalogue keeps for the history's lists."""
    return view_of(record).figures()

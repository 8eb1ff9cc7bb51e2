"""Answers of this run that a row much like an answered one may take: one request less, at the user's risk."""

from dataclasses import replace

from engine.diversity import TextIndex
from engine.job import Job
from engine.plan import RunPlan
from engine.results import RowResult
from engine.spec import TransformInput
from providers.base import Message

_Asked = tuple[Message, ...]

ROOM_BYTES = 100 << 20  # for answers to share: memory must not grow with the table
_ROW_BYTES = 1_200  # what an answer takes besides its characters, the index included
_BYTES_A_CHARACTER = 4  # the text as sent, as compared, and the answer, raw and read


class SimilarAnswers:
    """Answers by what was asked; only the model's own count, so that reuse never drifts from row to row.

    Similarity is 1 - insertions and deletions / characters of both user messages; whatever else the model is told
    has to be equal. It is worked out anew for every reuse: the index only proposes. Once the room for them is full,
    no more answers are taken in: later rows share the earlier ones.
    """

    def __init__(self, threshold: float, room_bytes: int = ROOM_BYTES) -> None:
        self._threshold = threshold
        self._room_bytes = room_bytes
        self._near = TextIndex(threshold) if threshold < 1 else None
        self._row_of: dict[_Asked, int] = {}
        self._answers: dict[int, tuple[_Asked, RowResult]] = {}

    def add(self, job: Job, result: RowResult) -> None:
        """Take in an answer; a later row with such a text may have it."""
        if self._room_bytes <= 0 or not _can_share(job) or job.messages in self._row_of:
            return
        characters = sum(len(message.content) for message in job.messages) + len(result.raw or "")
        self._room_bytes -= _ROW_BYTES + _BYTES_A_CHARACTER * characters
        self._row_of[job.messages] = job.row
        self._answers[job.row] = (job.messages, result)
        if self._near is not None:
            self._near.add(job.row, _text(job.messages))

    def find(self, job: Job) -> RowResult | None:
        """The answer of the row that asked alike, as this row's result; None when none is alike enough."""
        if not _can_share(job):
            return None
        row = self._row_of.get(job.messages)
        if row is not None:
            return self._reused(job, row, 1.0)
        found = self._near.find(_text(job.messages)) if self._near is not None else None
        if found is None:
            return None
        asked, _ = self._answers[found.row]
        similarity = _similarity(asked, job.messages)
        return self._reused(job, found.row, similarity) if similarity >= self._threshold else None

    def _reused(self, job: Job, row: int, similarity: float) -> RowResult:
        _, answer = self._answers[row]
        return replace(
            answer,
            row=job.row,
            step=job.stored_step,
            attempt=0,
            cached=True,
            request_hash=b"",  # a later run must not take it for the answer to exactly this request
            answered_at=0.0,
            similar_to=row,
            similarity=similarity,
        )


def similar_answers(plan: RunPlan) -> SimilarAnswers | None:
    """The cache of a run that wants one: a transform of a single step."""
    threshold = plan.spec.limits.similar
    wanted = threshold is not None and isinstance(plan.spec.input, TransformInput) and len(plan.steps) == 1
    return SimilarAnswers(threshold) if wanted and threshold is not None else None


def _can_share(job: Job) -> bool:
    return job.is_single and not job.members[0].draw


def _text(messages: _Asked) -> str:
    return messages[-1].content  # before it stand instructions and examples, which every row is told


def _similarity(asked: _Asked, asks: _Asked) -> float:
    from rapidfuzz.distance import Indel

    if asked[:-1] != asks[:-1]:
        return 0.0
    return float(Indel.normalized_similarity(_text(asked), _text(asks)))

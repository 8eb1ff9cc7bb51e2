"""Under which key an answer is kept: equal only for requests that ask the same model the same thing."""

import hashlib
from urllib.parse import urlsplit

import orjson

from engine.asked_schema import asked_schema
from engine.job import Job
from engine.plan import RunPlan
from engine.spec import GenerateInput, ModelSettings
from providers.base import AnswerForm


class AnswerKeys:
    """Makes the keys of a run's requests; no secret goes in, for none is in a spec."""

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        # Rows of a generated table may well ask the same, and are to be told different things.
        self._by_row = isinstance(plan.spec.input, GenerateInput)
        self._begun: dict[tuple[int, int], hashlib.blake2b] = {}  # by model and step: what is the same for every row

    def key(self, job: Job, model: ModelSettings) -> bytes | None:
        """The sixteen bytes of a job's request to that model; None where answers are not kept."""
        if not job.is_single or model.base_url is None:
            return None
        begun = self._begun.get((job.target, job.step.index))
        if begun is None:
            settings = _settings_of(job, model, self._plan.spec.model.seed)
            begun = self._begun[job.target, job.step.index] = hashlib.blake2b(settings, digest_size=16)
        asked = begun.copy()
        asked.update(job.digest)
        if self._by_row:
            asked.update(orjson.dumps((self._plan.seed(job), job.row, job.members[0].draw)))
        return asked.digest()


def _settings_of(job: Job, model: ModelSettings, seed: int | None) -> bytes:
    """What is the same for every row; the form in which JSON is asked for is not in it: it is found out as a run goes.

    The host alone would not do: some providers put each person's model under a path of its own.
    """
    address = urlsplit(model.base_url or "")
    routing = model.routing.preferences if model.routing else None
    schema = asked_schema(job.step.outputs, 1, AnswerForm.JSON_SCHEMA) if job.needs_json and job.step.outputs else None
    told = {
        "address": address.netloc + address.path.rstrip("/"),
        "model": model.model,
        "temperature": model.temperature,
        "max_tokens": model.max_tokens,
        "seed": seed,
        "json": job.needs_json,
        "schema": schema,
        "fallbacks": model.fallbacks,
        "routing": routing,
    }
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)

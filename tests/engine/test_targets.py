"""A run's models in turn: a row that moves on begins anew with the next."""

from dataclasses import replace

from engine.answer_form import Forms
from engine.job import Member
from engine.left_out import LeftOut
from engine.limiter import Limiter
from engine.plan import RunPlan
from engine.spec import RunSpec
from engine.targets import Target, Targets
from handai_errors import ErrorKind, ProviderError
from providers.base import AnswerForm
from tests.engine.scripted import ScriptedClient, answer

MODEL = {"provider": "custom", "model": "m", "base_url": "http://127.0.0.1:9/v1", "fallbacks": ["spare"]}


def test_a_row_that_moves_on_begins_anew_with_the_next_model() -> None:
    given = {"input": {"kind": "transform"}, "prompt": {"template": "{{ n }}"}, "model": MODEL}
    plan = RunPlan(RunSpec.checked(given), ("n",))
    client = ScriptedClient(lambda _row, _number: answer(), 1)
    first, other = (
        Target(model, client, Limiter(ceiling=1), Forms(AnswerForm.TEXT), LeftOut()) for model in plan.models
    )
    targets = Targets(first, (other,))
    job = replace(plan.job([Member(0, {"n": "1"})]), counted=3, unknown=2, number=4, unreachable_since=1.0)
    job.correct(ProviderError(ErrorKind.INVALID_OUTPUT, "No number.", raw="none"))

    targets.put_after(job)

    assert targets.of(job) is other
    assert (job.counted, job.unknown, job.corrections) == (0, 0, ())
    assert job.unreachable_since is None
    assert (job.fallback, job.moved, job.number) == ("custom:spare", True, 4)  # the attempts are one row's all the same

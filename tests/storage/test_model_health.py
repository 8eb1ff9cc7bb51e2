"""What the attempts of a run file say of its model."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.model_health import Health, Whose, whose
from engine.results import AttemptState
from handai_db import RunWriter, health_in
from handai_errors import ErrorKind
from tests.storage.stored import done, ended, failed, new_run_file, reserved

pytestmark = pytest.mark.anyio


def test_001_17_external_and_own_errors_are_told_apart() -> None:
    assert {kind: whose(kind) for kind in (ErrorKind.AUTH, ErrorKind.CREDITS, ErrorKind.UNSUPPORTED)} == {
        ErrorKind.AUTH: Whose.OWN,
        ErrorKind.CREDITS: Whose.OWN,
        ErrorKind.UNSUPPORTED: Whose.OWN,
    }
    assert whose(ErrorKind.UPSTREAM) is whose(ErrorKind.MODEL_NOT_FOUND) is Whose.PROVIDER
    assert whose(ErrorKind.REFUSAL) is Whose.ROW
    assert whose(ErrorKind.RATE_LIMIT) is Whose.NOBODY


async def test_001_10_only_the_models_own_failures_count_against_it(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    attempts = [
        ended(0),
        ended(1, state=AttemptState.FAILED, kind=ErrorKind.REFUSAL),  # it answered
        ended(2, state=AttemptState.FAILED, kind=ErrorKind.AUTH, status=401),
        ended(3, state=AttemptState.FAILED, kind=ErrorKind.RATE_LIMIT, status=429),
        replace(ended(4, state=AttemptState.FAILED, kind=ErrorKind.UPSTREAM, status=502), cause="down", started_at=9.0),
    ]
    for attempt in attempts:
        await writer.reserve([reserved(attempt.row)])
    for attempt in attempts:
        writer.attempt_ended(attempt)
        writer.put(done(attempt.row) if attempt.kind is None else failed(attempt.row, attempt.kind))
    await writer.close()

    assert health_in(path) == Health(5, 2, 1, 0.5, 1.5, 9.5, "upstream", "down")


def test_a_run_without_attempts_says_nothing(tmp_path: Path) -> None:
    assert health_in(new_run_file(tmp_path)) == Health()
    assert Health().error_rate is None


async def test_what_a_fallback_answered_is_the_fallbacks_record(tmp_path: Path) -> None:
    """001-11: the attempt says which model answered; one that failed says nothing, and is the asked one's."""
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    attempts = [
        replace(ended(0), model="asked"),
        replace(ended(1), model="spare", latency_s=2.0),
        ended(2, state=AttemptState.FAILED, kind=ErrorKind.UPSTREAM, status=502),
    ]
    for attempt in attempts:
        await writer.reserve([reserved(attempt.row)])
        writer.attempt_ended(attempt)
    await writer.close()

    own, spare = health_in(path, ["spare", "other"]), health_in(path, fallback="spare")

    assert (own.attempts, own.answered, own.failed, own.latency_s) == (2, 1, 1, 0.5)
    assert (spare.attempts, spare.answered, spare.failed, spare.latency_s) == (1, 1, 0, 2.0)
    assert health_in(path, fallback="other") == Health()

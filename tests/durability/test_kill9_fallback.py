"""A run killed while its fallback answers: resumed, it asks for what is open and finishes."""

from pathlib import Path

from services.running import runs
from tests.command_line import (
    begin,
    done_rows,
    finish,
    handai,
    made_table,
    only_run_id,
    records_in,
    transform_arguments,
    wait_until,
)
from tests.fake_provider import FakeProvider

ROWS = 60
IN_FLIGHT = 4


def test_a_run_killed_while_its_fallback_answers_is_resumed(fake_provider: FakeProvider, tmp_path: Path) -> None:
    fake_provider.canned(500, {})
    with FakeProvider() as second:
        second.behaviour.latency_s = 0.05
        out = tmp_path / "out.csv"
        arguments = transform_arguments(made_table(tmp_path / "in.csv", ROWS), out, fake_provider.url)
        more = ["--fallback", "vllm:spare", "--concurrency", str(IN_FLIGHT), "--max-attempts", "1", "--no-cache"]
        process = begin(*arguments, *more, VLLM_BASE_URL=second.url)
        run_id = only_run_id()
        wait_until(lambda: done_rows(run_id) >= 15 or process.poll() is not None)
        assert process.poll() is None, finish(process)
        process.kill()
        finish(process)
        kept = done_rows(run_id)
        assert 15 <= kept < ROWS
        ended = handai("resume", run_id, VLLM_BASE_URL=second.url)
        assert ended.code == 0, ended.err
        asked = second.stats()["total"]
    assert [row["output"] for row in records_in(out)] == [f"echo: ROW{row}" for row in range(ROWS)]
    assert runs.view(run_id).figures()["fallbacks"] == ROWS
    assert asked <= ROWS + 2 * IN_FLIGHT + 16  # in flight and one flush

"""A generation that is killed or stopped goes on where it was: the same table, no answer paid twice."""

import signal
from pathlib import Path

import pytest

from tests.command_line import begin, done_rows, finish, handai, only_run_id, records_in, wait_until
from tests.fake_provider import FakeProvider

ROWS = 40
IN_FLIGHT = 4
LATENCY_S = 0.15
FLUSH_S = 0.2  # how long an answer may wait to be durable
SCHEMA = """\
rows: 40
seed: 11
duplicates: false
columns:
  - {name: tone, sampler: category, values: [warm, dry, angry]}
  - {name: ticket, sampler: id, pattern: "ROW{0001}"}
  - {name: spend, sampler: normal, mean: 50, sd: 9, decimals: 2}
  - {name: review, type: text, prompt: "{{ ticket }}: a {{ tone }} review."}
  - {name: answer, type: text, prompt: "Answer {{ review }}"}
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "stopped"])
def test_a_broken_off_generation_goes_on_without_asking_twice(
    tmp_path: Path, fake_provider: FakeProvider, how: signal.Signals
) -> None:
    schema, out, unbroken = tmp_path / "schema.yaml", tmp_path / "out.csv", tmp_path / "unbroken.csv"
    schema.write_text(SCHEMA, encoding="utf-8")
    server = ["--provider", "custom", "--base-url", fake_provider.url, "--model", "fake-model"]
    told = ["generate", str(schema), *server, "--concurrency", str(IN_FLIGHT)]
    fake_provider.configure(latency_s=LATENCY_S)

    process = begin(*told, "-o", str(out))
    run = only_run_id()
    wait_until(lambda: done_rows(run) >= 3)
    process.send_signal(how)
    broken_off = finish(process)
    kept = done_rows(run)
    fake_provider.configure(latency_s=0.0)
    resumed = handai("resume", run)
    asked = fake_provider.stats()["total"]
    whole = handai(*told, "-o", str(unbroken))

    assert broken_off.code == (4 if how is signal.SIGINT else -signal.SIGKILL), broken_off.err
    assert 3 <= kept < ROWS
    assert resumed.code == 0, resumed.err
    assert whole.code == 0, whole.err
    assert records_in(out) == records_in(unbroken)
    in_the_air = IN_FLIGHT + int(IN_FLIGHT * FLUSH_S / LATENCY_S)  # what was in flight, or not yet durable
    assert asked <= 2 * ROWS + (0 if how is signal.SIGINT else in_the_air)

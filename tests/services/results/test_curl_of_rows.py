"""Copy as curl: the command for a row's model call sends what the run has sent for it (requirement 000-16)."""

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import RunRecord
from handai_errors import InputError, NotFoundError
from services.results.curl import curl_of
from services.running import runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import handai, made_table
from tests.fake_provider import FakeProvider
from tests.isolation import clean_environment
from tests.providers.test_curl import run as run_in_shell
from tests.services.stored_runs import transform_run

OUTPUTS: list[dict[str, Any]] = [
    {"name": "gist", "prompt": "Sum up: {{ text }}"},
    {"name": "score", "type": "integer", "minimum": 1, "maximum": 5, "prompt": "Rate: {{ gist }}"},
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return clean_environment(os.environ, HOME=str(tmp_path))


def made(folder: Path, provider: FakeProvider, **model: Any) -> RunRecord:  # noqa: ANN401 any setting
    table = datasets.store_file(made_table(folder / "in.csv", 3))
    chosen = {"provider": "custom", "model": "fake-model", "base_url": provider.url, **model}
    source = {"kind": "transform", "dataset": table.id}
    told = {"instructions": 'Don\'t "shout".'}
    spec = RunSpec.checked({"input": source, "prompt": told, "outputs": OUTPUTS, "model": chosen})
    return runs.create(runs.NewRun(spec, table.id))


@pytest.mark.parametrize("json_form", ["schema", "object"])
def test_each_call_of_a_row_is_sent_again_as_it_was(
    tmp_path: Path, fake_provider: FakeProvider, environment: dict[str, str], json_form: str
) -> None:
    fake_provider.configure(json_form=json_form, refused_settings=["seed"])
    record = made(tmp_path, fake_provider, temperature=0.4, max_tokens=80, seed=3)
    assert asyncio.run(execute(record.id, None)) is RunStatus.COMPLETED
    sent = [received.body for received in fake_provider.requests]

    for step in (0, 1):
        run_in_shell(curl_of(record, 1, step), environment)
        assert fake_provider.requests[-1].body in sent
        assert (b"Rate: echo: Sum up: ROW1" if step else b'"Sum up: ROW1"') in fake_provider.requests[-1].body


def test_a_row_that_was_not_asked_yet_has_its_first_call(
    tmp_path: Path, fake_provider: FakeProvider, environment: dict[str, str]
) -> None:
    record = made(tmp_path, fake_provider)
    run_in_shell(curl_of(record, 2), environment)
    assert b"ROW2" in fake_provider.requests[0].body
    with pytest.raises(NotFoundError, match=r"no model call 2"):
        curl_of(record, 2, 1)
    with pytest.raises(NotFoundError, match=r"no row 4"):
        curl_of(record, 3)


def test_the_key_in_force_is_named_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "canary-" + "k" * 24
    monkeypatch.setenv("HANDAI_API_KEY", key)
    command = curl_of(transform_run(tmp_path, [{"name": "a"}]), 0)
    assert key not in command
    assert '"Authorization: Bearer $HANDAI_API_KEY"' in command


def test_the_demo_has_no_request_to_copy(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "a"}], provider="demo", model="demo", base_url=None)
    with pytest.raises(InputError, match="sends nothing"):
        curl_of(record, 0)


def test_the_command_line_prints_a_row_s_request(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "a"}])
    shown = handai("show", record.id, "--row", "2", "--curl")
    assert (shown.code, shown.out) == (0, f"{curl_of(record, 1)}\n")
    assert subprocess.run(["sh", "-n"], input=shown.out, text=True, check=False).returncode == 0
    assert handai("show", record.id, "--row", "2").out == "Row 2: pending\n"

"""DEV_MODE: nothing is sent, whatever is asked; the demo answers, and everything says so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import RunSpec
from handai_db import DatasetRecord
from handai_errors import ConflictError
from providers.dev_mode import dev_mode
from providers.http_settings import http_settings
from providers.key_check import KeyStanding
from providers.models import fetch_models
from providers.router import make_client
from providers.specs import PROVIDERS
from services import doctor
from services.dev_mode import dev_mode_notice
from services.models import keys
from services.models.key_check import check_key
from services.results import exporting
from services.results.exporting import Wanted
from services.running import runs
from services.running.checks import check, sentence_on_privacy
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import handai, made_table, records_in, transform_arguments, wait_until
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST

LABEL = "offline demo, no AI"
KEY = SecretStr("k3y" * 8)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEV_MODE", "true")


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 2))


def spec_for(table: DatasetRecord, provider: str, base_url: str) -> RunSpec:
    return RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": {"template": "{{ text }}"},
            "model": {"provider": provider, "model": "m", "base_url": base_url},
        }
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DEV_MODE": "true"}, True),
        ({"HANDAI_DEV_MODE": "1"}, True),
        ({"DEV_MODE": "Yes"}, True),
        ({"DEV_MODE": "false"}, False),
        ({"DEV_MODE": ""}, False),
        ({}, False),
        ({"DEV_MODE": "true", "HANDAI_DEV_MODE": "false"}, False),
    ],
)
def test_it_is_switched_by_a_variable(
    environment: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert dev_mode() is expected


@pytest.mark.parametrize("file", [".env", "secrets.env"])
def test_it_is_switched_by_a_file(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / file).write_text("DEV_MODE=true\n")
    assert f"DEV_MODE in {file}" in (dev_mode_notice() or "")


@pytest.mark.anyio
@pytest.mark.parametrize("provider", [spec.id for spec in PROVIDERS])
async def test_every_provider_answers_from_the_demo_without_a_socket(
    on: None, provider: str, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 003-14: mock answers, no key, no network; not even a server on this machine is called."""

    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    client = make_client(provider, base_url=fake_provider.url, api_key=KEY)
    with monkeypatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(f"socket.socket.{name}", refuse)
        patch.setattr("socket.getaddrinfo", refuse)
        completion = await client.complete(REQUEST)
        pieces = [piece async for piece in client.stream(REQUEST)]
    await client.aclose()
    assert LABEL in (completion.text or "")
    assert pieces[-1].completion == completion
    assert fake_provider.stats()["connections"] == 0


@pytest.mark.anyio
async def test_nothing_that_talks_http_can_be_made(on: None, fake_provider: FakeProvider) -> None:
    with pytest.raises(ConflictError, match="DEV_MODE"):
        http_settings(fake_provider.url, {})
    with pytest.raises(ConflictError, match="DEV_MODE"):
        await fetch_models("custom", fake_provider.url, KEY)
    assert fake_provider.stats()["connections"] == 0


def test_no_key_is_asked_for_or_handed_on(on: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys.require_key("openai") is None
    monkeypatch.setenv("OPENAI_API_KEY", KEY.get_secret_value())
    assert keys.require_key("openai", KEY) is None
    report = check_key("openai", KEY)
    assert report.standing is KeyStanding.NOT_NEEDED
    assert LABEL in report.lines[0]


@pytest.mark.anyio
async def test_a_run_is_the_demos_and_stays_labelled_after_dev_mode(
    on: None, table: DatasetRecord, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = spec_for(table, "openai", fake_provider.url)
    plan = check(spec, table.info)
    assert "DEV_MODE is on" in plan.notices[0]
    assert "OpenAI is not asked" in plan.notices[0]
    assert LABEL in sentence_on_privacy(plan)
    record = runs.create(runs.NewRun(spec, table.id))
    assert await execute(record.id, None) is RunStatus.COMPLETED
    monkeypatch.delenv("DEV_MODE")
    found = runs.get(record.id)
    assert (found.provider, found.model) == ("demo", "demo")
    assert runs.view(record.id).figures()["provider"] == "demo"
    out = tmp_path / "out.csv"
    exporting.export(found, out, Wanted())
    assert all(LABEL in row["output"] for row in records_in(out))
    assert fake_provider.stats()["connections"] == 0


Prepare = Callable[[str], object]


@pytest.mark.anyio
@pytest.mark.parametrize("prepare", [runs.prepare_resume, runs.prepare_retry], ids=["resume", "retry"])
async def test_a_real_run_is_not_gone_on_with(
    table: DatasetRecord, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, prepare: Prepare
) -> None:
    record = runs.create(runs.NewRun(spec_for(table, "custom", fake_provider.url), table.id))
    fake_provider.configure(faults={"401": 1.0})
    assert await execute(record.id, None) is RunStatus.PAUSED
    monkeypatch.setenv("HANDAI_DEV_MODE", "true")
    with pytest.raises(ConflictError, match="Switch DEV_MODE off"):
        prepare(record.id)
    with pytest.raises(ConflictError, match="Switch DEV_MODE off"):
        runs.launch(record)


def test_the_command_line_says_so(tmp_path: Path, fake_provider: FakeProvider) -> None:
    table, out = made_table(tmp_path / "in.csv", 2), tmp_path / "out.csv"
    arguments = transform_arguments(table, out, fake_provider.url, "--provider", "openai", "--json")
    ended = handai(*arguments, DEV_MODE="true")
    assert ended.code == 0, ended.err
    assert "DEV_MODE is on (the environment variable DEV_MODE)" in ended.said
    assert "These answers come from the offline demo, no AI." in ended.said
    assert ended.figures()["provider"] == "demo"
    assert all(LABEL in row["output"] for row in records_in(out))
    assert fake_provider.stats()["connections"] == 0


def test_a_run_of_the_app_in_a_folder_whose_env_file_says_so_sends_nothing(
    tmp_path: Path, table: DatasetRecord, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's own process works in another folder: it is told."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("HANDAI_DEV_MODE=true\n")
    record = runs.start(runs.NewRun(spec_for(table, "custom", fake_provider.url), table.id))
    wait_until(lambda: not runs.get(record.id).status.is_live)
    assert runs.get(record.id).status is RunStatus.COMPLETED
    assert fake_provider.stats()["connections"] == 0


def test_doctor_tells(on: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.create_connection", refuse)
    found = {finding.what: finding.detail for finding in doctor.examine()}
    assert LABEL in found["DEV_MODE"]
    assert all(LABEL in found[spec.name] for spec in PROVIDERS if spec.id != "demo")


def test_doctor_is_silent_without_it() -> None:
    assert "DEV_MODE" not in {finding.what for finding in doctor.examine()}

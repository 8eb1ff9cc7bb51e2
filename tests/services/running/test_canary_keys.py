"""Keys are nowhere but where they were put: not after any fault of a provider, not after a crash."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from pydantic import SecretStr

from engine.spec import RunSpec
from handai_db import DatasetRecord, RunRecord
from handai_errors import HandaiError
from services.home import home, open_catalogue
from services.models import key_hosts, keys
from services.past import history
from services.results import exporting
from services.results.exporting import Wanted
from services.running import runs
from services.running.execution import execute
from services.running.processes import WARM
from services.tables import datasets
from tests.canaries import (
    PLACES,
    PROVIDER_OF,
    Canaries,
    arguments_with,
    environments_with,
    files_with,
    plant,
)
from tests.command_line import PROJECT, handai, made_table, transform_arguments, wait_until
from tests.fake_faults import FAULTS, Canned, chat_body
from tests.fake_provider import FakeProvider

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Canaries:
    return plant(monkeypatch, tmp_path / "planted")


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 3))


def made(
    canaries: Canaries,
    table: DatasetRecord,
    provider: FakeProvider,
    place: str,
    **limits: Any,  # noqa: ANN401 any limit
) -> RunRecord:
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": {"template": "{{ text }}"},
            "outputs": [{"name": "answer"}],
            "model": {"provider": PROVIDER_OF[place], "model": "m", "base_url": provider.url},
            "limits": {"max_attempts": 1, "timeout_s": 0.4, "concurrency": 2, **limits},
        }
    )
    if place == "keyring":
        keys.store_in_keyring(PROVIDER_OF[place], SecretStr(canaries.keys[place]), provider.url)
    key_hosts.remember_host(PROVIDER_OF[place], provider.url)
    return runs.create(runs.NewRun(spec, table.id))


def misbehave(provider: FakeProvider, fault: str, key: str) -> None:
    """Have the provider fail so, and repeat the key wherever its answer has words."""
    canned = FAULTS.get(fault)
    if fault == "echoed headers":
        provider.configure(echo_headers=True)
    elif fault == "key in an answer":
        provider.canned(200, chat_body(f"Your key is {key}, isn't it?"))
    elif isinstance(canned, Canned):
        body = canned.body
        for word in (b'"message":"', b'"content":"', b"<body>"):
            body = body.replace(word, word + key.encode() + b" ", 1)
        provider.behaviour.canned = {
            "status": canned.status,
            "body": body,
            "headers": {**canned.headers, "X-Echo": key},
            "content_type": canned.content_type,
            "declared_length": canned.declared_length,
        }
        provider.configure(canned_left=2)  # a rate limit would be waited out for ever
    else:
        provider.configure(faults={fault: 1.0})


async def run_once(record: RunRecord, canaries: Canaries, place: str) -> None:
    model = record.spec.model
    await execute(record.id, keys.require_key(model.provider, canaries.typed(place), model.base_url))


def exported(record: RunRecord, folder: Path, *, every: bool = True) -> None:
    """A run's table with all that can be asked for, in `every` format; its spec; its figures."""
    folder.mkdir(exist_ok=True)
    for ending in ("csv", "xlsx", "json", "jsonl", "parquet") if every else ("csv",):
        exporting.export(record, folder / f"{record.id}.{ending}", Wanted(diagnostics=True))
    (folder / f"{record.id}.yaml").write_text(record.spec.to_yaml(), "utf-8")
    (folder / f"{record.id}.txt").write_text(f"{record!r} {runs.view(record.id)!r} {runs.view(record.id).figures()}")


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [*FAULTS, "echoed headers", "key in an answer"])
async def test_no_fault_leaves_a_key_behind(
    fault: str,
    canaries: Canaries,
    table: DatasetRecord,
    fake_provider: FakeProvider,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Row 000-22: each fault, the key from one place after the other; the server repeats it wherever it can.

    The log says as much as it ever does: every request and answer, with what they hold.
    """
    monkeypatch.setenv("HANDAI_LOG", "debug")
    monkeypatch.setenv("HANDAI_LOG_CONTENT", "1")
    number = list(FAULTS).index(fault) if fault in FAULTS else 0
    places = PLACES if fault not in FAULTS else (PLACES[number % len(PLACES)],)
    for place in places:
        misbehave(fake_provider, fault, canaries.keys[place])
        record = made(canaries, table, fake_provider, place)
        await run_once(record, canaries, place)
        exported(runs.get(record.id), tmp_path / "exports", every=fault not in FAULTS)
    assert any(canaries.keys[place] in str(r.headers) for place in places for r in fake_provider.requests)
    forms = canaries.forms()
    assert all(b"requests are logged" in log.read_bytes() for log in (home() / "runs").glob("*.log"))
    assert len(list((home() / "runs").glob("*.log"))) == len(places)
    assert files_with(forms, home(), tmp_path / "exports") == []
    said = capfd.readouterr()
    assert not any(form.decode("latin-1") in said.out + said.err for form in forms)


def test_the_search_itself_finds_keys(canaries: Canaries, tmp_path: Path) -> None:
    """A search that can't fail proves nothing."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for number, form in enumerate(sorted(canaries.forms())):
        (hidden / str(number)).write_bytes(b"some text " + form + b" more")
    assert len(files_with(canaries.forms(), hidden)) == len(list(hidden.iterdir()))
    assert files_with(canaries.forms(), tmp_path / "planted")  # where they were put


@LINUX
@pytest.mark.parametrize("place", PLACES)
def test_while_a_run_executes_no_process_shows_its_key_and_a_kill_leaves_none(
    place: str, canaries: Canaries, table: DatasetRecord, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.configure(hold=True)
    record = made(canaries, table, fake_provider, place, timeout_s=60)
    runs.launch(record, canaries.typed(place))
    wait_until(lambda: fake_provider.stats()["in_flight"])
    with open_catalogue() as catalogue:
        lease = catalogue.leases.get(record.id)
    assert lease is not None
    assert fake_provider.requests[0].headers["authorization"] == f"Bearer {canaries.keys[place]}"
    assert arguments_with(canaries.forms()) == []
    others = [other for other in PLACES if other != "environment"]
    assert environments_with(canaries.forms(others)) == []
    assert environments_with(canaries.forms(["environment"]), except_children=True) == []
    assert list((home() / "runs").glob("*.db-wal"))
    assert files_with(canaries.forms(), home()) == []

    os.kill(lease.pid, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(lease.pid) or psutil.Process(lease.pid).status() == psutil.STATUS_ZOMBIE)
    exported(runs.get(record.id), tmp_path / "exports")
    assert files_with(canaries.forms(), home(), tmp_path / "exports") == []


BROKEN = {
    "in the client": """
from providers import compatible_client
async def broken(self, request):
    raise RuntimeError(f"a fault with {self._keys} and {vars(self)}")
compatible_client.OpenAICompatibleClient.complete = broken
""",
    "in the worker": """
from services.running import execution
async def broken(run_id, key):
    held = key.get_secret_value()
    raise RuntimeError(f"a fault with {held}")
execution.execute = broken
""",
    "while the client is made": """
from providers import compatible_client
def broken(base_url, headers):
    raise RuntimeError(f"a fault with {headers}")
compatible_client.DirectSender = broken
""",
}


@pytest.mark.parametrize("where", BROKEN)
@pytest.mark.parametrize("debug", ["", "debug"])
def test_an_unhandled_exception_shows_no_key(
    where: str,
    debug: str,
    canaries: Canaries,
    table: DatasetRecord,
    fake_provider: FakeProvider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exception's own text holds the key: neither log, run file nor catalogue may."""
    (tmp_path / "broken").mkdir()
    code = f"import sys\nsys.path.insert(0, {str(PROJECT)!r})\n{BROKEN[where]}"
    (tmp_path / "broken" / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    monkeypatch.setenv("HANDAI_LOG", debug)
    record = made(canaries, table, fake_provider, "typed")
    runs.launch(record, canaries.typed("typed"))
    log = home() / "runs" / f"{record.id}.log"
    wait_until(
        lambda: (log.exists() and b"a fault in Handai" in log.read_bytes()) or not runs.get(record.id).status.is_live
    )
    WARM.drop()
    exported(runs.get(record.id), tmp_path / "exports")
    assert files_with(canaries.forms(), home(), tmp_path / "exports") == []


@pytest.mark.parametrize("debug", ["", "debug"])
def test_the_command_line_writes_no_key(
    debug: str, canaries: Canaries, fake_provider: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_provider.configure(echo_headers=True)
    table, out = made_table(tmp_path / "in.csv", 2), tmp_path / "planted" / "out.jsonl"
    arguments = transform_arguments(table, out, fake_provider.url, "--diagnostics", "--json", "--max-attempts", "1")
    key = canaries.keys["environment"]
    ended = [handai(*arguments, HANDAI_LOG=debug, HANDAI_API_KEY=key)]
    if not debug:
        planted = tmp_path / "planted"
        ended += [handai(command, cwd=planted, HANDAI_API_KEY=key) for command in ("doctor", "providers")]
        ended.append(handai("show", "last", "--spec"))
    assert canaries.keys["environment"] in str(fake_provider.requests[0].headers)
    text = "".join(item.out + item.err for item in ended).encode()
    assert not any(form in text for form in canaries.forms())
    assert files_with(canaries.forms(), home()) == []


@pytest.mark.anyio
async def test_a_backup_holds_no_key(
    canaries: Canaries, table: DatasetRecord, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    record = made(canaries, table, fake_provider, "typed")
    await run_once(record, canaries, "typed")
    (tmp_path / "backups").mkdir()
    history.back_up(tmp_path / "backups")
    assert files_with(canaries.forms(), tmp_path / "backups") == []


def test_no_error_and_no_repr_shows_a_key(canaries: Canaries) -> None:
    """Tracebacks print errors and, in debuggers, values: none of ours holds a key that can be read."""
    visit = keys.VisitKeys()
    visit.put("openrouter", None, SecretStr(canaries.keys["typed"]))
    told = [repr(visit), repr(keys.key_state("openai", SecretStr(canaries.keys["typed"])))]
    try:
        keys.require_key("openai", base_url="http://elsewhere.example/v1")
    except HandaiError as error:
        told.append(f"{error!r} {error} {vars(error)}")
    text = orjson.dumps(told)
    assert not any(form in text for form in canaries.forms())

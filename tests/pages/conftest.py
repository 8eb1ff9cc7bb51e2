"""What tests of pages share."""

import pytest

from pages.components import key_trial
from services.running import processes
from tests.pages.transform_visit import Launched


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Launched:
    """In place of the run's own process and of a key's trial, which other tests and the browser stories begin."""
    found = Launched()
    monkeypatch.setattr(processes.WarmProcess, "keep", lambda _: None)
    monkeypatch.setattr(
        processes.WarmProcess,
        "start",
        lambda _, run_id, key, _others=None: found.started.append((run_id, key.get_secret_value() if key else None)),
    )
    monkeypatch.setattr(key_trial, "start", lambda name, _: found.tried.append(name))
    monkeypatch.setenv("HANDAI_DEMO_LATENCY_S", "0")
    return found

"""What tests of pages share."""

import pytest

from services import processes
from tests.pages.transform_visit import Launched


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Launched:
    """In place of the run's own process, which tests of processes and the browser stories start."""
    found = Launched()
    monkeypatch.setattr(processes.WarmProcess, "keep", lambda _: None)
    monkeypatch.setattr(
        processes.WarmProcess,
        "start",
        lambda _, run_id, key: found.started.append((run_id, key.get_secret_value() if key else None)),
    )
    monkeypatch.setenv("HANDAI_DEMO_LATENCY_S", "0")
    return found

"""What would fail every row pauses a run at once: hardly a request is sent after it, and no row is lost."""

import threading
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.command_line import handai, transform_arguments
from tests.fake_provider import FakeProvider

ROWS, IN_FLIGHT = 300, 8
QUOTA_CODES = (
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
)


def said(code: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": code, "code": code}}


CASES = [
    ("auth", 401, said("invalid_api_key", "Incorrect API key provided"), {}),
    ("credits", 402, said("payment", "Payment required"), {}),
    *(("credits", 429, said(code, "You exceeded your current quota"), {}) for code in QUOTA_CODES),
    ("daily_quota", 429, said("rate_limit_exceeded", "Limit reached for requests per day (RPD)"), {}),
    ("daily_quota", 429, said("rate_limit_exceeded", "Slow down"), {"retry_after": "3600"}),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("id,text\n" + "".join(f"{n},ROW{n}\n" for n in range(ROWS)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("reason", "status", "body", "headers"), CASES, ids=["key", "402", *QUOTA_CODES, "per-day", "an-hour"]
)
def test_it_pauses_within_the_requests_in_flight(
    tmp_path: Path,
    table: Path,
    fake_provider: FakeProvider,
    reason: str,
    status: int,
    body: dict[str, Any],
    headers: dict[str, str],
) -> None:
    fake_provider.configure(latency_s=0.02)
    after: list[int] = []

    def turn() -> None:
        while fake_provider.stats()["total"] < 40:
            time.sleep(0.005)
        fake_provider.canned(status, body, **headers)
        after.append(fake_provider.stats()["total"])

    turning = threading.Thread(target=turn)
    turning.start()
    flags = ("--concurrency", str(IN_FLIGHT), "--json")
    ended = handai(*transform_arguments(table, tmp_path / "out.csv", fake_provider.url, *flags))
    turning.join()
    told = orjson.loads(ended.out)
    assert (ended.code, told["status"], told["reason"]) == (4, "paused", reason)
    assert fake_provider.stats()["total"] - after[0] <= IN_FLIGHT
    assert told["rows"]["failed"] == 0
    assert told["rows"]["done"] + told["rows"]["pending"] == ROWS


def test_a_wait_of_an_hour_says_until_when(tmp_path: Path, table: Path, fake_provider: FakeProvider) -> None:
    fake_provider.canned(429, said("rate_limit_exceeded", "Slow down"), retry_after="3600")
    ended = handai(*transform_arguments(table, tmp_path / "out.csv", fake_provider.url))
    assert ended.code == 4
    assert "asks to wait until" in ended.err


def test_a_daily_cap_counts_across_executions(tmp_path: Path, table: Path, fake_provider: FakeProvider) -> None:
    ended = handai(*transform_arguments(table, tmp_path / "out.csv", fake_provider.url, "--daily-cap", "20", "--json"))
    told = orjson.loads(ended.out)
    assert (ended.code, told["status"], told["reason"], told["rows"]["done"]) == (4, "paused", "daily_quota", 20)
    again = handai("resume", told["run_id"], "--json")
    assert orjson.loads(again.out)["reason"] == "daily_quota"
    assert fake_provider.stats()["total"] == 20

"""The fake provider itself: other tests trust its counts and faults."""

import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import orjson
import pytest

from tests.fake_provider import FakeProvider


def post(url: str, body: Any) -> tuple[int, bytes]:  # noqa: ANN401 - any JSON
    request = urllib.request.Request(url, orjson.dumps(body), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def ask(base_url: str, text: str) -> tuple[int, bytes]:
    return post(f"{base_url}/chat/completions", {"model": "m", "messages": [{"role": "user", "content": text}]})


def test_it_echoes_the_row(fake_provider: FakeProvider) -> None:
    status, body = ask(fake_provider.url, "ROW7 nice shoes")
    assert status == 200
    assert orjson.loads(body)["choices"][0]["message"]["content"] == "echo: ROW7 nice shoes"


def test_it_counts_requests_per_row(fake_provider: FakeProvider) -> None:
    for text in ("ROW7 a", "ROW7 a", "ROW8 b"):
        ask(fake_provider.url, text)
    assert fake_provider.stats()["rows"] == {"ROW7": 2, "ROW8": 1}
    assert fake_provider.stats()["in_flight"] == 0


def test_first_requests_of_a_row_can_fail(fake_provider: FakeProvider) -> None:
    fake_provider.configure(fail_first=1, fail_first_fault="429")
    assert [ask(fake_provider.url, "ROW1")[0], ask(fake_provider.url, "ROW1")[0]] == [429, 200]


def test_a_token_bucket_refuses_what_exceeds_the_burst(fake_provider: FakeProvider) -> None:
    fake_provider.configure(bucket={"rate": 0.001, "burst": 2})
    assert [ask(fake_provider.url, "x")[0] for _ in range(3)] == [200, 200, 429]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown faults"):
        FakeProvider(faults={"nonsense": 1.0})


def test_it_runs_as_its_own_process_and_is_configured_over_http() -> None:
    command = [sys.executable, "-m", "tests.fake_provider", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        root = url.removesuffix("/v1")
        assert post(f"{root}/config", {"faults": {"500": 1.0}})[0] == 200
        assert ask(url, "ROW1")[0] == 500
        with urllib.request.urlopen(f"{root}/stats", timeout=10) as answer:
            assert orjson.loads(answer.read())["by_status"] == {"500": 1}
        process.terminate()

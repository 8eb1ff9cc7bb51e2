"""The fake provider itself: other tests trust its counts and faults."""

import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import orjson
import pytest

from tests.fake_json import SPOILT
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


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "mood": {"type": "string", "enum": ["good", "bad"]},
        "score": {"type": "integer", "description": "a whole number from 1 to 5"},
        "why": {"type": "string"},
    },
    "required": ["mood", "score", "why"],
    "additionalProperties": False,
}
STRICT = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}


def ask_json(base_url: str, user: str = "ROW7 shoes", **settings: Any) -> tuple[int, str]:  # noqa: ANN401 - any JSON
    told = 'Answer with a single JSON object and nothing else. Its keys: "mood", "why".'
    messages = [{"role": "system", "content": told}, {"role": "user", "content": user}]
    status, body = post(f"{base_url}/chat/completions", {"model": "m", "messages": messages, **settings})
    return status, orjson.loads(body)["choices"][0]["message"]["content"] if status == 200 else body.decode()


def test_a_schema_is_answered_by_row_and_anew_each_time(fake_provider: FakeProvider) -> None:
    texts = [ask_json(fake_provider.url, "ROW7 a", response_format=STRICT)[1] for _ in range(2)]
    answer = orjson.loads(texts[0])
    assert answer["mood"] in {"good", "bad"}
    assert answer["score"] in range(1, 6)
    assert answer["why"].startswith("ROW7 ")
    assert texts[0] != texts[1]


def test_answers_are_those_of_the_servers_seed() -> None:
    said = []
    for seed in (1, 1, 2):
        with FakeProvider(seed=seed) as provider:
            said.append(ask_json(provider.url, response_format=STRICT)[1])
    assert said[0] == said[1] != said[2]


def test_rows_of_one_call_carry_their_own_keys_and_are_counted(fake_provider: FakeProvider) -> None:
    rows = {"type": "array", "items": SCHEMA, "description": "exactly 2 rows, in order"}
    schema = {"type": "object", "properties": {"rows": rows}, "required": ["rows"], "additionalProperties": False}
    asked = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    answer = orjson.loads(ask_json(fake_provider.url, "Row 1: ROW1 a\nRow 2: ROW2 b", response_format=asked)[1])
    assert [row["why"][:5] for row in answer["rows"]] == ["ROW1 ", "ROW2 "]
    assert fake_provider.stats()["rows"] == {"ROW1": 1, "ROW2": 1}


@pytest.mark.parametrize(
    ("json_form", "form", "status"),
    [
        ("schema", STRICT, 200),
        ("object", STRICT, 400),
        ("object", {"type": "json_object"}, 200),
        ("none", STRICT, 400),
        ("none", {"type": "json_object"}, 400),
        ("none", None, 200),
        ("ignore", STRICT, 200),
    ],
)
def test_it_takes_the_forms_it_is_told_to(
    fake_provider: FakeProvider, json_form: str, form: dict[str, Any] | None, status: int
) -> None:
    fake_provider.configure(json_form=json_form)
    answered, text = ask_json(fake_provider.url, response_format=form)
    assert answered == status
    if status == 200:
        assert orjson.loads(text).keys() == ({"mood", "score", "why"} if json_form == "schema" else {"mood", "why"})
    else:
        assert "response" in text


def test_json_can_be_spoilt(fake_provider: FakeProvider) -> None:
    spoilt = {}
    for kind in SPOILT:
        fake_provider.configure(spoilt={kind: 1.0})
        spoilt[kind] = ask_json(fake_provider.url, response_format=STRICT)[1]
    assert spoilt["fenced"].startswith("```json\n{")
    assert spoilt["extra"].count("{") == 1
    assert orjson.loads(spoilt["invalid"]).keys() == {"mood", "score", "why"}
    for kind in ("broken", "prose", "fenced", "extra"):
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(spoilt[kind])
    assert "mood" not in orjson.loads(spoilt["missing"])


def test_a_setting_can_be_refused(fake_provider: FakeProvider) -> None:
    fake_provider.configure(refused_settings=["temperature", "seed"])
    assert ask_json(fake_provider.url)[0] == 200
    status, said = ask_json(fake_provider.url, temperature=0.5)
    assert status == 400
    assert '"param":"temperature"' in said


def test_a_request_that_was_answered_before_is_noticed(fake_provider: FakeProvider) -> None:
    fake_provider.configure(fail_first=1)
    for _ in range(2):
        ask(fake_provider.url, "ROW1")
    assert fake_provider.stats()["paid_twice"] == 0
    ask(fake_provider.url, "ROW1")
    assert fake_provider.stats()["paid_twice"] == 1


def test_it_can_invent_texts(fake_provider: FakeProvider) -> None:
    fake_provider.configure(invents=True)
    said = {ask(fake_provider.url, "Write a review.")[1] for _ in range(5)}
    assert len(said) == 5


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown faults"):
        FakeProvider(json_form="nonsense")

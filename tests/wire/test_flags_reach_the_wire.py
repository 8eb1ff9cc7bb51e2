"""Every flag of transform and generate is seen in what a server receives, or is named as having no business there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli.app import app_of
from handai_db import RunReader
from services.home import run_path
from services.running import runs
from tests.fake_provider import FakeProvider

SCHEMA = """
rows: 2
seed: 1
columns:
  - {name: kind, sampler: category, values: [red, green, blue, black, white, grey, pink, gold]}
  - {name: story, type: text, prompt: "Tell of {{ kind }}."}
"""
KEY = "k3y" * 8


@dataclass(frozen=True, slots=True)
class Flag:
    """What to say, and how the server sees it."""

    said: list[str]
    seen: Callable[[FakeProvider], object]
    behaviour: dict[str, Any] = field(default_factory=dict)
    table: str = "in.csv"


def body(provider: FakeProvider, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = provider.requests[number].json()
    return found


def user(provider: FakeProvider) -> str:
    return str(body(provider)["messages"][-1]["content"])


def system(provider: FakeProvider) -> str:
    return str(body(provider)["messages"][0]["content"])


def starts(provider: FakeProvider) -> list[float]:
    assert provider.requests
    record = runs.find("last")
    with RunReader(run_path(record.id)) as reader:
        return sorted(attempt.started_at for row in range(record.total) for attempt in reader.attempts(row))


def schema_sent(provider: FakeProvider) -> Any:  # noqa: ANN401 any JSON
    return body(provider)["response_format"]["json_schema"]["schema"]["properties"]


# {folder} is filled in.
MODEL_FLAGS = {
    "--model": Flag(["--model", "some/model"], lambda p: body(p)["model"] == "some/model"),
    "--base-url": Flag([], body),  # the fake server is only reached by it
    "--provider": Flag(["--provider", "openai"], lambda p: p.requests[0].headers["authorization"] == f"Bearer {KEY}"),
    "--temperature": Flag(["--temperature", "0.4"], lambda p: body(p)["temperature"] == 0.4),
    "--max-tokens": Flag(["--max-tokens", "55"], lambda p: body(p)["max_tokens"] == 55),
    "--concurrency": Flag(
        ["--concurrency", "1"], lambda p: p.stats()["in_flight_peak"] == 1, behaviour={"latency_s": 0.05}
    ),
    "--rpm": Flag(["--rpm", "600"], lambda p: starts(p)[1] - starts(p)[0] >= 0.09),
    "--spacing": Flag(["--spacing", "0.1"], lambda p: starts(p)[1] - starts(p)[0] >= 0.09),
    "--daily-cap": Flag(["--daily-cap", "1"], lambda p: p.stats()["total"] == 1),
    "--max-attempts": Flag(
        ["--max-attempts", "1"], lambda p: p.stats()["total"] == 2, behaviour={"faults": {"500": 1.0}}
    ),
    "--timeout": Flag(
        ["--timeout", "0.2", "--max-attempts", "1"],
        lambda p: p.stats()["total"] == 2 and runs.view(runs.find("last").id).failed == 2,
        behaviour={"faults": {"hang": 1.0}},
    ),
    "--max-cost": Flag(
        ["--provider", "openai", "--model", "gpt-4o", "--max-cost", "1"],
        lambda p: body(p)["max_completion_tokens"] == 1024,
    ),
    "--fallback": Flag(["--provider", "openrouter", "--fallback", "c/d"], lambda p: body(p)["models"] == ["m", "c/d"]),
    "--route": Flag(["--provider", "openrouter", "--route", "zdr=true"], lambda p: body(p)["provider"]["zdr"] is True),
}
TRANSFORM_FLAGS = {
    **MODEL_FLAGS,
    "--instructions": Flag(["-i", "Say it in verse."], lambda p: "Say it in verse." in system(p)),
    "--persona": Flag(["--persona", "Qualitative coder"], lambda p: len(system(p)) > 100),
    "--columns": Flag(["--columns", "text"], lambda p: orjson.loads(user(p)) in ({"text": "one"}, {"text": "two"})),
    "--prompt": Flag(["--prompt", "Look: {{ text }}!"], lambda p: user(p) in {"Look: one!", "Look: two!"}),
    "--output": Flag(["--output", "score:integer(1..5)"], lambda p: [*schema_sent(p)] == ["score"]),
    "--schema": Flag(["--schema", "{folder}/answer.json"], lambda p: [*schema_sent(p)] == ["mood", "sure"]),
    "--json-mode": Flag(["--json-mode"], lambda p: body(p)["response_format"] == {"type": "json_object"}),
    "--examples": Flag(
        ["--examples", "{folder}/right.csv", "--output", "mood:category(good,bad)", "--columns", "text"],
        lambda p: (
            [(m["role"], m["content"]) for m in body(p)["messages"][1:3]]
            == [("user", '{"text":"fine"}'), ("assistant", '{"mood":"good"}')]
        ),
    ),
    "--limit": Flag(["--limit", "1"], lambda p: p.stats()["total"] == 1),
    "--where": Flag(["--where", "text is one"], lambda p: p.stats()["total"] == 1 and "one" in user(p)),
    "--where-any": Flag(
        ["--where-any", "--where", "text is two", "--where", "text is none", "--columns", "text"],
        lambda p: p.stats()["total"] == 1 and "two" in user(p),
    ),
    "--sheet": Flag(["--sheet", "Second"], lambda p: "from the second" in user(p), table="book.xlsx"),
    "--encoding": Flag(["--encoding", "cp1251"], lambda p: "Привет" in user(p), table="russian.csv"),
    "--delimiter": Flag(
        ["--delimiter", "|"], lambda p: orjson.loads(user(p)) == {"a": "1", "b": "x,y"}, table="bars.csv"
    ),
    "--no-header": Flag(["--no-header"], lambda p: p.stats()["total"] == 3),
}
GENERATE_FLAGS = {
    **MODEL_FLAGS,
    "--rows": Flag(["--rows", "3"], lambda p: p.stats()["total"] == 3),
    "--seed": Flag(["--seed", "7"], lambda p: {user_of(r) for r in p.requests}),
    "--variation": Flag(["--variation", "maximum"], lambda p: body(p)["temperature"] > 0),
    "--rows-per-call": Flag(["--rows-per-call", "2"], lambda p: p.stats()["total"] == 1 or "rows" in str(body(p))),
    "--schema": Flag([], lambda p: "Tell of" in user(p)),
}
# These say where the table goes, how the run is called and told, or where a schema comes from: no request differs.
NOT_ON_THE_WIRE = {
    "--out", "--session", "--run-name", "--diagnostics", "--lossless-csv", "--overwrite", "--detach", "--json",
}  # fmt: skip
# Fewer requests, shown by tests/cli/test_similar_flag.py.
SAVES_REQUESTS = {"--similar"}
# More requests, shown by tests/cli/test_no_cache_flag.py.
COSTS_REQUESTS = {"--no-cache"}
# Ways to a schema, each with tests of its own: what the model is asked for it is another run.
SCHEMA_SOURCES = {"--template", "--describe", "--learn", "--free-form", "--column", "--preview", "--yes"}


def user_of(request: Any) -> str:  # noqa: ANN401 a Received
    return str(request.json()["messages"][-1]["content"])


def flags_of(command: str) -> set[str]:
    """Each option of a command by its first long name."""
    found: Any = get_command(app_of())
    return {
        next(name for name in option.opts if name.startswith("--"))
        for option in found.commands[command].params
        if any(name.startswith("--") for name in option.opts)
    }


@pytest.mark.parametrize(
    ("command", "known"),
    [
        ("transform", {*TRANSFORM_FLAGS} | NOT_ON_THE_WIRE | SAVES_REQUESTS | COSTS_REQUESTS),
        ("generate", {*GENERATE_FLAGS} | NOT_ON_THE_WIRE | SCHEMA_SOURCES | COSTS_REQUESTS),
    ],
)
def test_every_flag_has_a_case_or_a_reason(command: str, known: set[str]) -> None:
    assert flags_of(command) == known


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in.csv").write_text("id,text\n1,one\n2,two\n", "utf-8")
    (tmp_path / "russian.csv").write_bytes("text\nПривет\n".encode("cp1251"))
    (tmp_path / "right.csv").write_text("text,mood\nfine,good\n", "utf-8")
    (tmp_path / "bars.csv").write_text("a|b\n1|x,y\n", "utf-8")
    (tmp_path / "schema.yaml").write_text(SCHEMA, "utf-8")
    both = {"mood": {"type": "string"}, "sure": {"type": "boolean"}}
    answer = {"type": "object", "properties": both, "required": ["mood", "sure"]}
    (tmp_path / "answer.json").write_bytes(orjson.dumps(answer))
    book = openpyxl.Workbook()
    book.create_sheet("Second").append(["text"])
    book["Second"].append(["from the second"])
    book["Sheet"].append(["text"])
    book.save(tmp_path / "book.xlsx")
    for name in ("OPENAI_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.setenv(name, KEY)
    return tmp_path


def ran(arguments: list[str], flag: Flag, folder: Path, provider: FakeProvider) -> bool:
    provider.configure(**flag.behaviour)
    reached = ["--provider", "custom", "--base-url", provider.url, "--model", "m"]
    said = [part.replace("{folder}", str(folder)) for part in flag.said]
    result = CliRunner().invoke(app_of(), [*arguments, "-o", str(folder / "out.csv"), *reached, *said])
    assert provider.requests, f"{result.output} {result.exception!r}"
    return bool(flag.seen(provider))


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize("name", TRANSFORM_FLAGS)
def test_a_flag_of_transform_reaches_the_wire(name: str, folder: Path, fake_provider: FakeProvider) -> None:
    flag = TRANSFORM_FLAGS[name]
    told = [] if name in {"--instructions", "--persona"} else ["-i", "Repeat it."]
    assert ran(["transform", str(folder / flag.table), *told], flag, folder, fake_provider)


@pytest.mark.parametrize("name", GENERATE_FLAGS)
def test_a_flag_of_generate_reaches_the_wire(name: str, folder: Path, fake_provider: FakeProvider) -> None:
    source = ["--schema", str(folder / "schema.yaml")]
    assert ran(["generate", *source], GENERATE_FLAGS[name], folder, fake_provider)


def test_another_seed_draws_other_values(folder: Path, fake_provider: FakeProvider) -> None:
    asked: list[set[str]] = []
    for seed in ("1", "2"):
        fake_provider.requests.clear()
        before = len(fake_provider.requests)
        flag = Flag(["--seed", seed, "--rows", "6", "--overwrite"], lambda _: True)
        ran(["generate", "--schema", str(folder / "schema.yaml")], flag, folder, fake_provider)
        asked.append({user_of(request) for request in fake_provider.requests[before:]})
    assert asked[0] != asked[1]


def test_without_flags_only_model_and_messages_are_sent(folder: Path, fake_provider: FakeProvider) -> None:
    assert ran(["transform", str(folder / "in.csv")], Flag(["-i", "x"], body), folder, fake_provider)
    assert {*body(fake_provider)} == {"model", "messages"}

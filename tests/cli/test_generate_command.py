"""Generate, as typed: from files and templates, with a model and without one, previewed, detached, run again."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from engine.results import RunStatus
from handai_db import RunFilter
from services.home import open_catalogue
from services.running import runs
from tests.command_line import handai, only_run_id, records_in, wait_until
from tests.fake_provider import FakeProvider

ROWS = 12
SAMPLED = """\
rows: 12
seed: 7
columns:
  - {name: plan, sampler: category, values: {free: 0.6, pro: 0.3, team: 0.1}}
  - name: spend
    sampler: uniform
    low: 5
    high: 200
    decimals: 2
    when: [{if: "plan == 'free'", value: 0}]
  - {name: ticket, sampler: id, pattern: "TKT-{0001}"}
  - {name: yearly, expression: "spend * 12"}
  - {name: day, sampler: date, start: 2025-01-01, end: 2025-12-31}
"""
WRITTEN = (
    SAMPLED
    + """\
  - {name: review, type: text, prompt: "ROW{{ ticket }}: write a review by a {{ plan }} customer."}
  - {name: answer, type: text, prompt: "Answer this: {{ review }}"}
duplicates: false
"""
)


def server(url: str) -> list[str]:
    return ["--provider", "custom", "--base-url", url, "--model", "fake-model"]


@pytest.fixture
def sampled(tmp_path: Path) -> Path:
    path = tmp_path / "sampled.yaml"
    path.write_text(SAMPLED, encoding="utf-8")
    return path


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "written.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


def test_a_schema_without_model_columns_needs_no_provider_and_no_key(sampled: Path, out: Path) -> None:
    ended = handai("generate", str(sampled), "-o", str(out), "--json")

    assert ended.code == 0, ended.err
    figures = ended.figures()
    assert (figures["kind"], figures["status"], figures["attempts"]) == ("generate", "completed", 0)
    assert figures["rows"] == {"total": ROWS, "done": ROWS, "failed": 0, "pending": 0}
    assert figures["output"] == str(out)
    assert figures["name"].startswith("sampled ")
    rows = records_in(out)
    assert list(rows[0]) == ["plan", "spend", "ticket", "yearly", "day"]
    assert [row["ticket"] for row in rows] == [f"TKT-{n:04}" for n in range(1, ROWS + 1)]
    assert all(float(row["yearly"]) == pytest.approx(float(row["spend"]) * 12) for row in rows)


def test_rows_and_seed_of_the_command_line_win(sampled: Path, tmp_path: Path) -> None:
    made: dict[str, list[dict[str, str]]] = {}
    for name, flags in {"a": ["--seed", "8"], "b": ["--seed", "8", "--rows", "5"], "c": ["--seed", "9"]}.items():
        assert handai("generate", "--schema", str(sampled), "-o", str(tmp_path / f"{name}.csv"), *flags).code == 0
        made[name] = records_in(tmp_path / f"{name}.csv")

    assert made["a"][:5] == made["b"]  # a value depends on its seed and row, not on how many there are
    assert made["a"] != made["c"]


def test_a_model_writes_columns_that_build_on_each_other(written: Path, out: Path, fake_provider: FakeProvider) -> None:
    ended = handai("generate", str(written), "-o", str(out), *server(fake_provider.url), "--json")

    assert ended.code == 0, ended.err
    assert fake_provider.stats()["total"] == 2 * ROWS
    for row in records_in(out):
        assert row["review"] == f"echo: ROW{row['ticket']}: write a review by a {row['plan']} customer."
        assert row["answer"] == f"echo: Answer this: {row['review']}"


def test_the_spec_of_a_run_makes_the_same_table_again(
    written: Path, out: Path, tmp_path: Path, fake_provider: FakeProvider
) -> None:
    assert handai("generate", str(written), "-o", str(out), *server(fake_provider.url)).code == 0
    spec = tmp_path / "spec.yaml"

    exported = handai("export", "last", "-o", str(spec))
    shown = handai("show", "last", "--spec")
    again = handai("run", str(spec), "-o", str(tmp_path / "again.csv"))

    assert exported.code == 0, exported.err
    assert yaml.safe_load(shown.out) == yaml.safe_load(spec.read_text(encoding="utf-8"))
    assert again.code == 0, again.err
    assert records_in(tmp_path / "again.csv") == records_in(out)


def test_run_takes_a_bare_schema_and_says_when_it_needs_a_model(sampled: Path, written: Path, out: Path) -> None:
    refused = handai("run", str(written), "-o", str(out))
    done = handai("run", str(sampled), "-o", str(out))

    assert refused.code == 1
    assert f"handai generate {written}" in refused.said
    assert done.code == 0, done.err
    assert len(records_in(out)) == ROWS


def test_a_template_is_printed_to_be_kept_and_changed(tmp_path: Path) -> None:
    printed = handai("generate", "--template", "customers_and_orders", "--rows", "3")
    kept = tmp_path / "kept.yaml"
    kept.write_text(printed.out, encoding="utf-8")

    ended = handai("generate", str(kept), "-o", str(tmp_path / "out.jsonl"))

    assert printed.code == 0, printed.err
    assert yaml.safe_load(printed.out)["rows"] == 3
    assert ended.code == 0, ended.err
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 3


def test_a_preview_shows_the_first_rows_and_writes_nothing(
    written: Path, out: Path, fake_provider: FakeProvider
) -> None:
    ended = handai("generate", str(written), "-o", str(out), "--preview", *server(fake_provider.url))

    assert ended.code == 0, ended.err
    assert fake_provider.stats()["total"] == 2 * 5
    assert ended.out.count("review: echo: ROWTKT-000") == 5
    assert not out.exists()
    assert handai("history", "--json").out.strip() == "[]"


def test_a_detached_run_writes_its_table_without_this_terminal(
    written: Path, out: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(key="another")
    ended = handai("generate", str(written), "-o", str(out), *server(fake_provider.url), "--detach", "--json")
    run = only_run_id()
    wait_until(lambda: runs.get(run).status is RunStatus.PAUSED)
    fake_provider.configure(key=None)
    resumed = handai("resume", run, "--detach")
    wait_until(lambda: runs.get(run).export.get("written") == str(out))

    assert (ended.code, ended.figures()["run_id"]) == (0, run), ended.err
    assert resumed.code == 0, resumed.err
    assert len(records_in(out)) == ROWS


def test_failed_rows_are_left_out_and_a_retry_brings_them(
    written: Path, out: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(faults={"refusal": 0.3})
    first = handai("generate", str(written), "-o", str(out), *server(fake_provider.url), "--json")
    good = first.figures()["rows"]["done"]
    assert 0 < good < ROWS
    assert len(records_in(out)) == good
    assert "left out" in first.said

    fake_provider.configure(faults={})
    second = handai("retry", "last", "--json")

    assert (first.code, second.code) == (3, 0), second.err
    assert [row["ticket"] for row in records_in(out)] == [f"TKT-{n:04}" for n in range(1, ROWS + 1)]


def test_a_column_takes_values_from_a_file_beside_the_schema(tmp_path: Path, out: Path) -> None:
    (tmp_path / "towns.csv").write_text("town,inhabitants\nUlm,126000\nTrier,112000\n", encoding="utf-8")
    column = {"name": "town", "sampler": "table", "file": "towns.csv", "column": "town", "order": "sequence"}
    schema = tmp_path / "schema.json"
    schema.write_bytes(orjson.dumps({"rows": 3, "columns": [column]}))

    ended = handai("generate", str(schema), "-o", str(out))

    assert ended.code == 0, ended.err
    assert [row["town"] for row in records_in(out)] == ["Ulm", "Trier", "Ulm"]


def test_a_described_schema_is_shown_first_and_used_when_told(out: Path, fake_provider: FakeProvider) -> None:
    proposed = {
        "instructions": "Write plainly.",
        "columns": [
            {"name": "tone", "sampler": "category", "values": ["warm", "dry"]},
            {"name": "review", "type": "text", "prompt": "A {{ tone }} review."},
        ],
    }
    fake_provider.configure(reply=orjson.dumps({"schema": proposed}).decode())
    arguments = ["generate", "--describe", "Reviews", "-o", str(out), "--rows", "1", *server(fake_provider.url)]

    shown = handai(*arguments)
    existed = out.exists()
    used = handai(*arguments, "--yes")

    assert (shown.code, existed) == (0, False), shown.err
    assert [column["name"] for column in yaml.safe_load(shown.out)["columns"]] == ["tone", "review"]
    assert yaml.safe_load(shown.out)["rows"] == 1
    assert "--yes" in shown.said
    assert used.code == 0, used.err
    assert list(records_in(out)[0]) == ["tone", "review"]


def test_a_schema_is_learned_from_a_table_without_copying_it(tmp_path: Path, out: Path) -> None:
    table = tmp_path / "sample.csv"
    lines = [f"{n},{'red' if n % 3 else 'blue'},Person{n} Mustermann{n}" for n in range(60)]
    table.write_text("\n".join(["number,colour,full_name", *lines]), encoding="utf-8")

    ended = handai("generate", "--learn", str(table), "--rows", "50", "-o", str(out))

    assert ended.code == 0, ended.err
    rows = records_in(out)
    assert len(rows) == 50
    assert {row["colour"] for row in rows} == {"red", "blue"}
    assert "Mustermann" not in out.read_text(encoding="utf-8")


def test_rows_in_the_models_own_words_need_no_schema(out: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(reply='{"question": "Why?", "score": 4}')
    told = ["--describe", "Exam questions", "--column", "question", "--column", "score:integer(1..5)"]

    ended = handai("generate", *told, "--rows", "1", "-o", str(out), *server(fake_provider.url))

    assert ended.code == 0, ended.err
    assert records_in(out) == [{"question": "Why?", "score": "4"}]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "Name one of"),
        (["{sampled}", "--template", "product_reviews"], 2, "Name one of"),
        (["{sampled}", "--rows", "0"], 2, "--rows"),
        (["{sampled}", "--rows", "1000000000"], 2, "--rows"),
        (["{sampled}", "--variation", "wild"], 2, "--variation"),
        (["--template", "product_review"], 1, "product_reviews"),
        (["nowhere.yaml"], 1, "nowhere.yaml"),
        (["{bad}"], 1, "line 3"),
        (["{written}"], 1, "--provider"),
        (["{sampled}", "-o", "{tmp}/out.docx"], 1, ".csv"),
        (["{sampled}", "-o", "{tmp}/out.xlsx", "--rows", "2000000"], 1, "Excel"),
    ],
    ids=[
        "nothing",
        "two",
        "no rows",
        "too many",
        "variation",
        "template",
        "file",
        "schema",
        "provider",
        "ending",
        "excel",
    ],
)
def test_what_cannot_work_is_refused_in_one_clear_message(
    tmp_path: Path, sampled: Path, written: Path, out: Path, arguments: list[str], code: int, said: str
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("rows: 3\ncolumns:\n  - {name: a, sampler: categry, values: [x]}\n", encoding="utf-8")
    told = [part.format(tmp=tmp_path, sampled=sampled, written=written, bad=bad) for part in arguments]

    ended = handai("generate", "-o", str(out), *told)

    assert ended.code == code, ended.err
    assert said in ended.said
    assert "Traceback" not in ended.err
    assert not out.exists()
    with open_catalogue() as catalogue:
        assert catalogue.runs.list(RunFilter(previews=True)) == ()


def test_conversations_are_exported_for_fine_tuning(
    written: Path, out: Path, tmp_path: Path, fake_provider: FakeProvider
) -> None:
    assert handai("generate", str(written), "-o", str(out), *server(fake_provider.url)).code == 0
    chat = tmp_path / "chat.jsonl"

    ended = handai(
        *["export", "last", "--chat", "messages", "-o", str(chat)], "--map", "user=review", "--map", "assistant=answer"
    )

    assert ended.code == 0, ended.err
    entries: list[dict[str, Any]] = [orjson.loads(line) for line in chat.read_bytes().splitlines()]
    assert len(entries) == ROWS
    assert [message["role"] for message in entries[0]["messages"]] == ["user", "assistant"]
    assert handai("export", "last", "--chat", "messages", "-o", str(tmp_path / "other.jsonl")).code == 2
    assert not (tmp_path / "other.jsonl").exists()


def test_the_quality_report_is_one_html_file(sampled: Path, out: Path, tmp_path: Path) -> None:
    assert handai("generate", str(sampled), "-o", str(out)).code == 0
    report = tmp_path / "report.html"

    ended = handai("report", "last", "--output", str(report))

    assert ended.code == 0, ended.err
    assert "plan" in report.read_text(encoding="utf-8")
    assert handai("report", "last", "-o", str(report)).code == 1  # it is there

"""Transform, as typed: formats, columns, refusals before anything is sent, exit codes."""

import os
from pathlib import Path

import orjson
import pandas
import pytest

from services.results.export_rows import DIAGNOSTICS
from tests.command_line import handai, made_table, records_in, transform_arguments
from tests.fake_provider import FakeProvider

FIGURES = {
    "run_id", "session_id", "name", "kind", "status", "reason", "provider", "model", "rows", "attempts", "retries",
    "rate_limited", "cached", "repaired", "invalid", "refused", "marked", "dropped", "answer_form",
    "diversity", "fallbacks", "possibly_billed_twice", "damage", "usage",
    "cost_usd", "cost_complete", "duration_s", "errors", "output",
}  # fmt: skip
ROWS = 3


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return made_table(tmp_path / "in.csv", ROWS)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


def frame(path: Path) -> pandas.DataFrame:
    match path.suffix:
        case ".xlsx":
            return pandas.read_excel(path, dtype=str, engine="openpyxl")
        case ".parquet":
            return pandas.read_parquet(path)
        case ".json":
            return pandas.DataFrame(orjson.loads(path.read_bytes()))
        case ".jsonl":
            return pandas.DataFrame([orjson.loads(line) for line in path.read_bytes().splitlines()])
        case ending:
            return pandas.read_csv(path, sep="\t" if ending == ".tsv" else ",", dtype=str, encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("ending", "next_ending"),
    [("csv", "tsv"), ("tsv", "xlsx"), ("xlsx", "json"), ("json", "jsonl"), ("jsonl", "parquet"), ("parquet", "csv")],
)
def test_every_format_goes_in_and_out(
    tmp_path: Path, fake_provider: FakeProvider, ending: str, next_ending: str
) -> None:
    source, target = tmp_path / f"in.{ending}", tmp_path / f"out.{next_ending}"
    data = pandas.DataFrame({"id": ["007", "008"], "text": ["ROW1", "ROW2"]})
    match ending:
        case "xlsx":
            data.to_excel(source, index=False)
        case "parquet":
            data.to_parquet(source)
        case "json" | "jsonl":
            data.to_json(source, orient="records", lines=ending == "jsonl")
        case _:
            data.to_csv(source, index=False, sep="\t" if ending == "tsv" else ",")

    ended = handai(*transform_arguments(source, target, fake_provider.url))

    assert ended.code == 0, ended.err
    assert ended.out == ""
    found = frame(target)
    assert list(found.columns) == ["id", "text", "output"]
    assert found.to_numpy().tolist() == [["007", "ROW1", "echo: ROW1"], ["008", "ROW2", "echo: ROW2"]]


def test_the_figures_have_exactly_the_promised_keys(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    ended = handai(*transform_arguments(table, out, fake_provider.url, "--json", "--run-name", "mine"))

    figures = ended.figures()
    assert ended.code == 0
    assert set(figures) == FIGURES
    assert set(figures["usage"]) == {"prompt_tokens", "completion_tokens"}
    assert figures["rows"] == {"total": ROWS, "done": ROWS, "failed": 0, "pending": 0}
    assert (figures["name"], figures["status"], figures["reason"]) == ("mine", "completed", None)
    assert (figures["attempts"], figures["retries"], figures["rate_limited"]) == (ROWS, 0, 0)
    assert figures["cost_usd"] is None  # nobody knows what this server asks
    assert figures["cost_complete"] is False
    assert figures["output"] == str(out)


def test_usage_that_a_server_does_not_tell_is_null(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    body = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}]}
    fake_provider.canned(200, body)

    figures = handai(*transform_arguments(table, out, fake_provider.url, "--json")).figures()

    assert figures["usage"] == {"prompt_tokens": None, "completion_tokens": None}


def test_some_failed_rows_make_a_partial_run(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(fail_first=1, fail_first_fault="400")
    handai(*transform_arguments(table, out, fake_provider.url, "--limit", "1"))  # ROW0's one refusal

    fake_provider.configure(fail_first=0)
    fake_provider.configure(faults={"refusal": 0.5})
    ended = handai(*transform_arguments(made_table(table, 40), out, fake_provider.url, "--overwrite", "--json"))

    figures = ended.figures()
    assert (ended.code, figures["status"]) == (3, "partial")
    assert figures["errors"] == {"refusal": figures["rows"]["failed"]}
    assert len(records_in(out)) == 40
    assert "handai retry" in ended.said


def test_a_run_without_one_good_row_is_failed(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 1.0})

    ended = handai(*transform_arguments(table, out, fake_provider.url, "--json"))

    assert (ended.code, ended.figures()["status"]) == (3, "failed")
    assert "refusal" in ended.said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["-o", "{tmp}/there.csv"], "exists already"),
        (["-o", "{tmp}/out.docx"], ".csv"),
        (["-o", "{tmp}/nowhere/out.csv"], "no folder"),
        (["--prompt", "{{{{ txet }}}}"], "text"),
        (["--columns", "id,txet"], "txet"),
        (["--concurrency", "many"], "neither a number nor auto"),
        (["--provider", "opnai"], "opnai"),
        (["-i", "@{tmp}/none.txt"], "none.txt"),
        (["--output", "score:nmber"], "number"),
        (["--output", "score", "--output", "score:integer"], "declared twice"),
        (["--schema", "{tmp}/none.json"], "none.json"),
        (["--max-cost", "1"], "price of fake-model is not known"),
    ],
    ids=[
        "existing",
        "ending",
        "folder",
        "template",
        "columns",
        "concurrency",
        "provider",
        "file",
        "type",
        "twice",
        "schema",
        "cap",
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    tmp_path: Path, table: Path, out: Path, fake_provider: FakeProvider, changes: list[str], said: str
) -> None:
    (tmp_path / "there.csv").write_text("precious", encoding="utf-8")
    told = [part.format(tmp=tmp_path) for part in changes]

    ended = handai(*transform_arguments(table, out, fake_provider.url, *told))

    assert ended.code == 1, ended.err
    assert said in ended.said
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert fake_provider.stats()["total"] == 0
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "precious"


def test_a_run_without_instructions_is_refused(table: Path, out: Path) -> None:
    ended = handai("transform", str(table), "-o", str(out), "--provider", "demo")

    assert ended.code == 1
    assert "nstructions" in ended.said


@pytest.mark.parametrize(
    "arguments", [["transform"], ["nonsense"], ["transform", "x.csv", "-o", "y.csv", "--limit", "0"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    ended = handai(*arguments)

    assert (ended.code, ended.out) == (2, "")


def test_instructions_without_their_flag_are_told_how_to_be_said(table: Path, out: Path) -> None:
    ended = handai("transform", str(table), "Classify the mood", "-o", str(out), "--provider", "demo")

    assert ended.code == 2
    assert '-i "Classify the mood"' in " ".join(ended.said.replace("│", " ").split())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty"),
        ("header.csv", b"id,text\n", "no rows"),
        ("binary.csv", bytes(range(256)) * 40, "text"),
        ("table.docx", b"x", ".csv"),
        ("book.xlsx", b"not a workbook", "workbook"),
        ("broken.json", b'[{"a": 1}, {"a"', "JSON"),
    ],
)
def test_bad_input_files_get_a_clear_message(
    tmp_path: Path, out: Path, fake_provider: FakeProvider, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)

    ended = handai(*transform_arguments(tmp_path / name, out, fake_provider.url))

    assert ended.code == 1, ended.err
    assert said.lower() in ended.said.lower()
    assert "Traceback" not in ended.err
    assert fake_provider.stats()["total"] == 0
    assert not out.exists()


def test_overwrite_replaces_the_file(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    out.write_text("old", encoding="utf-8")

    assert handai(*transform_arguments(table, out, fake_provider.url, "--overwrite")).code == 0
    assert len(records_in(out)) == ROWS


def test_limit_columns_and_a_file_of_instructions(
    tmp_path: Path, table: Path, out: Path, fake_provider: FakeProvider
) -> None:
    (tmp_path / "how.txt").write_text("Say it in verse.", encoding="utf-8")
    arguments = ["transform", str(table), "-o", str(out), "-i", f"@{tmp_path / 'how.txt'}", "--columns", "text"]
    server = ["--provider", "custom", "--base-url", fake_provider.url, "--model", "fake-model"]

    ended = handai(*arguments, *server, "--limit", "2", "--output", "verse")

    assert ended.code == 0, ended.err
    assert [row["text"] for row in records_in(out)] == ["ROW0", "ROW1"]
    assert list(records_in(out)[0]) == ["id", "text", "verse"]
    system, user = fake_provider.requests[0].json()["messages"]
    assert "Say it in verse." in system["content"]
    assert orjson.loads(user["content"]) in ({"text": "ROW0"}, {"text": "ROW1"})


def test_json_mode_spreads_the_object_into_columns(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    ended = handai(*transform_arguments(table, out, fake_provider.url, "--json-mode"))

    assert ended.code == 0, ended.err
    rows = records_in(out)
    assert list(rows[0]) == ["id", "text", "echo", "row", "words"]
    assert [row["row"] for row in rows] == ["ROW0", "ROW1", "ROW2"]


def test_input_columns_are_never_overwritten(tmp_path: Path, out: Path, fake_provider: FakeProvider) -> None:
    table = tmp_path / "in.csv"
    table.write_text("status,output,text\nopen,mine,ROW1\n", encoding="utf-8")

    ended = handai(*transform_arguments(table, out, fake_provider.url, "--diagnostics"))

    assert ended.code == 0, ended.err
    row = records_in(out)[0]
    assert (row["status"], row["output"], row["text"]) == ("open", "mine", "ROW1")
    assert list(row.values()).count("echo: ROW1") == 2  # the answer, and the raw answer of the diagnostics
    assert len(row) == 3 + 1 + len(DIAGNOSTICS)
    assert "already has a column 'output'" in ended.said


def test_diagnostics_tell_the_kind_of_each_failure(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 1.0})
    run = handai(*transform_arguments(table, out, fake_provider.url, "--json")).figures()["run_id"]

    assert handai("export", run, "-o", str(out), "--diagnostics", "--overwrite").code == 0
    assert {(row["status"], row["error_kind"]) for row in records_in(out)} == {("failed", "refusal")}


def test_cells_that_a_spreadsheet_would_run_are_made_safe_unless_asked(
    tmp_path: Path, out: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(reply="=1+1")
    table = made_table(tmp_path / "in.csv", 1)

    handai(*transform_arguments(table, out, fake_provider.url))
    safe = records_in(out)[0]["output"]
    handai(*transform_arguments(table, out, fake_provider.url, "--overwrite", "--lossless-csv"))

    assert safe != "=1+1"
    assert safe.endswith("=1+1")
    assert records_in(out)[0]["output"] == "=1+1"


def test_a_wrong_key_pauses_the_run_and_is_written_nowhere(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    key = "sk-canary-" + "q7" * 12
    fake_provider.configure(key="another")

    ended = handai(*transform_arguments(table, out, fake_provider.url, "--json"), HANDAI_API_KEY=key)

    figures = ended.figures()
    assert (ended.code, figures["status"], figures["reason"]) == (4, "paused", "auth")
    assert figures["rows"] == {"total": ROWS, "done": 0, "failed": 0, "pending": ROWS}
    assert key not in ended.out + ended.err
    home = Path(os.environ["HANDAI_HOME"])
    files = [path for path in home.rglob("*") if path.is_file()]
    assert [path for path in files if key.encode() in path.read_bytes()] == []
    assert {path.stat().st_mode & 0o077 for path in [home, *home.rglob("*")]} == {0}


def test_a_server_that_is_down_names_how_to_start_it(tmp_path: Path, out: Path) -> None:
    table = made_table(tmp_path / "in.csv", 12)
    told = ["--provider", "ollama", "--base-url", "http://127.0.0.1:9/v1", "--model", "llama3"]

    ended = handai("transform", str(table), "-o", str(out), "-i", "x", *told)

    assert ended.code == 4, ended.err
    assert "ollama serve" in ended.said


def test_an_unknown_model_is_called_that(table: Path, out: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=["other"])

    ended = handai(*transform_arguments(table, out, fake_provider.url, "--json"))

    assert ended.code == 4, ended.err
    assert ended.figures()["reason"] == "circuit_breaker"
    assert "model" in ended.said.lower()


def test_a_cap_pauses_and_a_higher_one_goes_on(tmp_path: Path, out: Path, fake_provider: FakeProvider) -> None:
    table = made_table(tmp_path / "in.csv", 30)
    told = ["--provider", "openai", "--model", "gpt-4o", "--max-tokens", "100", "--max-cost", "0.0015"]
    key = "sk-" + "k" * 30

    first = handai(
        *transform_arguments(table, out, fake_provider.url, *told, "--concurrency", "4", "--json"), OPENAI_API_KEY=key
    )
    paused = first.figures()
    sent = fake_provider.stats()["total"]
    second = handai("resume", "last", "--max-cost", "5", "--json", OPENAI_API_KEY=key)

    assert (first.code, paused["status"], paused["reason"]) == (4, "paused", "budget"), first.err
    assert 0 < sent < 30
    assert 0 < paused["cost_usd"] <= 0.0015
    assert second.code == 0, second.err
    assert fake_provider.stats()["total"] == 30
    assert [row["output"] for row in records_in(out)] == [f"echo: ROW{n}" for n in range(30)]


def test_a_saved_spec_runs_again(tmp_path: Path, table: Path, out: Path, fake_provider: FakeProvider) -> None:
    from services.running import runs

    handai(*transform_arguments(table, out, fake_provider.url, "--temperature", "0.5", "--limit", "2"))
    spec = tmp_path / "spec.yaml"
    spec.write_text(runs.find("last").spec.to_yaml(), encoding="utf-8")

    ended = handai("run", str(spec), "-o", str(tmp_path / "again.csv"), "--json")

    assert ended.code == 0, ended.err
    assert records_in(tmp_path / "again.csv") == records_in(out)
    assert fake_provider.requests[-1].json()["temperature"] == 0.5

"""What may have changed before a run goes on or runs again: files in the way, tables that are gone, wrong words."""

from pathlib import Path

import pytest

from tests.command_line import begin, finish, handai, made_table, records_in, transform_arguments, wait_until
from tests.fake_provider import FakeProvider


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return made_table(tmp_path / "in.csv", 3)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


@pytest.fixture
def paused(table: Path, out: Path, fake_provider: FakeProvider) -> FakeProvider:
    """A run that stopped at its first request, and the provider, which takes its key now."""
    fake_provider.configure(key="another")
    assert handai(*transform_arguments(table, out, fake_provider.url)).code == 4
    fake_provider.configure(key=None)
    return fake_provider


def test_a_file_that_came_meanwhile_is_not_overwritten(out: Path, paused: FakeProvider) -> None:
    out.write_text("precious", encoding="utf-8")
    sent = paused.stats()["total"]

    refused = handai("resume", "last")
    kept = out.read_text(encoding="utf-8")
    allowed = handai("resume", "last", "--overwrite")

    assert (refused.code, kept) == (1, "precious")
    assert "exists already" in refused.said
    assert paused.stats()["total"] == sent + 3
    assert allowed.code == 0, allowed.err
    assert len(records_in(out)) == 3


def test_a_file_that_comes_while_a_run_executes_is_not_overwritten(
    table: Path, out: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(hold=True)
    process = begin(*transform_arguments(table, out, fake_provider.url))
    wait_until(lambda: fake_provider.stats()["in_flight"] == 3)
    out.write_text("precious", encoding="utf-8")
    fake_provider.release()
    ended = finish(process)

    assert (ended.code, out.read_text(encoding="utf-8")) == (1, "precious")
    assert "3 of 3 rows done" in ended.said
    assert "handai export" in ended.said


def test_a_folder_that_is_gone_is_told_before_anything_is_sent(
    tmp_path: Path, table: Path, fake_provider: FakeProvider
) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    fake_provider.configure(key="another")
    handai(*transform_arguments(table, folder / "out.csv", fake_provider.url))
    folder.rmdir()
    sent = fake_provider.stats()["total"]

    ended = handai("resume", "last")

    assert ended.code == 1
    assert "no folder" in ended.said
    assert fake_provider.stats()["total"] == sent


def test_a_spec_whose_table_is_gone_says_where_to_put_it(
    tmp_path: Path, table: Path, out: Path, fake_provider: FakeProvider
) -> None:
    assert handai(*transform_arguments(table, out, fake_provider.url)).code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert handai("export", "last", "-o", str(elsewhere / "spec.yaml")).code == 0
    assert handai("delete", "last", "--yes").code == 0

    missing = handai("run", str(elsewhere / "spec.yaml"), "-o", str(tmp_path / "again.csv"))
    (elsewhere / "in.csv").write_bytes(table.read_bytes())
    there = handai("run", str(elsewhere / "spec.yaml"), "-o", str(tmp_path / "again.csv"))

    assert missing.code == 1
    assert f"Put in.csv into {elsewhere}" in missing.said
    assert there.code == 0, there.err


def test_a_wrong_kind_of_error_lists_those_there_are(paused: FakeProvider) -> None:
    ended = handai("retry", "last", "--kind", "refusl")

    assert ended.code == 2
    assert "refusal" in ended.said
    assert "handai retry" in ended.said  # the program's own name, whatever started it

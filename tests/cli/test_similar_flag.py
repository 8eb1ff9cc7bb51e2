"""--similar, as typed: fewer requests, and the file tells whose answer a row took (002-5)."""

from pathlib import Path

import pytest

from tests.command_line import handai, records_in, transform_arguments
from tests.fake_provider import FakeProvider

ROWS = 60  # more than are on their way at once: those have no answer to share


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("id,text\n" + "".join(f"{n},ROW1\n" for n in range(ROWS)), encoding="utf-8")
    return path


def test_a_similar_row_is_told_in_the_file(tmp_path: Path, table: Path, fake_provider: FakeProvider) -> None:
    out = tmp_path / "out.csv"
    flags = ("--similar", "1", "--concurrency", "1", "--diagnostics", "--no-cache")  # else equal rows share anyway
    first = handai(*transform_arguments(table, out, fake_provider.url, *flags))
    assert first.code == 0, first.err
    rows = records_in(out)
    assert [row["output"] for row in rows] == ["echo: ROW1"] * ROWS
    assert all(row["cached"] == ("yes" if row["similar_to"] else "") for row in rows)
    assert any(row["similar_to"] for row in rows)
    assert len(fake_provider.requests) < ROWS
    assert {row["similarity"] for row in rows if row["similar_to"]} <= {"1", "1.0"}


def test_a_threshold_that_is_too_low_is_refused(tmp_path: Path, table: Path, fake_provider: FakeProvider) -> None:
    ended = handai(*transform_arguments(table, tmp_path / "out.csv", fake_provider.url, "--similar", "0.5"))
    assert ended.code != 0
    assert "similar" in ended.err

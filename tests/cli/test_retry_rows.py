"""`handai retry --rows / --empty`: answers that are there are asked again, and the file has the new ones."""

from pathlib import Path

from tests.command_line import handai, made_table, records_in, transform_arguments
from tests.fake_provider import FakeProvider


def test_named_and_empty_rows_are_asked_again(tmp_path: Path, fake_provider: FakeProvider) -> None:
    table, out = made_table(tmp_path / "in.csv", 4), tmp_path / "out.csv"
    fake_provider.configure(reply="first")
    assert handai(*transform_arguments(table, out, fake_provider.url)).code == 0
    fake_provider.configure(reply="second")
    ended = handai("retry", "last", "--rows", "2, 4")
    assert ended.code == 0, ended.err
    assert [row["output"] for row in records_in(out)] == ["first", "second", "first", "second"]

    none = handai("retry", "last", "--empty")
    assert none.code == 1
    assert "no such row" in none.err
    assert fake_provider.stats()["total"] == 6

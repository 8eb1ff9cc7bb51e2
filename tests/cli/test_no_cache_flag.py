from pathlib import Path

import pytest

from tests.command_line import handai, made_table, transform_arguments
from tests.fake_provider import FakeProvider


@pytest.mark.parametrize(("flags", "asked"), [([], 3), (["--no-cache"], 6)])
def test_no_cache_asks_for_every_row_anew(
    flags: list[str], asked: int, fake_provider: FakeProvider, tmp_path: Path
) -> None:
    table = made_table(tmp_path / "in.csv", 3)
    for name in ("one.csv", "two.csv"):
        ended = handai(*transform_arguments(table, tmp_path / name, fake_provider.url, *flags))
        assert ended.code == 0, ended.err
    assert fake_provider.stats()["total"] == asked
    assert ("asked before" in ended.said) is (not flags)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_kept_answers_are_told_and_cleared(fake_provider: FakeProvider, tmp_path: Path) -> None:
    table = made_table(tmp_path / "in.csv", 3)
    assert handai(*transform_arguments(table, tmp_path / "out.csv", fake_provider.url)).code == 0
    assert handai("cache").out.startswith("Kept: 3 answers")
    assert handai("cache", "--clear").out.startswith("Deleted: 3 answers")
    assert handai("cache").out.startswith("Kept: 0 answers")

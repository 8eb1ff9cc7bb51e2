"""Before a big job the command line names the command that checks the model (001-14)."""

from pathlib import Path

import pytest

from tests.command_line import handai, made_table, transform_arguments
from tests.fake_provider import FakeProvider


@pytest.mark.parametrize(("rows", "told"), [(100, True), (99, False)])
def test_a_check_is_named_before_a_big_job(
    tmp_path: Path, fake_provider: FakeProvider, *, rows: int, told: bool
) -> None:
    table = made_table(tmp_path / "in.csv", rows)
    ended = handai(*transform_arguments(table, tmp_path / "out.csv", fake_provider.url, "--concurrency", "16"))
    assert ended.code == 0, ended.err
    said = " ".join(ended.err.split())
    assert ("one short question. handai check custom" in said) is told

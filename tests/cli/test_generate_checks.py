"""What checks do to a generated table: rows dropped, marked, drawn again, by samplers and by a model."""

from pathlib import Path

import orjson
import pytest

from tests.command_line import handai, records_in
from tests.fake_provider import FakeProvider

ROWS = 60
SPEND = {"name": "spend", "sampler": "uniform", "low": 0, "high": 100, "decimals": 0}
REVIEW = {"name": "review", "type": "text", "prompt": "ROW: spent {{ spend }}"}


@pytest.mark.parametrize("asks", [False, True], ids=["sampled", "written by a model"])
@pytest.mark.parametrize("on_fail", ["drop", "mark", "redraw"])
def test_rows_that_fail_a_check(tmp_path: Path, fake_provider: FakeProvider, on_fail: str, *, asks: bool) -> None:
    schema, out = tmp_path / "schema.json", tmp_path / "out.csv"
    check = {"column": "spend", "minimum": 40, "on_fail": on_fail}
    columns = [SPEND, REVIEW] if asks else [SPEND]
    made = {"rows": ROWS, "seed": 3, "columns": columns, "checks": [check], "duplicates": False}
    schema.write_bytes(orjson.dumps(made))
    server = ["--provider", "custom", "--base-url", fake_provider.url, "--model", "fake-model"] if asks else []

    ended = handai("generate", str(schema), "-o", str(out), *server, "--json")

    figures, rows = ended.figures(), records_in(out)
    low = [row for row in rows if int(row["spend"]) < 40]
    assert ended.code == 0, ended.err
    assert all(row["review"] == f"echo: ROW: spent {row['spend']}" for row in rows if asks)
    if on_fail == "drop":
        assert low == []
        assert 0 < len(rows) == ROWS - figures["dropped"] < ROWS
        assert "check" not in rows[0]
        assert "left out by" in ended.said
    else:
        assert len(rows) == ROWS
        assert [row for row in rows if row["check"]] == low
        assert len(low) == figures["marked"]
    if on_fail == "mark":
        assert "at least 40" in low[0]["check"]
    if on_fail == "redraw":
        assert len(low) < ROWS * 0.4 * 0.4  # three more draws each leave few

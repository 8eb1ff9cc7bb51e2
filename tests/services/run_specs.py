"""Specs over a table of `made_table`, as the tests of services start them."""

from typing import Any

from engine.spec import RunSpec
from handai_db import DatasetRecord


def spec_of(table: DatasetRecord, url: str, *, output: str = "answer", **limits: Any) -> RunSpec:  # noqa: ANN401 any limit
    """A spec that sends the column `text` to the fake provider at `url`; `limit` is the number of rows."""
    rows = limits.pop("limit", None)
    return RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id, "limit": rows},
            "prompt": {"instructions": "Repeat it.", "template": "{{ text }}"},
            "outputs": [{"name": output}],
            "model": {"provider": "custom", "model": "fake-model", "base_url": url},
            "limits": limits,
        }
    )

"""What the samplers draw is what the report says was asked for."""

from typing import Any

import pytest

from engine.quality import RunFigures, findings_of, quality_of
from engine.sampling import Sampler
from engine.tables.model import Row
from tests.engine.quality.tables import schema_of

DRAWN: tuple[dict[str, Any], ...] = (
    {"name": "plan", "sampler": "category", "values": {"free": 6, "pro": 3, "team": 1}},
    {
        "name": "detail",
        "sampler": "subcategory",
        "of": "plan",
        "values": {"free": ["a", "b"], "pro": {"b": 1, "c": 3}, "team": ["d"]},
    },
    {"name": "spend", "sampler": "uniform", "low": 5, "high": 200, "decimals": 2},
    {"name": "share", "sampler": "uniform", "low": -1, "high": 1},
    {"name": "dice", "sampler": "uniform", "low": 1, "high": 6, "decimals": 0},
    {"name": "year", "sampler": "uniform", "low": 1900, "high": 2026, "decimals": 0},
    {"name": "size", "sampler": "normal", "mean": 170, "sd": 10},
    {"name": "age", "sampler": "normal", "mean": 30, "sd": 20, "minimum": 18, "maximum": 65, "decimals": 0},
    {"name": "weight", "sampler": "normal", "mean": 5, "sd": 2, "minimum": 0, "decimals": 1},
    {"name": "visits", "sampler": "poisson", "mean": 3.5},
    {"name": "clicks", "sampler": "poisson", "mean": 400},
    {"name": "member", "sampler": "bernoulli", "p": 0.2},
    {"name": "day", "sampler": "date", "start": "2024-01-01", "end": "2024-12-31"},
    {"name": "moment", "sampler": "date", "start": "2024-01-01T00:00:00", "end": "2024-01-03T12:00:00"},
)


@pytest.mark.parametrize("column", DRAWN, ids=lambda column: str(column["name"]))
def test_a_sampler_keeps_to_what_is_asked_of_it(column: dict[str, Any]) -> None:
    wanted = schema_of(*(DRAWN[:2] if column["name"] == "detail" else (column,)), rows=8000, seed=11)
    block = Sampler(wanted).block(0, 8000)
    rows: list[Row] = [dict(zip(block, cells, strict=True)) for cells in zip(*block.values(), strict=True)]

    found = quality_of(wanted, rows, RunFigures())

    measured = found.columns[-1]
    assert measured.distance is not None
    assert measured.chance is not None
    assert measured.distance < 2 * measured.chance
    assert (measured.unfit, measured.outside, measured.missing) == (0, 0, 0)
    assert all(finding.good for finding in findings_of(found))

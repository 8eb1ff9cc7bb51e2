"""Small schemas, and every sampler in one."""

from typing import Any

from engine.sampling import Sampler
from engine.schema.columns import Schema
from engine.tables.model import Cell

PERSON_FIELDS = (
    "first_name", "last_name", "name", "gender", "age", "birth_date", "email", "phone", "street", "city", "postcode",
    "country", "job", "company", "user_name",
)  # fmt: skip

ALL: list[dict[str, Any]] = [
    {"name": "plan", "sampler": "category", "values": {"free": 0.6, "pro": 0.3, "équipe ✨": 0.1}},
    {
        "name": "tier",
        "sampler": "subcategory",
        "of": "plan",
        "values": {"free": ["a", "b"], "pro": {"c": 3, "d": 1}, "équipe ✨": ["e"]},
    },
    {
        "name": "spend",
        "sampler": "uniform",
        "low": 5,
        "high": 200,
        "decimals": 2,
        "when": [{"if": "plan == 'free'", "value": 0}],
    },
    {"name": "share", "sampler": "uniform", "low": -1, "high": 1},
    {"name": "dice", "sampler": "uniform", "low": 1, "high": 6, "decimals": 0},
    {"name": "age", "sampler": "normal", "mean": 40, "sd": 12, "minimum": 18, "maximum": 90, "decimals": 0},
    {"name": "weight", "sampler": "normal", "mean": 70, "sd": 12.5},
    {"name": "calls", "sampler": "poisson", "mean": 3.5},
    {"name": "active", "sampler": "bernoulli", "p": 0.3},
    {"name": "day", "sampler": "date", "start": "2024-01-01", "end": "2024-12-31"},
    {"name": "moment", "sampler": "date", "start": "2024-01-01T00:00:00", "end": "2024-01-02T00:00:00"},
    {"name": "number", "sampler": "sequence", "start": 10, "step": -2},
    {"name": "ticket", "sampler": "id", "pattern": "TKT-{0041}/é"},
    {"name": "key", "sampler": "uuid"},
    {"name": "brand", "sampler": "constant", "value": "Größe"},
    {"name": "customer", "sampler": "faker", "kind": "name", "locale": "de_DE"},
    {"name": "who", "sampler": "person", "fields": PERSON_FIELDS},
    {"name": "yearly", "expression": "spend * 12"},
    {"name": "label", "expression": "concat(plan, ' ', year(day))"},
]


def sampler(*columns: dict[str, Any], seed: int = 7, rows: int = 100) -> Sampler:
    """What draws these columns."""
    return Sampler(Schema.model_validate({"rows": rows, "seed": seed, "columns": columns}))


def drawn(column: dict[str, Any], count: int, *, seed: int = 7) -> list[Cell]:
    """The first cells of one column, named `x`."""
    return sampler({"name": "x", **column}, seed=seed).block(0, count)["x"]


def numbers(column: dict[str, Any], count: int, *, seed: int = 7) -> list[float]:
    """The first cells of one column of numbers."""
    return [float(str(cell)) for cell in drawn(column, count, seed=seed)]

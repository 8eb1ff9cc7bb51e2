"""`handai history --totals`: what all runs come to, for people and for scripts."""

import orjson

from tests.command_line import handai
from tests.services.past.test_totals import OCTOBER, ended


def test_totals_are_printed_and_unknown_is_said_to_be_unknown() -> None:
    ended(0.5)
    ended(None, model="n", at=OCTOBER)

    found = orjson.loads(handai("history", "--totals", "--json").out)
    by_provider = orjson.loads(handai("history", "--by", "provider", "--json").out)
    table = " ".join(handai("history", "--totals").out.split())

    assert [(item["month"], item["model"], item["cost_usd"]) for item in found] == [
        ("2026-11", "m", 0.5),
        ("2026-10", "n", None),
    ]
    assert [(item["provider"], item["runs"], item["cost_complete"]) for item in by_provider] == [("openai", 2, False)]
    assert "2026-10 openai n 1 2 15 ?" in table
    assert "in all 2 4 30 ≥ $0.5000" in table

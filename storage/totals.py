"""What the runs of the history come to, by provider, model and month, from the figures that the catalogue keeps."""

import json
from dataclasses import dataclass
from typing import Any

from storage.catalogue import Database

_COLUMNS = """provider, model, strftime('%Y-%m', created_at, 'unixepoch', 'localtime') AS month"""
_ENDED = f"""
SELECT {_COLUMNS}, count(*) AS runs, sum(ifnull(figures ->> '$.rows.done', 0)) AS rows,
    sum(figures ->> '$.usage.prompt_tokens') AS prompt_tokens,
    sum(figures ->> '$.usage.completion_tokens') AS completion_tokens,
    count(*) FILTER (WHERE figures ->> '$.usage.prompt_tokens' IS NULL) AS tokens_unknown,
    sum(figures ->> '$.cost_usd') AS cost_usd,
    count(*) FILTER (WHERE NOT ifnull(figures ->> '$.cost_complete', 0)) AS cost_unknown
FROM runs WHERE NOT preview AND id NOT IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3"""  # noqa: S608 ours
_OF_ONE = f"SELECT {_COLUMNS} FROM runs WHERE id = ?"  # noqa: S608 ours


@dataclass(frozen=True, slots=True)
class Total:
    """Runs of one provider, model and month (YYYY-MM): sums of what is known; None where nothing is.

    `tokens_unknown` and `cost_unknown` count the runs of which that, or a part of it, is not known.
    """

    provider: str
    model: str
    month: str
    runs: int
    rows: int
    prompt_tokens: int | None
    completion_tokens: int | None
    tokens_unknown: int
    cost_usd: float | None
    cost_unknown: int


class Totals:
    """Sums over the runs that are there; previews are left out."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of_ended(self, but: tuple[str, ...]) -> tuple[Total, ...]:
        """The sums of all runs but some."""
        return tuple(Total(**dict(row)) for row in self._db.rows(_ENDED, (json.dumps(but),)))

    def of_one(self, run_id: str, figures: dict[str, Any]) -> Total:
        """A run whose figures are known better than the catalogue knows them."""
        row = self._db.rows(_OF_ONE, (run_id,))[0]
        usage = figures["usage"]
        return Total(
            **dict(row),
            runs=1,
            rows=figures["rows"]["done"],
            prompt_tokens=usage["prompt_tokens"],
            completion_tokens=usage["completion_tokens"],
            tokens_unknown=int(usage["prompt_tokens"] is None),
            cost_usd=figures["cost_usd"],
            cost_unknown=int(not figures["cost_complete"]),
        )

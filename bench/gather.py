"""The baseline: asyncio.gather over a plain AsyncOpenAI with a semaphore, as people write it by hand."""

import asyncio
import csv
import sys
from pathlib import Path

from openai import AsyncOpenAI


async def main(table: Path, out: Path, base_url: str, in_flight: int) -> None:
    """Ask for every row of `table` and write the answers to `out`."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    slots = asyncio.Semaphore(in_flight)
    client = AsyncOpenAI(base_url=base_url, api_key="none")

    async def ask(row: dict[str, str]) -> str:
        async with slots:
            answer = await client.chat.completions.create(
                model="m", messages=[{"role": "system", "content": "Summarise"}, {"role": "user", "content": str(row)}]
            )
            return answer.choices[0].message.content or ""

    answers = await asyncio.gather(*(ask(row) for row in rows))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "output"])
        writer.writeheader()
        writer.writerows({**row, "output": answer} for row, answer in zip(rows, answers, strict=True))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))

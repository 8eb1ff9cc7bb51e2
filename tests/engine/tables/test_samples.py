"""The sample tables that ship with Handai are read without a remark."""

import shutil
from pathlib import Path

import pytest

from tests.engine.tables.builders import convert_file

SAMPLES = Path(__file__).resolve().parents[3] / "samples"


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("product_reviews.csv", 60, ["id", "product", "rating", "date", "review"]),
        ("interview_answers.csv", 40, ["participant", "age_group", "home", "question", "answer"]),
        ("support_tickets.csv", 50, ["ticket", "received", "channel", "plan", "subject", "message"]),
    ],
)
def test_a_sample_is_read_whole_and_without_notices(tmp_path: Path, name: str, rows: int, columns: list[str]) -> None:
    table = convert_file(Path(shutil.copy(SAMPLES / name, tmp_path / name)), name)
    assert (table.info.rows, table.names, table.info.notices) == (rows, columns, ())
    assert all(value for row in table.rows for value in row.values())


def test_every_sample_is_told_about_in_the_readme() -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(path.name in readme for path in SAMPLES.glob("*.csv"))

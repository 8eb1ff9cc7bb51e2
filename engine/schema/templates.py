"""The schemas that Handai ships to start from, one file each in samples/schemas."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.schema.columns import JudgeColumn, ModelColumn, Schema
from engine.schema.read import read_schema
from handai_errors import NotFoundError

FOLDER = Path(__file__).resolve().parents[2] / "samples" / "schemas"
ORDER = (
    "product_reviews",
    "support_tickets",
    "interview_qa",
    "survey_answers",
    "text_classification",
    "instruction_response",
    "code_snippets",
    "job_postings",
    "news_summaries",
    "reading_comprehension",
    "customers_and_orders",
    "sensor_readings",
)


@dataclass(frozen=True, slots=True)
class Template:
    """One schema to start from, with what a person reads before choosing it."""

    id: str
    title: str
    about: str
    schema: Schema

    @property
    def needs_model(self) -> bool:
        """Whether a model writes some of it."""
        return any(isinstance(column, ModelColumn | JudgeColumn) for column in self.schema.columns)


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """All templates, the most asked for first."""
    return tuple(_read(FOLDER / f"{name}.yaml") for name in ORDER)


def template(template_id: str) -> Template:
    """The template with this id; raises NotFoundError."""
    for found in templates():
        if found.id == template_id:
            return found
    raise NotFoundError(f"There is no template '{template_id}'.", f"The templates are: {', '.join(ORDER)}.")


def _read(path: Path) -> Template:
    """The first two lines of a file are comments: its title, and what it makes."""
    text = path.read_text(encoding="utf-8")
    title, about = (line.removeprefix("# ") for line in text.splitlines()[:2])
    return Template(path.stem, title, about, read_schema(text, path.name))

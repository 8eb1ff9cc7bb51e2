"""A visit of the Generate page, and generate runs for the run page; runs start only when a test says so."""

from streamlit.testing.v1 import AppTest

from engine.schema.columns import Schema
from engine.spec import GenerateInput, ModelSettings, RunSpec
from handai_db import RunRecord
from services.running import runs
from services.tables.column_kinds import column_from
from tests.pages.made_runs import executed
from tests.pages.transform_visit import press, ran

DRAWN: tuple[dict[str, object], ...] = (
    {"name": "plan", "sampler": "category", "values": {"free": 60, "pro": 40}},
    {"name": "spend", "sampler": "uniform", "low": 5, "high": 50, "decimals": 2},
)
WRITTEN: tuple[dict[str, object], ...] = (
    {"name": "review", "type": "text", "prompt": "Write a review by a {{ plan }} customer."},
    {"name": "rating", "type": "integer", "minimum": 1, "maximum": 5, "prompt": "Rate it: {{ review }}"},
)


def _script() -> None:
    from pages.generate_page import render

    render()


def generate(**query: str) -> AppTest:
    """The page as a new visitor opens it, with what the address says."""
    page = AppTest.from_function(_script, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    return ran(page)


def from_template(template_id: str = "customers_and_orders") -> AppTest:
    """The page at work on a template."""
    return press(generate(), f"generate_template_{template_id}")


def way(page: AppTest, name: str) -> AppTest:
    """Choose a way to begin."""
    page.pills(key="generate_way").set_value(name)
    return ran(page)


def empty() -> AppTest:
    """The page at work on a schema without columns."""
    return press(way(generate(), "Build it yourself"), "generate_build")


def add(page: AppTest, kind: str) -> AppTest:
    """Add a column of a kind; its card is open afterwards."""
    page.selectbox(key="generate_add_kind").set_value(kind)
    return press(ran(page), "generate_add")


def view(page: AppTest, name: str) -> AppTest:
    """Switch between the cards and YAML."""
    page.segmented_control(key="generate_view").set_value(name)
    return ran(page)


def schema_of(*columns: dict[str, object], rows: int = 6) -> Schema:
    """A schema of columns in plain data."""
    return Schema(rows=rows, seed=3, columns=tuple(column_from(column) for column in columns))


def made_table(schema: Schema, *, provider: str = "demo", base_url: str | None = None) -> RunRecord:
    """A generate run that was executed to its end."""
    source = GenerateInput.model_validate(schema.model_dump())
    model = ModelSettings(provider=provider, model=provider, base_url=base_url)
    return executed(runs.create(runs.NewRun(RunSpec(input=source, model=model))))

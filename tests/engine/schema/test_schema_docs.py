"""docs/schema.md names every key, function and limit, and its examples read."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from engine import patterns
from engine.columns import ColumnType, Output
from engine.declared import Declared
from engine.schema import columns as c
from engine.schema import operators, places, syntax, variation
from engine.schema.check_columns import PERSON_FIELDS
from engine.schema.functions import FUNCTIONS
from engine.schema.read import read_schema, schema_to_yaml
from engine.schema.shape import SAMPLERS, keys_of

TEXT = (Path(__file__).parents[3] / "docs" / "schema.md").read_text(encoding="utf-8")
SECTIONS = {
    title.strip("` "): body
    for title, body in re.findall(r"^##+ (.+?)\n(.*?)(?=^##|\Z)", TEXT, re.DOTALL | re.MULTILINE)
}
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
OF_EVERY_SAMPLER = {"name", "sampler", "when", "export", "description"}
SAMPLER_CLASSES: dict[str, type[BaseModel]] = {
    get_args(kind.model_fields["sampler"].annotation)[0]: kind for kind in get_args(get_args(c.SamplerColumn)[0])
}
CLASSES: list[tuple[type[BaseModel], str, set[str]]] = [
    (c.Schema, "The whole table", set()),
    (c.Case, "Conditions", set()),
    (c.ExpressionColumn, "Expressions", set()),
    (Output, "Model columns", set()),
    (c.ModelColumn, "Model columns", set()),
    (c.JudgeColumn, "Judge columns", set()),
    (c.Rubric, "Judge columns", set()),
    (c.Check, "Checks", set()),
    (c.Duplicates, "Duplicates", set()),
    *((kind, name, OF_EVERY_SAMPLER) for name, kind in SAMPLER_CLASSES.items()),
]


def keys_in(section: str) -> set[str]:
    """What the first cells of a section's tables name."""
    cells = re.findall(r"^\| (`[^|]*?) \|", section, re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize(("kind", "title", "elsewhere"), CLASSES, ids=lambda part: getattr(part, "__name__", None))
def test_every_key_stands_in_a_table_of_its_section(kind: type[BaseModel], title: str, elsewhere: set[str]) -> None:
    assert set(keys_of(kind)) - elsewhere - keys_in(SECTIONS[title]) == set()


def test_the_keys_of_every_sampled_column_stand_in_one_table() -> None:
    assert keys_in(SECTIONS["Sampled columns"]) == OF_EVERY_SAMPLER


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_samplers_section_names_no_key_that_it_lacks(name: str) -> None:
    assert keys_in(SECTIONS[name]) <= set(keys_of(SAMPLER_CLASSES[name]))


def test_every_class_of_the_schema_is_looked_at() -> None:
    declared = {value for value in vars(c).values() if isinstance(value, type) and issubclass(value, Declared)}
    assert {kind.__name__ for kind in declared if not kind.__name__.startswith("_")} == {
        "Declared", *(kind.__name__ for kind, _, _ in CLASSES)
    }  # fmt: skip


def test_every_function_and_operator_is_named() -> None:
    body = SECTIONS["Expressions"]
    named = set(re.findall(r"`(\w+)\(", "\n".join(re.findall(r"^\| (`.*?) \|", body, re.MULTILINE))))
    assert named == {*FUNCTIONS, "col"}
    for sign in (
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "not in",
        "and",
        "or",
        "not",
    ):
        assert f"`{sign}`" in body


@pytest.mark.parametrize(
    ("section", "number"),
    [
        ("Expressions", syntax.MAX_LENGTH),
        ("Expressions", syntax.MAX_DEPTH),
        ("Expressions", operators.MAX_TEXT),
        ("Expressions", operators.MAX_LIST),
        ("Patterns", patterns.MAX_PATTERN),
        ("Patterns", patterns.MAX_SIZE),
        ("How values are read", places.MAX_CHARACTERS),
    ],
)
def test_limits_are_what_they_are(section: str, number: int) -> None:
    assert re.search(rf"(?<![\d,]){number:,}(?![\d,])", SECTIONS[section])


def test_types_fields_and_the_dial_are_named() -> None:
    assert set(ColumnType) <= keys_in(SECTIONS["Model columns"])
    assert all(re.search(rf"\b{field}\b", SECTIONS["person"]) for field in PERSON_FIELDS)
    rows = dict(re.findall(r"^\| `(\w+)` \| \w+ .*?\| (.+?) \|$", SECTIONS["Variation"], re.MULTILINE))
    dial = get_args(c.Schema.model_fields["variation"].annotation)
    for position in dial:
        warmth = variation.temperature_for(position)
        assert f"| `{position}` |" in SECTIONS["Variation"]
        assert position not in rows or rows[position] == ("the provider's" if warmth is None else f"{warmth:g}")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_reads_and_is_written_back(example: str) -> None:
    schema = read_schema(example, "docs/schema.md")
    assert read_schema(schema_to_yaml(schema)) == schema


def test_links_within_the_page_lead_somewhere() -> None:
    anchors = {title.casefold().replace(" ", "-") for title in SECTIONS}
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= anchors
    assert len(EXAMPLES) >= 8

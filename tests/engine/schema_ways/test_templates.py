"""The schemas that ship with Handai."""

import itertools

import pytest

from engine.sampling import Sampler
from engine.schema.check import check_schema
from engine.schema.columns import CategoryColumn, ModelColumn
from engine.schema.graph import base_columns, depends_on
from engine.schema.read import read_schema, schema_to_yaml
from engine.schema.templates import FOLDER, ORDER, Template, template, templates
from engine.schema.variation import with_variation
from handai_errors import NotFoundError

ASKED_FOR = {
    "interview_qa", "product_reviews", "support_tickets", "text_classification", "instruction_response",
    "code_snippets", "survey_answers", "job_postings",
}  # fmt: skip

each = pytest.mark.parametrize("found", templates(), ids=ORDER)


def test_every_file_is_a_template_and_every_template_a_file() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(ORDER)
    assert set(ORDER) > ASKED_FOR


@each
def test_a_template_tells_what_it_is(found: Template) -> None:
    assert 5 < len(found.title) < 40
    assert not found.title.startswith("#")
    assert found.about.endswith(".")
    assert 40 < len(found.about) < 140


@each
def test_a_template_can_run_with_every_turn_of_the_dial(found: Template) -> None:
    for level in ("none", "low", "medium", "high", "maximum"):
        check_schema(with_variation(found.schema.model_copy(update={"variation": level})))


@each
def test_a_template_is_written_and_read_back_equal(found: Template) -> None:
    assert read_schema(schema_to_yaml(found.schema)) == found.schema


@each
def test_what_a_model_writes_first_rests_on_several_sampled_columns(found: Template) -> None:
    sampled = {column.name for column in base_columns(found.schema)}
    first = [column for column in found.schema.columns if isinstance(column, ModelColumn)][:1]
    for column in first:
        assert sum(name in sampled or name.partition("_")[0] in sampled for name in depends_on(column)) >= 3


@each
def test_every_helper_is_used(found: Template) -> None:
    named = set(itertools.chain.from_iterable(depends_on(column) for column in found.schema.columns))
    assert {column.name for column in found.schema.columns if not column.export} <= named


def test_some_templates_need_no_model() -> None:
    assert {found.id for found in templates() if not found.needs_model} == {"customers_and_orders", "sensor_readings"}


def test_an_unknown_template_is_told() -> None:
    with pytest.raises(NotFoundError, match="no template 'x'"):
        template("x")


@each
def test_its_drawn_part_is_varied(found: Template) -> None:
    sampler = Sampler(found.schema.model_copy(update={"rows": 200}))
    drawn = sampler.block(0, 200)
    assert sampler.problems == {}
    for column in base_columns(found.schema):
        if isinstance(column, CategoryColumn):
            assert set(drawn[column.name]) == {*column.values}

"""Recipes fill a form that can run as it stands, and only from complete answers."""

import pytest

from engine.columns import ColumnType, Output
from engine.tables import Row
from handai_errors import NotFoundError, SpecError
from services.forms.built_in_recipes import RECIPES
from services.forms.recipes import COLUMN, Kind, Recipe, filled, likely_column, recipe_of
from services.forms.transform_form import TransformForm, readiness
from services.tables import datasets


def _answers(recipe: Recipe, **said: str) -> dict[str, str]:
    return {**{question.id: question.example for question in recipe.questions}, **recipe.answers, **said}


def _recipe(name: str, **said: str) -> TransformForm:
    recipe = recipe_of(RECIPES, name)
    return filled(recipe, _answers(recipe, **said), TransformForm())


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.id)
def test_every_recipe_is_ready_to_run_on_its_sample(recipe: Recipe) -> None:
    sample = next(item for item in datasets.samples() if item.id == recipe.sample)
    table = datasets.store_file(sample.path, sample=True)
    form = filled(recipe, _answers(recipe), TransformForm())

    assert readiness(form, table, None).problems == ()
    assert "<" not in form.instructions + "".join(output.name + output.description for output in form.outputs)
    assert len(recipe.questions) <= 2


def test_the_seven_tasks_are_there() -> None:
    assert [recipe.id for recipe in RECIPES] == [
        "classify",
        "extract",
        "translate",
        "summarise",
        "code",
        "clean",
        "match",
    ]


def test_categories_become_the_values_of_a_column() -> None:
    form = _recipe("classify", column="text", categories="good\n bad \n\ngood")

    assert form.columns == ("text",)
    assert "“text”" in form.instructions
    assert (form.outputs[0].name, form.outputs[0].values) == ("category", ("good", "bad"))
    assert form.outputs[1].values == ()


def test_fields_become_columns_that_may_be_empty() -> None:
    form = _recipe("extract", fields="product\nday of purchase:date")

    assert form.outputs == (
        Output(name="product", type=ColumnType.TEXT, required=False),
        Output(name="day of purchase", type=ColumnType.DATE, required=False),
    )


def test_of_a_codebook_the_codes_are_the_values_and_the_model_reads_the_meanings() -> None:
    form = _recipe("code", codebook="joy: is glad: or laughs\nfear")

    assert form.outputs[0].values == ("joy", "fear")
    assert "joy: is glad: or laughs" in form.instructions


def test_a_list_is_taken_whole_with_a_way_out() -> None:
    form = _recipe("match", list="Acme: Berlin\nBolt")

    assert form.outputs[0].values == ("Acme: Berlin", "Bolt", "no match")
    assert form.outputs[1].values == ("sure", "likely", "unsure")


def test_a_column_is_named_after_the_one_it_cleans() -> None:
    assert _recipe("clean", column="city").outputs[0].name == "city (clean)"


def test_settings_beside_the_task_stay() -> None:
    recipe = recipe_of(RECIPES, "translate")
    before = TransformForm(provider="groq", max_tokens=7, json_mode=True, use_template=True, template="{{ x }}")
    form = filled(recipe, _answers(recipe, language="Dutch"), before)

    assert (form.provider, form.max_tokens, form.template) == ("groq", 7, "{{ x }}")
    assert not form.json_mode
    assert not form.use_template
    assert "into Dutch" in form.instructions


@pytest.mark.parametrize(
    ("name", "said"),
    [("classify", {"categories": " \n"}), ("translate", {"column": ""}), ("extract", {"fields": "a:nonsense"})],
)
def test_a_missing_or_unusable_answer_is_told(name: str, said: dict[str, str]) -> None:
    with pytest.raises(SpecError):
        _recipe(name, **said)


def test_a_list_that_no_model_can_choose_from_is_refused() -> None:
    with pytest.raises(SpecError, match="601 entries"):
        _recipe("match", list="\n".join(f"entry {number}" for number in range(600)))


def test_the_longest_cells_are_most_likely_the_text() -> None:
    rows: list[Row] = [{"id": "123456", "text": "A long story.", "day": None}, {"id": "1", "text": None, "day": "2025"}]

    assert likely_column(rows, ["id", "text", "day"]) == "text"
    assert likely_column([], []) == ""


def test_a_recipe_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFoundError, match="classify"):
        recipe_of(RECIPES, "cook")


def test_every_question_can_be_answered_from_the_start_on_the_sample() -> None:
    for recipe in RECIPES:
        for question in recipe.questions:
            assert question.kind is Kind.COLUMN or question.example
            assert question.kind is not Kind.COLUMN or recipe.answers[COLUMN]
            assert question.kind is not Kind.CHOICE or question.example in question.choices

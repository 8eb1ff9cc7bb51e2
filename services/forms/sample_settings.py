"""Settings that came with a sample table: they go away with it, what a person wrote or changed stays."""

from handai_errors import HandaiError
from services.forms.built_in_recipes import RECIPES
from services.forms.recipes import Recipe, filled
from services.forms.transform_form import TransformForm
from services.tables import datasets


def recipe_on_sample(recipe: Recipe, form: TransformForm) -> TransformForm:
    """The form as a recipe fills it for the sample that it is tried on."""
    answers = {question.id: question.example for question in recipe.questions} | dict(recipe.answers)
    return filled(recipe, answers, form)


def without_sample(form: TransformForm) -> TransformForm:
    """The form for a person's own table: without the instructions, columns and outputs that came with a sample."""
    if form.instructions in {sample.instructions for sample in datasets.samples()}:
        return form.model_copy(update={"instructions": ""})
    if any(_as_made(recipe, form) for recipe in RECIPES):
        fresh = TransformForm()
        names = ("instructions", "use_template", "template", "columns", "output", "typed", "outputs")
        return form.model_copy(update={name: getattr(fresh, name) for name in names})
    return form


def _as_made(recipe: Recipe, form: TransformForm) -> bool:
    """Whether a recipe would change nothing: all of it is the recipe's own."""
    try:
        made = recipe_on_sample(recipe, form)
    except HandaiError:
        return False
    return made == form and bool(form.instructions.strip())

"""Recipes: ways to begin that fill instructions and typed columns from one or two answers; all can then be changed."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from pydantic import Field

from engine.columns import ColumnType, Output
from engine.declared import Declared
from engine.tables import Row
from handai_errors import NotFoundError, SpecError
from services.forms.transform_form import TransformForm
from services.tables.column_kinds import lines_of
from services.tables.pasted_columns import pasted_outputs

COLUMN = "column"
_MOST_VALUES = 500
_LOOKED_AT = 20  # rows


class Kind(StrEnum):
    """How a question is answered: a column of the table, a line, one of a few, or several lines."""

    COLUMN = "column"
    LINE = "line"
    CHOICE = "choice"
    LINES = "lines"


class Question(Declared):
    """What a recipe has to know; `example` is the answer until a person gives another, or a hint (`hint`) alone."""

    id: str
    label: str
    kind: Kind = Kind.LINE
    example: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()


class Recipe(Declared):
    """A task that many people have. `<id>` in its texts and names stands for the answer to that question.

    `values` names the question whose lines are the values of its categories, `also` what they may be besides; of
    `code: meaning` lines only the code counts (`coded`). `columns` names the question whose lines are the columns.
    `sample` is the sample table that it is tried on, `answers` what is answered there.
    """

    id: str
    title: str
    about: str
    questions: tuple[Question, ...]
    instructions: str
    outputs: tuple[Output, ...] = ()
    values: str | None = None
    also: tuple[str, ...] = ()
    coded: bool = False
    columns: str | None = None
    sample: str
    answers: Mapping[str, str] = Field(default_factory=dict)


def recipe_of(recipes: Sequence[Recipe], recipe_id: str) -> Recipe:
    """The recipe of this id; raises NotFoundError."""
    for recipe in recipes:
        if recipe.id == recipe_id:
            return recipe
    raise NotFoundError(f"There is no recipe '{recipe_id}'.", f"There are {', '.join(r.id for r in recipes)}.")


def filled(recipe: Recipe, answers: Mapping[str, str], form: TransformForm) -> TransformForm:
    """The form with the recipe's instructions and columns; raises SpecError when an answer is missing or unusable."""
    said = {question.id: answers.get(question.id, "").strip() for question in recipe.questions}
    for question in recipe.questions:
        if not said[question.id]:
            raise SpecError(f"One answer is missing: {question.label}", "Fill it in, then try again.")
    return form.model_copy(
        update={
            "instructions": _put_in(recipe.instructions, said),
            "use_template": False,
            "columns": (said[COLUMN],) if COLUMN in said else form.columns,
            "json_mode": False,
            "typed": True,
            "outputs": _outputs(recipe, said),
        }
    )


def likely_column(rows: Sequence[Row], names: Sequence[str]) -> str:
    """The column that most likely holds the text to work on: the one with the longest cells."""

    def length(name: str) -> int:
        return sum(len(str(row.get(name) or "")) for row in rows[:_LOOKED_AT])

    return max(names, key=length, default="")


def _outputs(recipe: Recipe, said: Mapping[str, str]) -> tuple[Output, ...]:
    if recipe.columns:
        return tuple(_field(output) for output in pasted_outputs(said[recipe.columns]))
    values = _values(recipe, said[recipe.values]) if recipe.values else ()
    return tuple(
        output.model_copy(
            update={
                "name": _put_in(output.name, said),
                "description": _put_in(output.description, said),
                "values": values if _wants_values(output) else output.values,
            }
        )
        for output in recipe.outputs
    )


def _wants_values(output: Output) -> bool:
    return ColumnType.CATEGORY in {output.type, output.items} and not output.values


def _field(output: Output) -> Output:
    """A field that is looked for in a text: it may not be there."""
    return output.model_copy(update={"type": output.type or ColumnType.TEXT, "required": False})


def _values(recipe: Recipe, text: str) -> tuple[str, ...]:
    found = [line.partition(":")[0].strip() if recipe.coded else line for line in lines_of(text)]
    values = tuple(dict.fromkeys((*found, *recipe.also)))
    if len(values) > _MOST_VALUES:
        raise SpecError(
            f"The list has {len(values):,} entries; a model can choose among {_MOST_VALUES} at most.",
            "Shorten it, or split the table by what narrows the choice.",
        )
    return values


def _put_in(text: str, said: Mapping[str, str]) -> str:
    for name, answer in said.items():
        text = text.replace(f"<{name}>", answer)
    return text

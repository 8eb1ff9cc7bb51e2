"""What a person sets on the Transform page, keys excepted: to a RunSpec and back."""

import orjson
from pydantic import SecretStr

from engine.columns import Output
from engine.conditions import Conditions
from engine.examples import Example
from engine.spec import DEFAULT_OUTPUT, Prompt, RunSpec, TransformInput
from handai_db import DatasetRecord
from handai_errors import InputError, SpecError
from services.forms.model_form import ModelForm, Readiness, key_problems, model_changes, model_part, remembered
from services.forms.preview_rows import PreviewFrom, drawn_rows, picked_rows
from services.preferences import Preferences
from services.running.checks import check
from services.tables.chosen_rows import count_where, rows_where


class TransformForm(ModelForm):
    """The page's settings as they stand, right or wrong; `columns` None means all of them.

    Both ways of sending a row and all ways of answering are kept, so that switching between them loses nothing:
    one text column named `output`, whatever keys come (`json_mode`), or the `typed` columns `outputs`. `similar` is how
    much alike two rows have to be to share an answer; None never shares. `only_where` are the rows that are asked,
    `examples` those that are shown to the model with their right answers.
    A preview asks the first `preview_rows`, or as many at random by `preview_seed`, or those named in `preview_picked`.
    """

    instructions: str = ""
    use_template: bool = False
    template: str = ""
    columns: tuple[str, ...] | None = None
    output: str = DEFAULT_OUTPUT
    typed: bool = False
    outputs: tuple[Output, ...] = ()
    similar: float | None = None
    only_where: Conditions | None = None
    examples: tuple[Example, ...] = ()
    preview_from: PreviewFrom = PreviewFrom.FIRST
    preview_seed: int = 1
    preview_picked: str = ""

    @property
    def prompt(self) -> Prompt:
        """What the model is told, in the chosen way."""
        return Prompt(instructions=self.instructions, template=self.template if self.use_template else None)

    @property
    def shown_columns(self) -> tuple[str, ...] | None:
        """The columns that are sent as JSON; a template names its own."""
        return None if self.use_template else self.columns

    @property
    def declared(self) -> tuple[Output, ...]:
        """The columns that the answer fills; none when its own keys decide."""
        if self.typed:
            return self.outputs
        return () if self.json_mode else (Output(name=self.output.strip() or DEFAULT_OUTPUT),)


def from_preferences(saved: Preferences) -> TransformForm:
    """A fresh form with what the person set last time."""
    return TransformForm.model_validate(remembered(saved))


def from_spec(spec: RunSpec, base: TransformForm) -> TransformForm:
    """The form that would make `spec` again; what a spec doesn't say stays as in `base`."""
    source = spec.input
    if not isinstance(source, TransformInput):
        raise SpecError("This run generated its rows.", "Its settings can't fill the Transform page.")
    template = spec.prompt.template or ""
    typed = len(spec.outputs) > 1 or any(output != Output(name=output.name) for output in spec.outputs)
    return base.model_copy(
        update={
            **model_changes(spec, base),
            "instructions": spec.prompt.instructions,
            "use_template": bool(template.strip()),
            "template": template,
            "columns": source.columns,
            "output": DEFAULT_OUTPUT if typed or not spec.outputs else spec.outputs[0].name,
            "typed": typed,
            "outputs": spec.outputs if typed else base.outputs,
            "similar": spec.limits.similar,
            "only_where": source.only_where,
            "examples": spec.examples,
        }
    )


def with_picked(form: TransformForm, rows: str | None) -> TransformForm:
    """The form that previews these rows, named by their numbers; the same form where none are."""
    return form.model_copy(update={"preview_from": PreviewFrom.PICKED, "preview_picked": rows}) if rows else form


def to_spec(
    form: TransformForm, table: DatasetRecord, limit: int | None = None, rows: tuple[int, ...] | None = None
) -> RunSpec:
    """The run that the form asks for over a table, or over some of its `rows` whatever the conditions say.

    Raises SpecError.
    """
    rest = model_part(form.model_copy(update={"json_mode": form.json_mode and not form.typed}))
    if form.typed and not form.outputs:
        raise SpecError("There are no new columns yet.", "Add one, or switch “Several new columns” off.")
    if not form.typed and not form.json_mode and not form.output.strip():
        raise SpecError("The column for the answers has no name.", "Write a name for it.")
    source = TransformInput(
        dataset=table.id,
        file=table.filename,
        parse=table.options,
        columns=form.shown_columns,
        rows=rows,
        only_where=form.only_where if rows is None else None,
        limit=limit,
    )
    return RunSpec.checked(
        {
            "input": source.model_dump(),
            "prompt": form.prompt.model_dump(),
            "outputs": [output.model_dump() for output in form.declared],
            "examples": [example.model_dump() for example in form.examples],
            **rest,
            "limits": {**rest["limits"], "similar": form.similar},
        }
    )


def readiness(form: TransformForm, table: DatasetRecord, typed_key: SecretStr | None) -> Readiness:
    """Whether the form can run over a table: its plan, or every problem that can be seen at once."""
    problems: list[InputError] = []
    plan = None
    if not table.info.rows:
        problems.append(SpecError("The table has no rows.", "Choose another table, or read this one differently."))
    try:
        plan = check(to_spec(form, table), table.info, table.id)
    except InputError as error:
        problems.append(error)
    return Readiness(plan, (*problems, *key_problems(form.provider, typed_key)))


def asked(spec: RunSpec) -> bytes:
    """Equal for specs that ask the model the same and put it in the same columns, however many rows or how fast."""
    columns = spec.input.columns if isinstance(spec.input, TransformInput) else None
    outputs = [output.model_dump(mode="json") for output in spec.outputs]
    examples = [example.model_dump(mode="json") for example in spec.examples]
    return orjson.dumps((columns, spec.prompt.model_dump(), outputs, examples, spec.model.model_dump()))


def asked_now(form: TransformForm, table: DatasetRecord) -> bytes | None:
    """What the form would ask of the model as it stands; None while it can't run."""
    try:
        return asked(check(to_spec(form, table), table.info, table.id).spec)
    except InputError:
        return None


def only_model_differs(one: bytes, other: bytes | None) -> bool:
    """Whether two specs, as `asked` gives them, ask different models the same."""
    if other is None:
        return False
    (*rest, model), (*others, other_model) = orjson.loads(one), orjson.loads(other)
    who = ("provider", "model", "base_url", "fallbacks")
    return rest == others and all(model[name] == other_model[name] for name in model if name not in who)


def preview_spec(form: TransformForm, table: DatasetRecord) -> RunSpec:
    """The preview that the form asks for over a table; raises SpecError."""
    places = preview_places(form, table)
    if places is None:
        return to_spec(form, table, limit=min(form.preview_rows, rows_asked(form, table)))
    return to_spec(form, table, rows=places)


def preview_places(form: TransformForm, table: DatasetRecord) -> tuple[int, ...] | None:
    """The rows of a preview, from 0; None are the first ones. Raises SpecError when none is chosen."""
    if form.preview_from is PreviewFrom.FIRST:
        return None
    if form.preview_from is PreviewFrom.PICKED:
        return picked_rows(form.preview_picked, table.info.rows)
    among = range(table.info.rows) if form.only_where is None else rows_where(table, form.only_where)
    return drawn_rows(among, form.preview_rows, form.preview_seed)


def rows_asked(form: TransformForm, table: DatasetRecord) -> int:
    """How many rows a run of the whole table would ask; all of them while that can't be told."""
    if form.only_where is None:
        return table.info.rows
    try:
        return count_where(table, form.only_where)
    except InputError:
        return table.info.rows

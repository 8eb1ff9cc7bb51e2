"""The plan of a run: how its rows become jobs, one step after another, wherever an earlier execution stopped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.asked_schema import asked_schema, largest_schema
from engine.columns import Output
from engine.fallbacks import asked_in_turn
from engine.identity import MessagesDigest, RequestIdentity
from engine.job import Job, Member
from engine.left_out import max_tokens_name
from engine.numbering import Numbering
from engine.outputs import declared_outputs
from engine.placeholders import placeholders
from engine.prompts import Renderer, render_rows, shown_examples
from engine.routing import preferences_of
from engine.spec import GenerateInput, ModelSettings, RunSpec
from engine.steps import Step, steps_of
from engine.tables.model import Cell, Row
from providers.base import SCHEMA_FORMS, AnswerForm, CompletionRequest
from providers.prices import Price

# What requests have in common that differ in their rows alone: target, step, rows, form, settings left out.
_Alike = tuple[int, int, int, AnswerForm, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Begun:
    """How far an unfinished row had come: its draw, the step that is next, its values from the steps before."""

    draw: int
    step: int
    values: Row


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What the engine needs to know of a run: its spec, the columns the model sees, attempts made so far.

    `attempts_so_far` is by (row, stored step), `unknown_so_far` those of them that no answer came to; `table` are all
    columns of the run's table, those shown if not said; `begun` are the rows that are between two steps or two draws,
    `redrawn` gives the sampled values of a later draw.
    The rows in `anew` are asked although an answer to the same may be known: a person wants another.
    """

    spec: RunSpec
    columns: tuple[str, ...]
    attempts_so_far: Mapping[tuple[int, int], int] = field(default_factory=dict)
    table: tuple[str, ...] = ()
    begun: Mapping[int, Begun] = field(default_factory=dict)
    redrawn: Callable[[int, int], Row] | None = None
    unknown_so_far: Mapping[tuple[int, int], int] = field(default_factory=dict)
    anew: frozenset[int] = frozenset()
    steps: tuple[Step, ...] = field(init=False)
    numbering: Numbering = field(init=False)
    models: tuple[ModelSettings, ...] = field(init=False)  # asked in turn, the run's own first
    _renderers: tuple[Renderer, ...] = field(init=False, repr=False)
    _identity: RequestIdentity = field(init=False, repr=False)
    _digest: MessagesDigest = field(default_factory=MessagesDigest, init=False, repr=False)
    _schema_sizes: dict[tuple[int, int], int] = field(default_factory=dict, init=False)
    _requests: dict[_Alike, CompletionRequest] = field(default_factory=dict, init=False)  # the first of those alike

    def __post_init__(self) -> None:
        steps = steps_of(self.spec, (*self.columns, *self.table))
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "numbering", Numbering(len(steps)))
        object.__setattr__(self, "_renderers", tuple(self._renderer(step) for step in steps))
        object.__setattr__(self, "_identity", RequestIdentity(self.spec.model))
        object.__setattr__(self, "models", asked_in_turn(self.spec.model))

    def _renderer(self, step: Step) -> Renderer:
        prompt, json_mode, outputs = step.prompt, step.json, step.outputs
        shown = shown_examples(self.spec.examples, prompt, self.columns, json_mode=json_mode, outputs=outputs)
        return Renderer(prompt, self.columns, json_mode=json_mode, outputs=outputs, shown=shown)

    @property
    def outputs(self) -> Sequence[Output]:
        """The declared outputs, or the one text column."""
        return declared_outputs(self.spec)

    @property
    def rows_per_call(self) -> int:
        """How many rows one request asks for."""
        source = self.spec.input
        if not isinstance(source, GenerateInput) or not self.steps:
            return 1
        own_system = placeholders(self.steps[0].prompt.instructions)  # a system message of each row's own
        return 1 if own_system else source.rows_per_call

    def opening(self, row: int, cells: Row) -> tuple[Member, int]:
        """A row of the table as it is now, and the step that it needs next."""
        begun = self.begun.get(row)
        if begun is None:
            return Member(row, cells), 0
        if begun.draw and begun.step == 0:
            return self.redraw(row, begun.draw, cells), 0
        values = {**cells, **begun.values} if begun.draw else {**begun.values, **cells}  # as in next_job
        return Member(row, values, begun.draw), begun.step

    def redraw(self, row: int, draw: int, cells: Row | None = None) -> Member:
        """A row drawn again."""
        return Member(row, {**(cells or {}), **(self.redrawn(row, draw) if self.redrawn else {})}, draw)

    def job(self, members: Sequence[Member], step_index: int = 0) -> Job:
        """The job of a step for rows of the same draw."""
        step, first = self.steps[step_index], members[0]
        if len(members) == 1:
            messages = self._renderers[step_index].messages(first.values)
        else:
            messages = render_rows(step.prompt, [member.values for member in members], step.outputs)
        digest = self._digest.of(messages)
        stored_step = self.numbering.number(first.draw, step_index)
        return Job(
            tuple(members),
            step,
            stored_step,
            messages,
            self._identity.of(digest),
            number=self.attempts_so_far.get((first.row, stored_step), 0) + 1,
            schema_tokens=self._schema_tokens(step, len(members)),
            digest=digest,
            unknown=self.unknown_so_far.get((first.row, stored_step), 0),
        )

    def _schema_tokens(self, step: Step, rows: int) -> int:
        if not step.outputs or (rows == 1 and not step.json):
            return 0
        key = (step.index, rows)
        if key not in self._schema_sizes:
            self._schema_sizes[key] = largest_schema(step.outputs, rows)
        return self._schema_sizes[key]

    def next_job(self, job: Job, member: Member, values: Mapping[str, Cell]) -> Job | None:
        """The member's next step, now that it has `values`; None when it was the last.

        A name that the table has too means the table's column.
        """
        if job.step.index + 1 == len(self.steps):
            return None
        grown = Member(member.row, {**values, **member.values}, member.draw)
        return self.job([grown], job.step.index + 1)

    def request(self, job: Job, model: ModelSettings | None = None, price: Price | None = None) -> CompletionRequest:
        """The model call of a job: in its form if the answer has to be JSON, without what the model doesn't take.

        `model` are the settings of the one that is asked; without them it is the run's first. Under a cap nobody may
        be asked who is dearer than `price`, which is what the cap counts on. Both go with the job's target.
        """
        alike = (job.target, job.step.index, len(job.members), job.form, job.without)
        first = self._requests.get(alike)
        if first is None:
            first = self._requests[alike] = self._request(job, model or self.models[0], price)
        messages = job.messages + job.corrections if job.corrections else job.messages
        return first.about(messages, None if first.seed is None else self.seed(job))

    def _request(self, job: Job, model: ModelSettings, price: Price | None) -> CompletionRequest:
        ceiling = price if self.spec.limits.max_cost_usd is not None else None
        with_schema = job.form in SCHEMA_FORMS and job.needs_json and bool(job.step.outputs)
        return CompletionRequest(
            model=model.model,
            messages=job.messages,
            temperature=None if "temperature" in job.without else model.temperature,
            max_tokens=model.max_tokens,
            form=_form(job, with_schema=with_schema),
            json_schema=asked_schema(job.step.outputs, len(job.members), job.form) if with_schema else None,
            seed=None if "seed" in job.without else self.seed(job),
            timeout_s=self.spec.limits.timeout_s,
            max_tokens_name=max_tokens_name(job.without),
            fallbacks=model.fallbacks,
            preferences=preferences_of(model.routing, ceiling),
        )

    def seed(self, job: Job) -> int | None:
        """The seed that is sent; each draw of a generated row has its own, for their prompts may well be equal."""
        seed = self.spec.model.seed
        if seed is None or not isinstance(self.spec.input, GenerateInput):
            return seed
        return (seed + job.row + self.spec.input.rows * job.members[0].draw) % 2**31


def _form(job: Job, *, with_schema: bool) -> AnswerForm:
    if not job.needs_json:
        return AnswerForm.TEXT
    return AnswerForm.JSON_OBJECT if job.form in SCHEMA_FORMS and not with_schema else job.form

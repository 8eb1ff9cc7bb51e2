"""What a person sets on the Transform page, keys excepted: to a RunSpec and back, and what is remembered."""

from dataclasses import dataclass

import orjson
from pydantic import Field, SecretStr

from engine.declared import Declared
from engine.spec import DEFAULT_MAX_ATTEMPTS, DEFAULT_OUTPUT, DEFAULT_TIMEOUT_S, Prompt, RunSpec, TransformInput
from handai_db import DatasetRecord
from handai_errors import InputError, SpecError
from providers.specs import get_provider
from services import keys
from services.checks import Plan, check
from services.preferences import Preferences


class TransformForm(Declared):
    """The page's settings as they stand, right or wrong; `columns` None means all of them.

    Both ways of sending a row are kept, so that switching between them loses nothing; so are the models and
    addresses of every provider that was looked at.
    """

    instructions: str = ""
    use_template: bool = False
    template: str = ""
    columns: tuple[str, ...] | None = None
    output: str = DEFAULT_OUTPUT
    json_mode: bool = False
    provider: str = "demo"
    models: dict[str, str] = Field(default_factory=dict)
    base_urls: dict[str, str] = Field(default_factory=dict)
    temperature: float | None = None
    max_tokens: int | None = None
    concurrency: int | None = None
    rpm: int | None = None
    seed: int | None = None
    preview_rows: int = 5
    max_attempts: int = DEFAULT_MAX_ATTEMPTS
    timeout_s: float = DEFAULT_TIMEOUT_S
    max_cost_usd: float | None = None
    run_name: str = ""
    session: str = ""

    @property
    def model(self) -> str:
        """The chosen provider's model: the one set, or its default."""
        return self.models.get(self.provider, get_provider(self.provider).default_model)

    @property
    def base_url(self) -> str | None:
        """The chosen provider's address, if the person gave one."""
        return self.base_urls.get(self.provider, "").strip() or None

    @property
    def prompt(self) -> Prompt:
        """What the model is told, in the chosen way."""
        return Prompt(instructions=self.instructions, template=self.template if self.use_template else None)

    @property
    def shown_columns(self) -> tuple[str, ...] | None:
        """The columns that are sent as JSON; a template names its own."""
        return None if self.use_template else self.columns


@dataclass(frozen=True, slots=True)
class Readiness:
    """The checked plan, if the settings make one, and what has to be mended before anything is sent."""

    plan: Plan | None
    problems: tuple[InputError, ...]

    @property
    def runnable(self) -> Plan | None:
        """The plan, if nothing stands in its way."""
        return None if self.problems else self.plan


def from_preferences(saved: Preferences) -> TransformForm:
    """A fresh form with what the person set last time."""
    return TransformForm(
        json_mode=saved.json_mode,
        provider=saved.provider,
        models=saved.models,
        base_urls=saved.base_urls,
        temperature=saved.temperature,
        max_tokens=saved.max_tokens,
        concurrency=None if saved.concurrency == "auto" else saved.concurrency,
        preview_rows=saved.preview_rows,
        max_attempts=saved.max_attempts,
        timeout_s=saved.timeout_s,
    )


def to_preferences(form: TransformForm, saved: Preferences) -> Preferences:
    """What is remembered for next time; the rest of `saved` stays. Raises ValueError on settings out of range."""
    provider, address = form.provider, form.base_url
    kept = {name: url for name, url in saved.base_urls.items() if name != provider}
    changed = {
        "provider": provider,
        "models": {**saved.models, provider: form.model},
        "base_urls": {**kept, provider: address} if address else kept,
        "temperature": form.temperature,
        "max_tokens": form.max_tokens,
        "json_mode": form.json_mode,
        "concurrency": form.concurrency or "auto",
        "preview_rows": form.preview_rows,
        "max_attempts": form.max_attempts,
        "timeout_s": form.timeout_s,
    }
    return Preferences.model_validate({**saved.model_dump(), **changed})


def from_spec(spec: RunSpec, base: TransformForm) -> TransformForm:
    """The form that would make `spec` again; what a spec doesn't say stays as in `base`."""
    source = spec.input
    if not isinstance(source, TransformInput):
        raise SpecError("This run generated its rows.", "Its settings can't fill the Transform page.")
    model, limits, template = spec.model, spec.limits, spec.prompt.template or ""
    own_address = get_provider(model.provider).base_url.rstrip("/")
    addresses = {model.provider: model.base_url} if model.base_url and model.base_url != own_address else {}
    return base.model_copy(
        update={
            "instructions": spec.prompt.instructions,
            "use_template": bool(template.strip()),
            "template": template,
            "columns": source.columns,
            "output": spec.outputs[0].name if spec.outputs else DEFAULT_OUTPUT,
            "json_mode": model.json_mode,
            "provider": model.provider,
            "models": {**base.models, model.provider: model.model},
            "base_urls": {**base.base_urls, **addresses},
            "temperature": model.temperature,
            "max_tokens": model.max_tokens,
            "seed": model.seed,
            "concurrency": None if limits.concurrency == "auto" else limits.concurrency,
            "rpm": limits.rpm,
            "max_attempts": limits.max_attempts,
            "timeout_s": limits.timeout_s,
            "max_cost_usd": limits.max_cost_usd,
        }
    )


def to_spec(form: TransformForm, table: DatasetRecord, limit: int | None = None) -> RunSpec:
    """The run that the form asks for over a table; raises SpecError."""
    if not form.model.strip():
        raise SpecError("No model is chosen.", "Choose a model, or type its name.")
    if not form.json_mode and not form.output.strip():
        raise SpecError("The column for the answers has no name.", "Write a name for it.")
    source = TransformInput(
        dataset=table.id, file=table.filename, parse=table.options, columns=form.shown_columns, limit=limit
    )
    return RunSpec.checked(
        {
            "input": source.model_dump(),
            "prompt": form.prompt.model_dump(),
            "outputs": [] if form.json_mode else [{"name": form.output.strip()}],
            "model": {
                "provider": form.provider,
                "model": form.model.strip(),
                "base_url": form.base_url,
                "temperature": form.temperature,
                "max_tokens": form.max_tokens,
                "json_mode": form.json_mode,
                "seed": form.seed,
            },
            "limits": {
                "concurrency": form.concurrency or "auto",
                "rpm": form.rpm,
                "max_attempts": form.max_attempts,
                "timeout_s": form.timeout_s,
                "max_cost_usd": form.max_cost_usd,
            },
        }
    )


def readiness(form: TransformForm, table: DatasetRecord, typed_key: SecretStr | None) -> Readiness:
    """Whether the form can run over a table: its plan, or every problem that can be seen at once."""
    problems: list[InputError] = []
    plan = None
    if not table.info.rows:
        problems.append(SpecError("The table has no rows.", "Choose another table, or read this one differently."))
    try:
        plan = check(to_spec(form, table), table.info)
    except InputError as error:
        problems.append(error)
    try:
        keys.require_key(form.provider, typed_key)
    except InputError as error:
        problems.append(error)
    return Readiness(plan, tuple(problems))


def asked(spec: RunSpec) -> bytes:
    """Equal for specs that ask the model the same and put it in the same columns, however many rows or how fast."""
    columns = spec.input.columns if isinstance(spec.input, TransformInput) else None
    outputs = [output.name for output in spec.outputs]
    return orjson.dumps((columns, spec.prompt.model_dump(), outputs, spec.model.model_dump()))


def asked_now(form: TransformForm, table: DatasetRecord) -> bytes | None:
    """What the form would ask of the model as it stands; None while it can't run."""
    try:
        return asked(check(to_spec(form, table), table.info).spec)
    except InputError:
        return None

"""The flags that commands share, and how flags, environment and saved settings become a RunSpec."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.spec import RunSpec
from handai_errors import SpecError
from providers.specs import get_provider
from services import preferences

Out = Annotated[Path | None, typer.Option("-o", "--out", help="Where the table is written; the ending is the format.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the run's figures as JSON on standard output.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the output file if it exists.")]
Diagnostics = Annotated[bool, typer.Option("--diagnostics", help="Also write status, error and raw answer per row.")]
Lossless = Annotated[bool, typer.Option("--lossless-csv", help="Leave cells that a spreadsheet could run as formulas.")]
Run = Annotated[str, typer.Argument(help='A run: its id, the beginning of it, its exact name, or "last".')]


@dataclass(frozen=True, slots=True)
class ModelFlags:
    """What the command line says about model and limits; None is unsaid."""

    provider: str | None
    model: str | None
    base_url: str | None
    temperature: float | None
    max_tokens: int | None
    json_mode: bool
    concurrency: str | None
    rpm: int | None
    max_attempts: int | None
    timeout_s: float | None
    max_cost: float | None


def model_part(flags: ModelFlags) -> dict[str, Any]:
    """The `model` and `limits` of a spec: flag over environment over saved setting over default."""
    saved = preferences.load()
    if flags.provider is None and saved.provider == "demo":
        raise SpecError(
            "No provider is chosen.",
            "Say --provider openai (or another; `handai providers` lists them), or --provider demo to try it offline.",
        )
    provider = get_provider(flags.provider or saved.provider)
    model = flags.model or saved.models.get(provider.id) or provider.default_model
    if not model:
        raise SpecError(f"{provider.name} needs a model.", "Name it with --model.")
    return {
        "model": {
            "provider": provider.id,
            "model": model,
            "base_url": flags.base_url or saved.base_urls.get(provider.id),
            "temperature": flags.temperature,
            "max_tokens": flags.max_tokens,
            "json_mode": flags.json_mode,
        },
        "limits": _given(
            concurrency=_concurrency(flags.concurrency),
            rpm=flags.rpm,
            max_attempts=flags.max_attempts,
            timeout_s=flags.timeout_s,
            max_cost_usd=flags.max_cost,
        ),
    }


def text_of(value: str | None) -> str:
    """The text of a flag; `@FILE` reads it from a file."""
    if value is None or not value.startswith("@"):
        return value or ""
    path = Path(value[1:])
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"The instructions can't be read from {path}: {error}.", "Check the file.") from None


def output_names(values: list[str]) -> list[dict[str, str]]:
    """The declared outputs; `NAME` or `NAME:text`."""
    found = []
    for value in values:
        name, _, kind = value.rpartition(":")
        if name and kind != "text":
            raise SpecError(f"'{value}': this version knows text columns only.", f"Say --output {name}.")
        found.append({"name": name or value})
    return found


def checked_spec(data: dict[str, Any]) -> RunSpec:
    """The RunSpec in plain data; raises SpecError."""
    return RunSpec.checked(data)


def _given(**values: Any) -> dict[str, Any]:  # noqa: ANN401 flags of every type
    return {name: value for name, value in values.items() if value is not None}


def _concurrency(value: str | None) -> str | int | None:
    if value is None or value == "auto":
        return value
    if not value.isdecimal():
        raise SpecError(f"--concurrency {value} is neither a number nor auto.", "Say auto, or for example 16.")
    return int(value)

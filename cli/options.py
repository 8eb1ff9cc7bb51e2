"""The flags that commands share, and how flags, environment and saved settings become a RunSpec."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.routes import routing_of
from engine.routing import Routing
from engine.spec import RunSpec
from handai_errors import SpecError
from providers.specs import get_provider
from services import preferences
from services.environment import given_for
from services.models import key_hosts
from services.models.model_choice import chosen_model
from services.results.exporting import Wanted

_MODEL = "Model and limits"
_FILE = "The file that is written"

Run = Annotated[
    str, typer.Argument(metavar="RUN", help='A run: its id, the beginning of it, its exact name, or "last".')
]
Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", help="Where the table is written; the ending is the format.", rich_help_panel=_FILE),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the run's figures as JSON on standard output.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the output file if it exists.", rich_help_panel=_FILE)
]
Diagnostics = Annotated[
    bool,
    typer.Option("--diagnostics", help="Also write status, error and raw answer per row.", rich_help_panel=_FILE),
]
Lossless = Annotated[
    bool,
    typer.Option("--lossless-csv", help="Leave cells that a spreadsheet could run as formulas.", rich_help_panel=_FILE),
]
Detach = Annotated[bool, typer.Option("--detach", help="Go on without this terminal; the file is written at the end.")]
Session = Annotated[str | None, typer.Option("--session", help="The session's name; made if it is new.")]
RunName = Annotated[str | None, typer.Option("--run-name", help="The run's name.")]

Provider = Annotated[
    str | None, typer.Option("--provider", help="openai, anthropic, ollama, demo …", rich_help_panel=_MODEL)
]
Model = Annotated[str | None, typer.Option("--model", help="The model's id.", rich_help_panel=_MODEL)]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", help="The provider's address, for custom and azure.", rich_help_panel=_MODEL),
]
Temperature = Annotated[
    float | None,
    typer.Option("--temperature", min=0, max=2, help="Unset by default.", rich_help_panel=_MODEL),
]
MaxTokens = Annotated[
    int | None, typer.Option("--max-tokens", min=1, help="The longest answer, in tokens.", rich_help_panel=_MODEL)
]
Concurrency = Annotated[
    str | None, typer.Option("--concurrency", help="Requests in flight: auto or a number.", rich_help_panel=_MODEL)
]
Rpm = Annotated[
    int | None, typer.Option("--rpm", min=1, help="At most so many requests a minute.", rich_help_panel=_MODEL)
]
Spacing = Annotated[
    float | None,
    typer.Option(
        "--spacing", min=0.01, help="At least so many seconds from one request to the next.", rich_help_panel=_MODEL
    ),
]
DailyCap = Annotated[
    int | None,
    typer.Option(
        "--daily-cap", min=1, help="After so many requests a day the run pauses until tomorrow.", rich_help_panel=_MODEL
    ),
]
MaxAttempts = Annotated[
    int | None,
    typer.Option("--max-attempts", min=1, max=20, help="Attempts a model call.", rich_help_panel=_MODEL),
]
Timeout = Annotated[
    float | None,
    typer.Option("--timeout", min=0.1, help="Seconds that an attempt may take.", rich_help_panel=_MODEL),
]
MaxCost = Annotated[
    float | None,
    typer.Option("--max-cost", min=0, help="A cap in US dollars that is never passed.", rich_help_panel=_MODEL),
]

Fallback = Annotated[
    list[str] | None,
    typer.Option("--fallback", help="A model to ask when the first one fails; repeatable.", rich_help_panel=_MODEL),
]
Route = Annotated[
    list[str] | None,
    typer.Option(
        "--route",
        help="Whom OpenRouter asks: order=a,b only=a ignore=b sort=price zdr=true max_price.prompt=1; repeatable.",
        rich_help_panel=_MODEL,
    ),
]
NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Ask for every row anew, also what was answered before.", rich_help_panel=_MODEL),
]

Similar = Annotated[
    float | None,
    typer.Option(
        "--similar",
        min=0.8,
        max=1,
        help="Off by default. A row whose text is at least so alike to one already answered (0.8 to 1; 1: equal) "
        "takes that row's answer unasked. The answer can be wrong for it: one changed word can change the meaning, "
        "and a long prompt makes different rows look alike. --diagnostics tells which rows.",
        rich_help_panel=_MODEL,
    ),
]


@dataclass(frozen=True, slots=True)
class ModelFlags:
    """What the command line says about model and limits; None is unsaid."""

    provider: str | None = None
    model: str | None = None
    base_url: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    json_mode: bool | None = None
    concurrency: str | None = None
    rpm: int | None = None
    max_attempts: int | None = None
    timeout_s: float | None = None
    max_cost: float | None = None
    fallbacks: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    similar: float | None = None
    no_cache: bool = False
    spacing_s: float | None = None
    daily_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is made and told, beside its spec."""

    out: Path | None = None
    wanted: Wanted = field(default_factory=Wanted)
    overwrite: bool = False
    run_name: str | None = None
    session: str | None = None
    detach: bool = False
    as_json: bool = False

    @property
    def export(self) -> dict[str, Any]:
        """What the run remembers of it, so that a resume writes the same file."""
        return {
            "path": str(self.out.resolve()) if self.out else None,
            "overwrite": self.overwrite,
            "diagnostics": self.wanted.diagnostics,
            "lossless_csv": self.wanted.lossless_csv,
        }


def model_part(flags: ModelFlags) -> dict[str, Any]:
    """The `model` and `limits` of a spec: flag over environment over saved setting over default."""
    saved = preferences.load()
    if flags.provider is None and saved.provider == "demo":
        raise SpecError(
            "No provider is chosen.",
            "Say --provider openai (or another; `handai providers` lists them), or --provider demo to try it offline.",
        )
    provider = get_provider(flags.provider or saved.provider)
    given = given_for(provider.id)
    if flags.base_url:
        key_hosts.remember_host(provider.id, flags.base_url)
    return {
        "model": {
            "provider": provider.id,
            "model": chosen_model(provider, flags.model, flags.base_url),
            "base_url": flags.base_url or saved.base_urls.get(provider.id),
            "temperature": _first(flags.temperature, saved.temperature),
            "max_tokens": _first(flags.max_tokens, saved.max_tokens),
            "json_mode": _first(flags.json_mode, saved.json_mode),
            **given.model_part,
            **_given(fallbacks=flags.fallbacks or None, routing=_merged(given.routing, routing_of(flags.routes))),
        },
        "limits": {
            "max_attempts": saved.max_attempts,
            "timeout_s": saved.timeout_s,
            **given.limits_part,
            **_given(
                concurrency=_concurrency(flags.concurrency) or saved.concurrency,
                rpm=flags.rpm,
                spacing_s=flags.spacing_s,
                daily_requests=flags.daily_cap,
                max_attempts=flags.max_attempts,
                timeout_s=flags.timeout_s,
                max_cost_usd=flags.max_cost,
                similar=flags.similar,
                cache=False if flags.no_cache else None,
            ),
        },
    }


def text_of(value: str | None) -> str:
    """The text of a flag; `@FILE` reads it from a file."""
    if value is None or not value.startswith("@"):
        return value or ""
    return file_text(Path(value[1:]), "instructions")


def file_text(path: Path, what: str) -> str:
    """A text file's content; raises SpecError that names what it should have held."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SpecError(f"There is no file {path}.", "Check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"The {what} can't be read from {path}: {error}.", "Check the file.") from None


def checked_spec(data: dict[str, Any]) -> RunSpec:
    """The RunSpec in plain data; raises SpecError."""
    return RunSpec.checked(data)


def _merged(given: Routing | None, said: dict[str, Any] | None) -> dict[str, Any] | None:
    """What flags say about the route over what variables say: one flag does not undo the others' protection."""
    return {**(given.model_dump(mode="json") if given else {}), **said} if said else None


def _first(said: Any, saved: Any) -> Any:  # noqa: ANN401 flags of every type
    return saved if said is None else said


def _given(**values: Any) -> dict[str, Any]:  # noqa: ANN401 flags of every type
    return {name: value for name, value in values.items() if value is not None}


def _concurrency(value: str | None) -> str | int | None:
    if value is None or value == "auto":
        return value
    if not value.isdecimal():
        raise SpecError(f"--concurrency {value} is neither a number nor auto.", "Say auto, or for example 16.")
    return int(value)

"""The commands, gathered; errors that a person can be told become exit codes here."""

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

import typer

from handai_errors import HandaiError
from services.run_log import log

# Each command's function, in the order of the help page. Only the one that is asked for is imported: a run's first
# request must not wait for the others.
_COMMANDS = {
    "transform": "cli.transform:transform",
    "generate": "cli.generate:generate",
    "run": "cli.commands:run_spec",
    "resume": "cli.commands:resume",
    "retry": "cli.commands:retry",
    "stop": "cli.records:stop",
    "history": "cli.records:list_history",
    "show": "cli.records:show",
    "export": "cli.writing:export",
    "report": "cli.writing:report",
    "bundle": "cli.bundles:bundle",
    "open": "cli.bundles:open_file",
    "delete": "cli.records:delete",
    "providers": "cli.records:providers",
    "models": "cli.models:models",
    "check": "cli.check:check",
    "check-models": "cli.check:try_models",
    "doctor": "cli.records:doctor",
    "cache": "cli.cache:cache",
    "personas": "cli.personas:list_personas",
    "_finish": "cli.execution:finish",
}


def app_of(names: Iterable[str] = tuple(_COMMANDS)) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        name="handai",
        help="Have a language model work on every row of a table, or generate one, and lose nothing.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)  # else a single command would be the whole command line
    for name in names:
        module, _, function = _COMMANDS[name].partition(":")
        settings = {"allow_extra_args": name == "transform"}  # it says itself what a second argument may have meant
        app.command(name, hidden=name.startswith("_"), context_settings=settings)(
            getattr(import_module(module), function)
        )
    return app


def load(arguments: Sequence[str]) -> None:
    """Import what `main` will need for these arguments."""
    for name in _asked_for(arguments):
        import_module(_COMMANDS[name].partition(":")[0])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; exits with design's codes: 0, 1 could not start, 2 usage, 3 failures, 4 paused or stopped."""
    _log_to_standard_error(wanted=os.environ.get("HANDAI_LOG") == "debug")
    said = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app_of(_asked_for(said))(said, prog_name="handai")
    except HandaiError as error:
        from cli.progress import fail

        raise fail(error, 1) from None
    except KeyboardInterrupt:
        sys.exit(4)


def _asked_for(said: Sequence[str]) -> Iterable[str]:
    """The one command that is named, or all of them for the help page."""
    return said[:1] if said and said[0] in _COMMANDS else _COMMANDS


def _log_to_standard_error(*, wanted: bool) -> None:
    log.is_silent = not wanted
    if wanted:
        import structlog

        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for data

"""The commands, gathered; errors that a person can be told become exit codes here."""

import logging
import os
import sys

import structlog
import typer

from cli import cache, check, commands, execution, models, records, writing
from cli.generate import generate
from cli.personas import list_personas
from cli.progress import fail
from cli.transform import transform
from handai_errors import HandaiError

app = typer.Typer(
    name="handai",
    help="Have a language model work on every row of a table, or generate one, and lose nothing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("transform")(transform)
app.command("generate")(generate)
app.command("run")(commands.run_spec)
app.command("resume")(commands.resume)
app.command("retry")(commands.retry)
app.command("stop")(records.stop)
app.command("history")(records.list_history)
app.command("show")(records.show)
app.command("export")(writing.export)
app.command("report")(writing.report)
app.command("delete")(records.delete)
app.command("providers")(records.providers)
app.command("models")(models.models)
app.command("check")(check.check)
app.command("check-models")(check.try_models)
app.command("doctor")(records.doctor)
app.command("cache")(cache.cache)
app.command("personas")(list_personas)
app.command(execution.FINISH, hidden=True)(execution.finish)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; exits with design's codes: 0, 1 could not start, 2 usage, 3 failures, 4 paused or stopped."""
    level = logging.DEBUG if os.environ.get("HANDAI_LOG") == "debug" else logging.CRITICAL
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # standard output is for data
    )
    try:
        app(arguments, prog_name="handai")
    except HandaiError as error:
        raise fail(error, 1) from None
    except KeyboardInterrupt:
        sys.exit(4)

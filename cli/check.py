"""`handai check` and `handai check-models`: whether models answer, one short question each."""

import asyncio
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from cli.messages import errors
from cli.models import BaseUrl
from cli.progress import write_line
from cli.records import output
from handai_db import CheckRecord
from handai_errors import SpecError
from providers.key_check import KeyStanding
from services import preferences
from services.models.availability import Standing, Target, check_model, target_of
from services.models.context_probe import ContextProbe, Taken, most_it_costs, probe_context
from services.models.key_check import check_key
from services.models.model_checks import SPACING_S, Wanted, check_models, choose
from services.models.model_lists import age
from services.models.model_record import mark_unavailable
from services.models.model_report import Report, Summary, Tried, line_of
from services.models.model_view import Reach, list_view, reach

_WORDS = {
    Standing.WORKS: "works",
    Standing.UNAVAILABLE: "is not available",
    Standing.FAILING: "is failing: the provider's trouble, not yours",
    Standing.UNKNOWN: "could not be checked",
}
_LENGTHS = {
    Taken.WHOLE: "read whole",
    Taken.CUT: "answered, but cut: not all of it was read",
    Taken.TOO_LONG: "refused, too long",
    Taken.FAILED: "failed for another reason",
}


def check(
    provider: Annotated[str, typer.Argument(help="openai, openrouter, ollama …")],
    name: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="The model; else the one used last.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="The same as MODEL.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask now, even if it was checked in the last hours.")] = False,
    context: Annotated[
        int | None, typer.Option("--context", min=100, help="Also try longer and longer prompts, up to so many tokens.")
    ] = None,
    base_url: BaseUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the check as JSON on standard output.")] = False,
) -> None:
    """Check that a provider takes the key and a model answers; exits with 3 if not."""
    found = reach(provider, base_url, key_needed=True)
    wanted = model or name
    if wanted is None:
        _check_key(found, as_json=as_json)
        wanted = _usual_model(found)
    target = target_of(found.provider.id, found.base_url, wanted, found.key)
    asked_at = time.time()
    result = check_model(target, again=again, thorough=True)
    works = result.standing == Standing.WORKS
    probe = _probe(target, context) if context and works else None
    if as_json:
        lengths = {"context": asdict(probe)} if probe else {}
        write_line(orjson.dumps({"provider": found.provider.id, **asdict(result), **lengths}).decode())
    else:
        _tell(found, result, asked_at)
        for length in probe.lengths if probe else ():
            output.print(f"{length.tokens:,} tokens: {_LENGTHS[length.taken]}", markup=False)
    if not works:
        raise typer.Exit(3)


def try_models(
    provider: Annotated[str, typer.Argument(help="openai, openrouter, ollama …")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[MODEL]...", help="Which; else all listed.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many models.")] = None,
    spacing: Annotated[float, typer.Option("--spacing", min=0, help="Seconds between two models.")] = SPACING_S,
    report: Annotated[
        Path | None, typer.Option("--report", help="The JSON report; an unfinished one is gone on with.")
    ] = None,
    log: Annotated[Path | None, typer.Option("--log", help="The log file.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Start an unfinished report over.")] = False,
    disable: Annotated[bool, typer.Option("--disable", help="Disable the models that are not available.")] = False,
    base_url: BaseUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON on standard output.")] = False,
) -> None:
    """Try each model of a provider with one short prompt; a stop is gone on with by the same command."""
    found = reach(provider, base_url, key_needed=True)
    spec = found.provider
    listed = list_view(found).list
    wanted = Wanted(
        spec.id,
        found.base_url,
        found.key,
        choose(spec.id, found.base_url, listed.models, names or (), limit),
        report or Path(f"{spec.id}_test_results.json"),
        log or Path(f"{spec.id}_model_test.log"),
        spacing,
        again,
    )
    _announce(wanted)
    try:
        done = asyncio.run(check_models(wanted, _told))
    except KeyboardInterrupt:
        errors.print(f"Stopped. What was tried is in {wanted.report}; the same command goes on.")
        raise typer.Exit(4) from None
    gone = mark_unavailable(spec.id, found.base_url) if disable else ()
    _finish(done, wanted, gone, as_json=as_json)


def _probe(target: Target, limit: int) -> ContextProbe:
    cost = most_it_costs(target, limit)
    told = "its price is not known" if cost is None else f"at most ${cost:.4f}"
    errors.print(f"Trying prompts of up to {limit:,} tokens; {told}.")
    return probe_context(target, limit)


def _check_key(found: Reach, *, as_json: bool) -> None:
    """Tell how the key stands; exits with 3 if no model can be asked with it."""
    report = check_key(found.provider.id, found.key, found.base_url)
    for line in report.lines:
        errors.print(line)
    if report.usable or report.standing is KeyStanding.UNCHECKED:
        return
    if as_json:
        write_line(
            orjson.dumps({"provider": found.provider.id, "standing": Standing.UNKNOWN, "key": report.standing}).decode()
        )
    raise typer.Exit(3)


def _usual_model(found: Reach) -> str:
    saved = preferences.load().models.get(found.provider.id) or found.provider.default_model
    if saved:
        return saved
    rows = list_view(found).list.models
    if not rows:
        raise SpecError(f"{found.provider.name} needs a model.", "Name it: handai check PROVIDER MODEL")
    return rows[0].id


def _tell(found: Reach, result: CheckRecord, asked_at: float) -> None:
    told = f"{result.model} {_WORDS[Standing(result.standing)]} at {found.provider.name}"
    if result.checked_at < asked_at:
        ago = age(asked_at - result.checked_at).removesuffix(" old")
        errors.print(f"This was checked {ago} ago; --again asks now.")
    if result.standing == Standing.WORKS:
        latency = "" if result.latency_s is None else f", answered in {result.latency_s:.2f} s"
        other = f", as {result.answered_as}" if result.answered_as != result.model else ""
        output.print(f"{told}{latency}{other}.", markup=False)
        return
    output.print(f"{told}.", markup=False)
    for text in (result.cause, result.remedy):
        if text:
            errors.print(text)
    if len(result.tried) > 1:
        errors.print(f"Tried: {', '.join(result.tried)}")


def _announce(wanted: Wanted) -> None:
    minutes = math.ceil((len(wanted.models) - 1) * wanted.spacing_s / 60)
    least = f", at least {minutes} min" if minutes > 1 else ""
    errors.print(
        f"{len(wanted.models)} models, {wanted.spacing_s:g} s apart{least}. Ctrl-C stops; the same command goes on.",
    )


def _told(tried: Tried, number: int, total: int) -> None:
    errors.print(f"{number}/{total} {line_of(tried)}")


def _finish(done: Report, wanted: Wanted, gone: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        write_line(done.model_dump_json())
    elif done.summary is not None:
        for line in _summary(done.summary):
            output.print(line, markup=False)
    errors.print(f"Report: {wanted.report}   Log: {wanted.log}")
    if gone:
        errors.print(f"Disabled: {', '.join(gone)}")
    if done.stopped_by:
        errors.print(f"Stopped, for no other model could answer: {done.stopped_by}")
        raise typer.Exit(4)
    if done.summary is not None and done.summary.failed:
        raise typer.Exit(3)


def _summary(summary: Summary) -> list[str]:
    rate = "" if summary.success_rate is None else f" ({summary.success_rate:.0%})"
    mean = "unknown" if summary.mean_latency_s is None else f"{summary.mean_latency_s:.2f} s"
    lines = [
        f"{summary.total} tried: {summary.ok} work{rate}, {summary.failed} failed",
        f"Mean latency: {mean}; duration: {summary.duration_s:.0f} s",
    ]
    if summary.fastest:
        fastest = ", ".join(f"{name} ({latency:.2f} s)" for name, latency in summary.fastest.items())
        lines.append(f"Fastest: {fastest}")
    return lines + [f"Failed: {name}: {reason}" for name, reason in summary.failures.items()]

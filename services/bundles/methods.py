"""What a run did, in plain words for a paper's methods section: model, date, prompt in full, settings, counts, cost."""

import re
from collections.abc import Iterable
from datetime import datetime

from engine.columns import Output
from engine.outputs import declared_outputs
from engine.spec import GenerateInput, RunSpec
from engine.typed.words import described_type
from handai_db import AnsweredBy, MarkState, RunReader, RunRecord, marks_in
from handai_errors import KIND_FACTS, ErrorKind, NotFoundError
from providers.specs import PROVIDERS
from services.home import run_path
from services.running.views import RunView, view_of
from services.tables.datasets import dataset
from services.version import handai_version

_SETTINGS = (
    ("temperature", "temperature {}"),
    ("max_tokens", "at most {:,} tokens an answer"),
    ("seed", "seed {}"),
)


def methods_text(record: RunRecord) -> str:
    """The paragraph, and the appendices with the prompt in full, the columns and all settings, as Markdown."""
    view = view_of(record)
    parts = [
        "# Methods",
        " ".join(filter(None, (_what(view), _how(record.spec), _settings(record.spec), _came(view), *_end(view)))),
        "## Appendix A: the prompt in full",
        *_prompt(record.spec),
        "## Appendix B: the new columns",
        *(_column(output) for output in declared_outputs(record.spec)),
        "## Appendix C: all settings",
        "They run again on the command line: `handai run spec.yaml`.",
        fenced(record.spec.to_yaml()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _end(view: RunView) -> tuple[str, str]:
    return _cost(view), _who(view.record)


def _what(view: RunView) -> str:
    record, model = view.record, view.record.spec.model
    if record.provider == "none":
        asked = "no language model was asked"
    elif record.provider == "demo":
        asked = "the offline demo, which has no AI in it, stood in for a language model"
    else:
        provider = next((spec.name for spec in PROVIDERS if spec.id == record.provider), record.provider)
        asked = f"the language model `{model.model}` of {provider} was asked"
    where = f"the table {_quoted(_filename(record))}" if record.dataset_id else "a table made by its schema"
    return f"{_days(record)}, {asked} with Handai {handai_version()}, for {_rows(record.total)} of {where}."


def _filename(record: RunRecord) -> str:
    try:
        return dataset(record.dataset_id or "").filename
    except NotFoundError:
        return "that is no longer stored"


def _days(record: RunRecord) -> str:
    days = [_day(record.started_at or record.created_at), _day(record.finished_at or record.created_at)]
    return f"On {days[0]}" if days[0] == days[1] else f"From {days[0]} to {days[1]}"


def _day(moment: float) -> str:
    found = datetime.fromtimestamp(moment).astimezone()
    return f"{found.day} {found:%B %Y}"


def _how(spec: RunSpec) -> str:
    names = [_quoted(output.name) for output in declared_outputs(spec)]
    filled = f"It filled {_counted(len(names), 'new column')}: {', '.join(names)}." if names else ""
    if isinstance(spec.input, GenerateInput):
        return f"{_counted(len(spec.input.columns), 'column')} made the table, seed {spec.input.seed}. {filled}".strip()
    columns = spec.input.columns
    shown = ", ".join(_quoted(name) for name in columns) if columns is not None else "all columns"
    return f"Each row was asked about with the instructions in appendix A and {shown}. {filled}".strip()


def _settings(spec: RunSpec) -> str:
    said = [words.format(value) for name, words in _SETTINGS if (value := getattr(spec.model, name)) is not None]
    told = f"Settings: {', '.join(said)}; the others were the provider's own." if said else ""
    similar = spec.limits.similar
    reused = f" A row whose text was at least {similar:.0%} like an earlier one took its answer." if similar else ""
    return (told or "All settings of the model were the provider's own.") + reused


def _came(view: RunView) -> str:
    found = view.progress
    if found is None:
        return "Its counts can't be read."
    said = [f"{_rows(view.done)} got an answer"]
    if view.failed:
        reasons = ", ".join(f"{group.count:,}: {_reason(group.kind)}" for group in view.errors)
        said.append(f"{_rows(view.failed)} failed ({reasons})")
    else:
        said.append("none failed")
    if view.pending:
        said.append(f"{_rows(view.pending)} {_was(view.pending)} not asked to the end")
    more = [
        (found.cached, "took the answer of an equal earlier request"),
        (found.repaired, "had slightly broken JSON that was repaired"),
        (found.refused, "draws were refused by a check and drawn again"),
        (found.marked, "were marked by a check"),
        (found.dropped, "were left out by a check"),
        (found.fallbacks, "answers came from a fallback model"),
    ]
    also = [f"{count:,} {words}" for count, words in more if count]
    retries = f" {_counted(view.retries, 'request')} repeated a failed one." if view.retries else ""
    of_these = f" Of these, {'; '.join(also)}." if also else ""
    return f"{'; '.join(said)}.{of_these}{retries}{_by_hand(view.record)}"


def _by_hand(record: RunRecord) -> str:
    """What a person changed of it."""
    marks = [mark for of_row in marks_in(run_path(record.id)).values() for mark in of_row.values()]
    corrected = sum(mark.state is MarkState.CORRECTED for mark in marks)
    approved = sum(mark.state is MarkState.APPROVED for mark in marks)
    done = [(corrected, "corrected"), (approved, "approved")]
    said = [f"{_counted(count, 'answer')} {_was(count)} {how} by a person" for count, how in done if count]
    return f" {'; '.join(said)}." if said else ""


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _reason(kind: str) -> str:
    title = KIND_FACTS[ErrorKind(kind)].title if kind in set(ErrorKind) else "another reason"
    return title[0].lower() + title[1:]


def _cost(view: RunView) -> str:
    prompt, completion = view.tokens
    known = f"{prompt or 0:,} tokens in and {completion or 0:,} out"
    tokens = known if prompt is not None else "an unknown number of tokens"
    sent = f"{_counted(view.progress.attempts, 'request')} took {tokens}" if view.progress else f"It took {tokens}"
    if view.cost_usd is None:
        return f"{sent}; what that cost is not known."
    if view.cost_complete and not view.cost_usd:
        return f"{sent} and cost nothing."
    at_least = "" if view.cost_complete else "at least "
    doubt = view.progress.unknown if view.progress else 0
    billed = f" {_counted(doubt, 'request')} may have been billed without an answer." if doubt else ""
    return f"{sent} and cost {at_least}${view.cost_usd:,.4f}.{billed}"


def _who(record: RunRecord) -> str:
    with RunReader(run_path(record.id)) as reader:
        found = reader.answered_by()
    told = [by for by in found if by.model]
    if not told or ([by.model for by in told] == [record.model] and not told[0].upstream):
        return ""
    return f"Answers came from {', '.join(map(_by, told))}."


def _by(found: AnsweredBy) -> str:
    upstream = f" at {found.upstream}" if found.upstream else ""
    return f"`{found.model}`{upstream} ({found.answers:,})"


def _prompt(spec: RunSpec) -> Iterable[str]:
    prompt = spec.prompt
    if prompt.instructions.strip():
        yield "Instructions (the system message):"
        yield fenced(prompt.instructions)
    if prompt.template:
        yield "Template, filled for each row:"
        yield fenced(prompt.template)
    elif not isinstance(spec.input, GenerateInput):
        yield "Each row followed as JSON with the columns that are named above."
    for output in declared_outputs(spec):
        if output.prompt:
            yield f"For the column {_quoted(output.name)}:"
            yield fenced(output.prompt)


def _column(output: Output) -> str:
    typed = described_type(output) if output.type is not None else "as it comes"
    return f"- {_quoted(output.name)}: {typed}" + (f". {_line(output.description)}" if output.description else "")


def fenced(text: str) -> str:
    """Text that stays as it is: between fences that are longer than any inside it."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def _quoted(name: str) -> str:
    return f"“{_line(name)}”"


def _line(text: str) -> str:
    return " ".join(text.split())


def _rows(count: int) -> str:
    return _counted(count, "row")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"

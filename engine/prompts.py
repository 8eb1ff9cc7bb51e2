"""From a row to the exact messages: plain substitution, no template language."""

from collections.abc import Iterable, Sequence

from engine.columns import Output
from engine.examples import Example, answer_of, examples_for
from engine.fitting import fit_text, to_json
from engine.nearest import close_names
from engine.placeholders import PLACEHOLDER, cell_text, placeholders
from engine.spec import Prompt
from engine.tables.model import Row
from engine.typed import instruction_for, instruction_for_rows
from handai_errors import ErrorKind, ProviderError, SpecError
from providers.base import Message

_JSON_INSTRUCTION = "Answer with a single JSON object and nothing else."
_PLACE = "{{"
_SHOWN_OF_BAD_ANSWER = 4000  # characters


def check_prompt(prompt: Prompt, columns: Sequence[str]) -> None:
    """Raise SpecError if the prompt says nothing or names a column that is not there."""
    if not prompt.instructions.strip() and not (prompt.template or "").strip():
        raise SpecError("There are no instructions.", "Write what the model should do with each row.")
    for name in placeholders(prompt.instructions) + placeholders(prompt.template or ""):
        if name not in columns:
            raise SpecError(
                f"The template names a column that isn't in the table: {{{{ {name} }}}}.", _near(name, columns)
            )


def _near(name: str, columns: Sequence[str]) -> str:
    close = close_names(name, columns)
    if close:
        return f"Did you mean {' or '.join(f'{{{{ {column} }}}}' for column in close)}?"
    shown = ", ".join(columns[:8]) + (" …" if len(columns) > 8 else "")
    return f"The columns are: {shown}."


def columns_sent(prompt: Prompt, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns whose content leaves this machine: those in placeholders, and all of them without a template."""
    named = placeholders(prompt.instructions) + placeholders(prompt.template or "")
    if not (prompt.template or "").strip():
        named = (*named, *columns)
    return tuple(dict.fromkeys(named))


class Renderer:
    """Messages for rows that share a prompt; what is the same for all of them is made once.

    They are the instructions (system), the examples that are `shown`, then the filled template or the columns as
    JSON (user).
    """

    def __init__(
        self,
        prompt: Prompt,
        columns: Iterable[str],
        *,
        json_mode: bool = False,
        outputs: Sequence[Output] = (),
        shown: Sequence[Message] = (),
    ) -> None:
        self._instructions = prompt.instructions.strip()
        self._form = json_instruction(outputs) if json_mode else ""
        self._template = _template_of(prompt)
        self._columns = tuple(columns)
        self._shown = tuple(shown)
        self._same = None if _PLACE in self._instructions else self._before({})

    def messages(self, row: Row) -> tuple[Message, ...]:
        """The messages for one row."""
        before = self._before(row) if self._same is None else self._same
        return (*before, _asked_for(self._template, self._columns, row))

    def _before(self, row: Row) -> tuple[Message, ...]:
        system = _fill(self._instructions, row)
        said = fit_text(f"{system}\n\n{self._form}".strip() if self._form else system)
        return (Message("system", said), *self._shown) if said else self._shown


def render_messages(
    prompt: Prompt,
    columns: Iterable[str],
    row: Row,
    *,
    json_mode: bool = False,
    outputs: Sequence[Output] = (),
    shown: Sequence[Message] = (),
) -> tuple[Message, ...]:
    """The messages for one row: instructions (system), then the filled template or the columns as JSON (user).

    `shown` are the examples, which stand between them.
    """
    return Renderer(prompt, columns, json_mode=json_mode, outputs=outputs, shown=shown).messages(row)


def _template_of(prompt: Prompt) -> str | None:
    """The template; None where it says nothing, so that the columns are shown as JSON."""
    return prompt.template if (prompt.template or "").strip() else None


def _asked_for(template: str | None, columns: Sequence[str], row: Row) -> Message:
    if template is not None:
        return Message("user", fit_text(_fill(template, row)))
    return Message("user", fit_text(to_json({name: row.get(name) for name in columns})))


def shown_examples(
    examples: Sequence[Example],
    prompt: Prompt,
    columns: Iterable[str],
    *,
    json_mode: bool = False,
    outputs: Sequence[Output] = (),
) -> tuple[Message, ...]:
    """The examples as the model sees them before every row: each a row and its right answer."""
    template, names, messages = _template_of(prompt), tuple(columns), list[Message]()
    for example in examples_for(examples, outputs):
        messages.append(_asked_for(template, names, example.values))
        messages.append(Message("assistant", fit_text(answer_of(example, outputs, json=json_mode))))
    return tuple(messages)


def render_rows(prompt: Prompt, rows: Sequence[Row], outputs: Sequence[Output]) -> tuple[Message, ...]:
    """The messages that ask for several rows at once, each filled into the template on its own."""
    system = f"{prompt.instructions.strip()}\n\n{instruction_for_rows(outputs, len(rows))}".strip()
    template = prompt.template or ""
    filled = [_fill(template, row) for row in rows]
    if placeholders(template):
        user = "\n\n".join(f"Row {place}:\n{text}" for place, text in enumerate(filled, start=1))
    else:
        user = f"{filled[0]}\n\nMake {len(rows)} rows, each clearly different from the others."
    return Message("system", fit_text(system)), Message("user", fit_text(user))


def correction(error: ProviderError) -> tuple[Message, ...]:
    """What follows a bad answer when the model is asked again: the answer, and what was wrong with it."""
    if error.kind is not ErrorKind.INVALID_OUTPUT or not error.raw:
        return ()
    return (
        Message("assistant", error.raw[:_SHOWN_OF_BAD_ANSWER]),
        Message("user", f"This answer can't be used. {error.cause} Answer again, in the form that was asked for."),
    )


def json_instruction(outputs: Sequence[Output]) -> str:
    """The sentence that asks for JSON, naming the keys when they are declared, and their types when they have any."""
    if not outputs:
        return _JSON_INSTRUCTION
    if any(output.type is not None for output in outputs):
        return instruction_for(outputs)
    keys = ", ".join(f'"{output.name}"' for output in outputs)
    return f"{_JSON_INSTRUCTION} Its keys: {keys}."


def _fill(text: str, row: Row) -> str:
    if _PLACE not in text:
        return text
    return PLACEHOLDER.sub(lambda match: cell_text(row.get(match.group(1))), text)


def prompt_tokens_bound(messages: Sequence[Message]) -> int:
    """An upper bound of the prompt's tokens: no tokenizer makes more tokens than bytes."""
    return sum(len(message.content.encode()) + 16 for message in messages) + 16

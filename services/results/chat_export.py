"""Rows as conversations for fine-tuning, one JSON object a line, in the forms that training tools read.

Each form is what its tool defines: `messages` as OpenAI and TRL read it; `alpaca` with the keys instruction, input
and output (and system, as LLaMA-Factory has it); `sharegpt` with turns of human and gpt, as FastChat, Axolotl and
LLaMA-Factory read them.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine import tables  # its heavy parts load when they are first used
from engine.nearest import nearest
from engine.tables import Column, ColumnKind, Row
from engine.tables.cells import cell_as_text
from handai_db import RunRecord
from handai_errors import SpecError
from services.home import home
from services.results.exporting import rows_of


class ChatFormat(StrEnum):
    """The forms that a conversation can be written in."""

    MESSAGES = "messages"
    ALPACA = "alpaca"
    SHAREGPT = "sharegpt"


_ROLES = {
    "system": "system",
    "user": "user",
    "human": "user",
    "instruction": "user",
    "input": "input",
    "assistant": "assistant",
    "gpt": "assistant",
    "output": "assistant",
}
_SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}
_MAP_HINT = "Say for example --map user=question --map assistant=answer."


@dataclass(frozen=True, slots=True)
class ChatRoles:
    """Which columns speak: (user, assistant) for each turn, perhaps a system message, Alpaca's input."""

    turns: tuple[tuple[str, str], ...]
    system: str | None = None
    input: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that must not be empty; Alpaca's input may be."""
        named = (self.system, *(name for turn in self.turns for name in turn))
        return tuple(name for name in named if name is not None)


@dataclass(frozen=True, slots=True)
class ChatInfo:
    """A written file: how many conversations, and how many rows were left out for an empty or missing cell."""

    path: Path
    rows: int
    left_out: int


def roles_of(mapping: Iterable[tuple[str, str]], form: ChatFormat, columns: Sequence[str]) -> ChatRoles:
    """The roles in (role, column) pairs; several users and assistants in turn make a longer conversation."""
    found: dict[str, list[str]] = {"system": [], "user": [], "input": [], "assistant": []}
    for said, column in mapping:
        role = _ROLES.get(said.strip().casefold())
        if role is None:
            raise SpecError(f"There is no role '{said}'.", nearest(said, ("user", "assistant", "system"), noun="roles"))
        if column not in columns:
            raise SpecError(f"The run has no column '{column}'.", nearest(column, columns))
        found[role].append(column)
    users, assistants = found["user"], found["assistant"]
    if not users or len(users) != len(assistants):
        raise SpecError("A conversation needs a user's and an assistant's column for each turn.", _MAP_HINT)
    if len(found["system"]) > 1 or len(found["input"]) > 1:
        raise SpecError("A conversation has one system message and one input at most.", "Map each of them once.")
    if form is ChatFormat.ALPACA and len(users) > 1:
        raise SpecError("Alpaca's form has one instruction and one output.", "Use messages or sharegpt for more turns.")
    if form is not ChatFormat.ALPACA and found["input"]:
        raise SpecError("Only Alpaca's form has an input beside the instruction.", "Leave it out, or use alpaca.")
    return ChatRoles(
        tuple(zip(users, assistants, strict=True)),
        system=next(iter(found["system"]), None),
        input=next(iter(found["input"]), None),
    )


def export_chat(record: RunRecord, target: Path, form: ChatFormat, mapping: Iterable[tuple[str, str]]) -> ChatInfo:
    """Write a run's finished rows as conversations; a row with an empty mapped cell is left out and counted."""
    if target.suffix.lower() != ".jsonl":
        raise SpecError("Conversations are written as JSON Lines.", "Choose a name that ends in .jsonl.")
    with rows_of(record, asked_only=True) as rows:
        roles = roles_of(mapping, form, [column.name for column in rows.layout.columns])
        info = tables.export_table(target, _conversations(rows, roles, form), _columns(roles, form))
    return ChatInfo(target, info.rows, record.total - info.rows)


def chat_bytes(record: RunRecord, form: ChatFormat, mapping: Iterable[tuple[str, str]]) -> bytes:
    """The same as the content of a file, for a browser's download."""
    with tempfile.TemporaryDirectory(dir=home(), prefix=".download-") as folder:
        target = Path(folder) / "conversations.jsonl"
        export_chat(record, target, form, mapping)
        return target.read_bytes()


def _columns(roles: ChatRoles, form: ChatFormat) -> list[Column]:
    if form is ChatFormat.ALPACA:
        keys = ["instruction", "input", "output"] + (["system"] if roles.system else [])
        return [Column(key) for key in keys]
    return [Column("messages" if form is ChatFormat.MESSAGES else "conversations", ColumnKind.JSON)]


def _conversations(rows: Iterable[Row], roles: ChatRoles, form: ChatFormat) -> Iterator[Row]:
    for row in rows:
        if all(cell_as_text(row.get(name)).strip() for name in roles.columns):
            yield _conversation(row, roles, form)


def _conversation(row: Row, roles: ChatRoles, form: ChatFormat) -> Row:
    spoken = [("system", roles.system)] if roles.system else []
    for user, assistant in roles.turns:
        spoken += [("user", user), ("assistant", assistant)]
    said = [(role, cell_as_text(row.get(name)) if name else "") for role, name in spoken]
    if form is ChatFormat.MESSAGES:
        return {"messages": [{"role": role, "content": text} for role, text in said]}
    if form is ChatFormat.SHAREGPT:
        return {"conversations": [{"from": _SPEAKERS[role], "value": text} for role, text in said]}
    texts = dict(said)
    entry: Row = {
        "instruction": texts["user"],
        "input": cell_as_text(row.get(roles.input)) if roles.input else "",
        "output": texts["assistant"],
    }
    return entry | ({"system": texts["system"]} if roles.system else {})

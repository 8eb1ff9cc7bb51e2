"""Personas: named instructions to choose from for a run. A run's spec holds their text, never their name."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from engine.nearest import nearest
from handai_db import Catalogue, PersonaRecord
from handai_errors import ConflictError, InputError, NotFoundError
from services.forms.built_in_personas import BUILT_IN, BuiltIn
from services.home import open_catalogue

LONGEST_NAME = 80
LONGEST_TEXT = 50_000

_ORIGINALS = {original.id: original for original in BUILT_IN}


@dataclass(frozen=True, slots=True)
class Persona:
    """Named instructions; a built-in one can be brought back to what it was, `changed` says if there is need."""

    id: str
    name: str
    instructions: str
    built_in: bool = False
    changed: bool = False

    def with_task(self, task: str) -> str:
        """The instructions of a run: how to work, then what to do."""
        return "\n\n".join(part.strip() for part in (self.instructions, task) if part.strip())

    def run_name(self, about: str) -> str:
        """The name of a run that has no other: its table, the persona, the time."""
        return f"{about}, {self.name} {datetime.now().astimezone():%H:%M}"


def all_personas() -> tuple[Persona, ...]:
    """The built-in ones, then a person's own by name; deleted ones left out."""
    with open_catalogue() as catalogue:
        return _known(catalogue)


def deleted_built_ins() -> tuple[str, ...]:
    """Names of built-in ones that were deleted and that `reset` brings back."""
    with open_catalogue() as catalogue:
        hidden = {record.id for record in catalogue.personas.all() if record.hidden}
    return tuple(original.name for original in BUILT_IN if original.id in hidden)


def get(name: str) -> Persona:
    """The persona of that name, upper and lower case alike; raises NotFoundError with the nearest names."""
    with open_catalogue() as catalogue:
        return _named(catalogue, name)


def save(name: str, instructions: str) -> Persona:
    """Keep instructions under a name, in place of what the name stood for; raises InputError."""
    name, instructions = _good_name(name), _good_text(instructions)
    with _changing() as catalogue:
        found = next((item for item in _known(catalogue) if _same(item.name, name)), None)
        persona_id, kept_name = (found.id, found.name) if found else (f"own:{secrets.token_hex(6)}", name)
        catalogue.personas.put(PersonaRecord(persona_id, kept_name, instructions))
        return _named(catalogue, kept_name)


def keep(name: str, instructions: str) -> Persona:
    """Keep a run's instructions under a name of a person's own; raises ConflictError where a built-in one has it."""
    with open_catalogue() as catalogue:
        known = _known(catalogue)
    if any(item.built_in and _same(item.name, name) for item in known):
        raise ConflictError(f"“{name.strip()}” is built in.", "Choose another name.")
    if not instructions.strip():
        raise InputError("There are no instructions to keep.", "Write them first.")
    return save(name, instructions)


def used(persona: Persona, written: str) -> str:
    """The instructions of a run with this persona: before the task that is written, in place of another persona."""
    task = written.strip()
    for other in all_personas():
        if task.startswith(other.instructions.strip()):
            task = task.removeprefix(other.instructions.strip()).strip()
            break
    return persona.with_task(task)


def copy(name: str) -> Persona:
    """A person's own persona with the text of another, under the next free name."""
    with _changing() as catalogue:
        found = _named(catalogue, name)
        taken = [item.name for item in _known(catalogue)]
        for number in count(1):
            free = f"{found.name[: LONGEST_NAME - 12]} (copy{'' if number == 1 else f' {number}'})"
            if not any(_same(free, other) for other in taken):
                break
        catalogue.personas.put(PersonaRecord(f"own:{secrets.token_hex(6)}", free, found.instructions))
        return _named(catalogue, free)


def rename(name: str, new_name: str) -> Persona:
    """Give a persona another name; raises ConflictError when another one has it."""
    new_name = _good_name(new_name)
    with _changing() as catalogue:
        found = _named(catalogue, name)
        if any(_same(item.name, new_name) and item.id != found.id for item in _known(catalogue)):
            raise ConflictError(f"There is a persona “{new_name}” already.", "Choose another name.")
        catalogue.personas.put(PersonaRecord(found.id, new_name, found.instructions))
        return _named(catalogue, new_name)


def delete(name: str) -> None:
    """Forget a persona; a built-in one can be brought back with `reset`."""
    with _changing() as catalogue:
        found = _named(catalogue, name)
        if found.built_in:
            catalogue.personas.put(PersonaRecord(found.id, found.name, found.instructions, hidden=True))
        else:
            catalogue.personas.delete(found.id)


def reset(name: str) -> Persona:
    """Bring a built-in persona back to its own name and text, found by either name; raises ConflictError, InputError.

    A person's own persona may have taken its name meanwhile.
    """
    with _changing() as catalogue:
        original = _original(catalogue, name)
        if any(_same(item.name, original.name) and item.id != original.id for item in _known(catalogue)):
            raise ConflictError(
                f"Another persona is called “{original.name}” now.", "Rename that one first, then reset."
            )
        catalogue.personas.delete(original.id)
        return _named(catalogue, original.name)


@contextmanager
def _changing() -> Iterator[Catalogue]:
    with open_catalogue() as catalogue, catalogue.database.transaction():  # two windows must not make two of a name
        yield catalogue


def _known(catalogue: Catalogue) -> tuple[Persona, ...]:
    stored = {record.id: record for record in catalogue.personas.all()}
    built_in = [_as_now(original, stored.pop(original.id, None)) for original in BUILT_IN]
    own = [Persona(record.id, record.name, record.instructions) for record in stored.values() if not record.hidden]
    return (*(item for item in built_in if item), *own)


def _as_now(original: BuiltIn, record: PersonaRecord | None) -> Persona | None:
    found = Persona(original.id, original.name, original.instructions, built_in=True)
    if record is None:
        return found
    if record.hidden:
        return None
    changed = (record.name, record.instructions) != (original.name, original.instructions)
    return replace(found, name=record.name, instructions=record.instructions, changed=changed)


def _named(catalogue: Catalogue, name: str) -> Persona:
    known = _known(catalogue)
    found = next((item for item in known if _same(item.name, name)), None)
    if found is None:
        raise NotFoundError(
            f"There is no persona “{name.strip()}”.", nearest(name, [item.name for item in known], noun="personas")
        )
    return found


def _original(catalogue: Catalogue, name: str) -> BuiltIn:
    found = next((item for item in _known(catalogue) if _same(item.name, name)), None)
    if found and found.built_in:
        return _ORIGINALS[found.id]
    by_name = next((original for original in BUILT_IN if _same(original.name, name)), None)
    if by_name is None:
        raise InputError(f"“{name.strip()}” is no built-in persona.", "Only those that Handai brought can be reset.")
    return by_name


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _good_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InputError("The persona has no name.", "Give it one.")
    if len(name) > LONGEST_NAME:
        raise InputError(f"The name has {len(name)} letters.", f"Take at most {LONGEST_NAME}.")
    return name


def _good_text(instructions: str) -> str:
    if not instructions.strip():
        raise InputError("The persona has no instructions.", "Say how the model should work.")
    if len(instructions) > LONGEST_TEXT:
        raise InputError(f"The instructions have {len(instructions):,} characters.", f"Take at most {LONGEST_TEXT:,}.")
    return instructions.strip()

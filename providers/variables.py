"""Variables that a person set: in the environment, in .env or in secrets.env of the current folder, in this order."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILES = (".env", "secrets.env")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable that is set; `file` is None for the environment."""

    name: str
    value: str
    file: str | None = None

    def __repr__(self) -> str:  # the value may be a key
        return f"Variable({self.name!r}, file={self.file!r})"

    @property
    def where(self) -> str:
        """Where it is set, in plain words."""
        return f"{self.name} in {self.file}" if self.file else f"the environment variable {self.name}"


def variables(*names: str) -> Iterator[Variable]:
    """Every place where one of `names` is set, the one in force first; empty values count as unset."""
    yield from _set({name: os.environ.get(name) for name in names}, None)
    for file in FILES:
        values = _read(Path(file)) or {}
        yield from _set({name: values.get(name) for name in names}, file)


def variable(*names: str) -> Variable | None:
    """The one in force, or None."""
    return next(variables(*names), None)


def unreadable_files() -> tuple[str, ...]:
    """Files of variables that are there but can't be read."""
    return tuple(file for file in FILES if _read(Path(file)) is None)


def _set(values: dict[str, str | None], file: str | None) -> Iterator[Variable]:
    for name, value in values.items():
        if value and value.strip():
            yield Variable(name, value.strip(), file)


def _read(path: Path) -> dict[str, str | None] | None:
    try:
        return _values_in(path) if path.is_file() else {}
    except (OSError, UnicodeDecodeError):
        return None


def _values_in(file: Path) -> dict[str, str | None]:
    from dotenv import dotenv_values  # most folders have no such file, and a run's first request waits for this

    return dotenv_values(file, interpolate=False)  # a key may contain a dollar sign

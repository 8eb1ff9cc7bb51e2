"""Where Handai keeps its files, and what the environment says. The environment is read here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from platformdirs import user_data_path

from handai_db import Catalogue, private_directory

PROJECT = Path(__file__).resolve().parent.parent


_PREFIX = "handai_"


@dataclass(frozen=True, slots=True)
class Environment:
    """The HANDAI_* variables, from the environment or a .env file in the current folder; empty ones are not set."""

    home: str | None = None
    provider: str | None = None
    model: str | None = None
    base_url: str | None = None
    log: str | None = None
    log_content: str | None = None
    open_paths: str | None = None

    @property
    def logs_requests(self) -> bool:
        """Whether requests and answers are logged."""
        return (self.log or "").strip().lower() == "debug"

    @property
    def logs_content(self) -> bool:
        """Whether the log may hold what rows and answers say."""
        return (self.log_content or "").strip().lower() in {"1", "true", "yes", "on"}


def environment() -> Environment:
    """The environment as it is now."""
    said = tuple(_ours(os.environ).items())
    file = Path(".env")
    return _read(said, file, _version(file))


@lru_cache(maxsize=4)
def _read(said: tuple[tuple[str, str], ...], file: Path, version: tuple[int, ...] | None) -> Environment:
    """Read anew only if something has changed: it is asked dozens of times in the first second of a run."""
    found = {**(_in_file(file) if version else {}), **dict(said)}
    return Environment(**{field.name: found.get(_PREFIX + field.name) for field in fields(Environment)})


def _in_file(file: Path) -> dict[str, str]:
    from dotenv import dotenv_values  # most folders have no such file, and a run's first request waits for this

    return _ours(dotenv_values(file)) if file.is_file() else {}


def _ours(values: Mapping[str, str | None]) -> dict[str, str]:
    """Handai's variables among these, by their names in small letters."""
    names = [name for name in values if name.lower().startswith(_PREFIX)]
    return {name.lower(): value for name in names if (value := values[name])}


def _version(file: Path) -> tuple[int, ...] | None:
    """Which file it is, in whatever folder, and when it was written; None if there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def home() -> Path:
    """HANDAI_HOME, or the platform's data directory; made on first use, private to its owner."""
    said = environment().home
    # A run's own process works in another folder: what is relative here would be elsewhere there.
    return private_directory(Path(said).expanduser().absolute() if said else user_data_path("handai"))


def catalogue_path() -> Path:
    """The catalogue's file."""
    return home() / "handai.db"


def open_catalogue() -> Catalogue:
    """The catalogue; use it as a context manager, one short use at a time."""
    os.umask(0o077)  # SQLite makes journals and logs itself
    return Catalogue(catalogue_path())


def run_path(run_id: str) -> Path:
    """The run file of a run."""
    return private_directory(home() / "runs") / f"{run_id}.db"


def run_log_path(run_id: str) -> Path:
    """What the run's process writes on its standard error."""
    return run_path(run_id).with_suffix(".log")


def dataset_path(dataset_id: str) -> Path:
    """The folder of a stored upload."""
    return private_directory(home() / "datasets") / dataset_id


@lru_cache(maxsize=1)
def samples_path() -> Path:
    """The folder of the sample data that Handai ships."""
    return PROJECT / "samples"

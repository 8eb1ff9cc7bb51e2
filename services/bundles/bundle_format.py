"""What a bundle is: one zip file with everything of a run, and a manifest that says what belongs in it."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, field_validator

from engine.declared import Declared
from engine.results import RunStatus
from engine.spec import RunSpec
from engine.tables import READABLE, ParseOptions

VERSION = 1
MANIFEST, RUN_FILE, SPEC, METHODS = "manifest.json", "run.db", "spec.yaml", "methods.md"
RESULT_CSV, RESULT_PARQUET = "result.csv", "result.parquet"
EVENTS, ATTEMPTS = "log/events.jsonl", "log/attempts.jsonl"
FIXED = (METHODS, SPEC, RESULT_CSV, RESULT_PARQUET, EVENTS, ATTEMPTS, RUN_FILE)
MOST_TABLES = 40
MOST_FILES = len(FIXED) + MOST_TABLES + 1

_TABLE = re.compile(rf"data/[^/\\\x00-\x1f]{{1,150}}\.({'|'.join(sorted(READABLE))})", re.IGNORECASE)
_RUN_ID = r"^\d{6}-[0-9a-f]{6}$"
_SHA256 = r"^[0-9a-f]{64}$"
_SHORT = Annotated[str, Field(max_length=10_000)]
_Moment = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]


class BundledFile(Declared):
    """A file in the bundle, its size and its hash."""

    path: str
    bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=_SHA256)]

    @field_validator("path")
    @classmethod
    def _belongs(cls, path: str) -> str:
        if not belongs(path):
            raise ValueError("no bundle has such a file")
        return path


class BundledTable(Declared):
    """An uploaded table: its original bytes are in `path`."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    filename: Annotated[str, Field(min_length=1, max_length=300)]
    options: ParseOptions
    path: str
    sample: bool = False


class BundledRun(Declared):
    """The run as the history knows it; `drawn_sha256` is the hash over the sampled rows of a generated table."""

    id: Annotated[str, Field(pattern=_RUN_ID)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    status: RunStatus
    reason: _SHORT | None = None
    cause: _SHORT | None = None
    remedy: _SHORT | None = None
    spec: RunSpec
    dataset_id: str | None = None
    total: Annotated[int, Field(ge=0, le=2**31)]
    created_at: _Moment
    started_at: _Moment | None = None
    finished_at: _Moment | None = None
    drawn_sha256: Annotated[str, Field(pattern=_SHA256)] | None = None


class BundleManifest(Declared):
    """What a bundle holds, said first."""

    format: Literal["handai-bundle"] = "handai-bundle"
    version: Literal[1] = 1
    made_by: Annotated[str, Field(max_length=100)]
    made_at: _Moment
    run: BundledRun
    tables: Annotated[tuple[BundledTable, ...], Field(max_length=MOST_TABLES)] = ()
    files: Annotated[tuple[BundledFile, ...], Field(max_length=MOST_FILES)]


def belongs(path: str) -> bool:
    """Whether a bundle may have a member of this name."""
    return path in FIXED or (_TABLE.fullmatch(path) is not None and PurePosixPath(path).name not in {".", ".."})


def table_path(filename: str, number: int) -> str:
    """Where an uploaded table is in the bundle, called almost as its owner called it."""
    stem, _, ending = filename.rpartition(".")
    safe = re.sub(r"[^\w.-]+", "-", stem).strip("-.")[:80] or "table"
    return f"data/{safe}{'' if number == 1 else f'-{number}'}.{ending.lower()}"

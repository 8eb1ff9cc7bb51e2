"""A run as one file that can be kept, handed on and opened again: table, answers, settings, log, methods."""

import hashlib
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.schema.columns import TableColumn
from engine.spec import GenerateInput, RunSpec
from handai_db import DatasetRecord, RunRecord, copy_for_others, lines_of_log
from handai_errors import ConflictError, DiskFullError, NotFoundError
from services.bundles import bundle_format as form
from services.bundles.bundle_format import BundledFile, BundledRun, BundledTable, BundleManifest
from services.bundles.methods import methods_text
from services.home import dataset_path, home, run_path
from services.past import history
from services.results import exporting
from services.results.exporting import Wanted
from services.running.damage import refuse_damaged
from services.tables.datasets import dataset
from services.tables.run_tables import RunTable, datasets_of, table_of
from services.version import handai_version

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """A written bundle."""

    path: Path
    bytes: int
    files: int


def bundle(record: RunRecord, target: Path, *, overwrite: bool = False) -> BundleInfo:
    """Write a run, finished or not, with all that belongs to it to one zip file; whole or not at all.

    Nothing of it is held in memory. Raises ConflictError for a wrong place, DamagedFileError for a damaged run.
    """
    if target.suffix.lower() != ".zip":
        raise ConflictError(f"A bundle is a zip file; {target.name} is not called one.", "Let the name end in .zip.")
    exporting.check_place(target, overwrite=overwrite)
    refuse_damaged(record)
    part = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=home(), prefix=".bundle-") as folder:
            members = _members(record, Path(folder))
            _write_zip(part, members, _manifest(record, members))
        part.replace(target)
    except OSError as error:
        raise DiskFullError(
            f"The bundle can't be written: {error.strerror or error}.", "Free some space, or choose another place."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return BundleInfo(target, target.stat().st_size, len(members) + 1)


def size_of(record: RunRecord) -> int:
    """About how many bytes go into a run's bundle, before they are packed."""
    tables = sum(path.stat().st_size for table in datasets_of(record) for path in _originals(table))
    return 3 * history.disk_use_of(record.id) + 2 * tables


def drawn_hash(table: RunTable, rows: int) -> str:
    """A hash over the rows of a sampled table: another machine draws the same, or it is noticed."""
    digest = hashlib.sha256()
    for row in table.read(0, rows):
        digest.update(orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE))
    return digest.hexdigest()


def _members(record: RunRecord, folder: Path) -> dict[str, Path]:
    """Every file of the bundle by its name in it, made in a folder or where it is already."""
    members = {name: folder / Path(name).name for name in form.FIXED}
    copy_for_others(run_path(record.id), members[form.RUN_FILE], _places())
    for name, which in ((form.EVENTS, "events"), (form.ATTEMPTS, "attempts")):
        _write_lines(members[name], lines_of_log(members[form.RUN_FILE], which))
    for name in (form.RESULT_CSV, form.RESULT_PARQUET):
        exporting.export(record, members[name], Wanted())
    members[form.METHODS].write_text(methods_text(record), encoding="utf-8")
    tables = _tables(record)
    members[form.SPEC].write_text(_spec_for_others(record.spec, tables).to_yaml(), encoding="utf-8")
    return members | {table.path: next(iter(_originals(table.id))) for table in tables}


def _places() -> tuple[str, ...]:
    """Folders of this machine, which nobody else needs to know; the longest first."""
    return tuple(sorted({str(home()), str(Path.home()), tempfile.gettempdir()}, key=len, reverse=True))


def _write_lines(target: Path, lines: Iterable[object]) -> None:
    with target.open("wb") as file:
        for line in lines:
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _originals(dataset_id: str) -> Iterator[Path]:
    found = next(dataset_path(dataset_id).glob("original*"), None)
    if found is None:
        raise NotFoundError("The table of this run is no longer stored.", "A bundle can't be made without it.")
    yield found


def _tables(record: RunRecord) -> tuple[BundledTable, ...]:
    stored: list[DatasetRecord] = [dataset(dataset_id) for dataset_id in sorted(datasets_of(record))]
    return tuple(
        BundledTable(
            id=table.id,
            filename=table.filename,
            options=table.options,
            path=form.table_path(table.filename, number),
            sample=table.sample,
        )
        for number, table in enumerate(stored, start=1)
    )


def _spec_for_others(spec: RunSpec, tables: tuple[BundledTable, ...]) -> RunSpec:
    """The spec whose tables are the files beside it."""
    paths = {table.id: table.path for table in tables}
    source = spec.input
    if isinstance(source, GenerateInput):
        columns = tuple(
            column.model_copy(update={"file": paths[column.dataset]})
            if isinstance(column, TableColumn) and column.dataset in paths
            else column
            for column in source.columns
        )
        return spec.model_copy(update={"input": source.model_copy(update={"columns": columns})})
    return spec.model_copy(update={"input": source.model_copy(update={"file": paths.get(source.dataset or "")})})


def _manifest(record: RunRecord, members: dict[str, Path]) -> BundleManifest:
    generated = isinstance(record.spec.input, GenerateInput)
    table = table_of(record)
    drawn = drawn_hash(table, record.total) if generated and table.path.exists() else None
    run = BundledRun(
        id=record.id,
        name=record.name,
        status=record.status,
        reason=record.reason,
        cause=_hidden(record.cause),
        remedy=_hidden(record.remedy),
        spec=record.spec,
        dataset_id=record.dataset_id,
        total=record.total,
        created_at=record.created_at,
        started_at=record.started_at,
        finished_at=record.finished_at,
        drawn_sha256=drawn,
    )
    files = tuple(
        BundledFile(path=name, bytes=path.stat().st_size, sha256=hash_of(path)) for name, path in members.items()
    )
    made_by = f"Handai {handai_version()}"
    return BundleManifest(made_by=made_by, made_at=time.time(), run=run, tables=_tables(record), files=files)


def _hidden(text: str | None) -> str | None:
    for place in _places() if text else ():
        text = (text or "").replace(place, "…")
    return text


def hash_of(path: Path) -> str:
    """The hash of a file's bytes, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_zip(target: Path, members: dict[str, Path], manifest: BundleManifest) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr(form.MANIFEST, orjson.dumps(manifest.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
        for name, path in members.items():
            with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as entry:
                shutil.copyfileobj(source, entry, _CHUNK)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, time.localtime()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry

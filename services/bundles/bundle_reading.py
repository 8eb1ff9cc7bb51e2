"""Reads a zip that anybody may have made: only what a bundle has, never more than it says, all held to its hashes."""

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import orjson
from pydantic import ValidationError

from handai_db import private_directory
from handai_errors import DamagedFileError, DiskFullError, InputError, NewerDatabaseError
from services.bundles import bundle_format as form
from services.bundles.bundle_format import BundledFile, BundleManifest
from services.home import home

MOST_BYTES = 100_000_000_000
_MANIFEST_BYTES = 32_000_000
_RATIO, _SMALL = 300, 10_000_000  # a zip bomb unpacks to a thousand times its size; a table of equal rows to fewer
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_AGAIN = "Nothing was opened. Ask for the bundle again."


class Bundle:
    """An open bundle whose manifest was read and whose list of files fits it; nothing else of it is read yet."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = _entries(archive)
        self.manifest = _manifest(archive, self._entries)
        _check_list(self.manifest, self._entries)

    def unpack(self, wanted: dict[str, Path]) -> None:
        """Read every file and hold it to its hash, and write those that are wanted. Raises DamagedFileError."""
        need = sum(file.bytes for file in self.manifest.files if file.path in wanted)
        free = shutil.disk_usage(home()).free
        if need * 2 > free:
            raise DiskFullError(
                f"The bundle needs {need * 2 / 1e9:,.1f} GB to be opened; {free / 1e9:,.1f} GB are free.",
                "Free some space, then try again.",
            )
        for file in self.manifest.files:
            if target := wanted.get(file.path):
                private_directory(target.parent)
                with target.open("xb") as copy:
                    self._read(file, copy)
            else:
                self._read(file, None)

    def _read(self, file: BundledFile, copy: BinaryIO | None) -> None:
        digest, size = hashlib.sha256(), 0
        with _told(), self._archive.open(self._entries[file.path]) as source:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > file.bytes:
                    break
                digest.update(chunk)
                if copy is not None:
                    copy.write(chunk)
        if size != file.bytes or digest.hexdigest() != file.sha256:
            raise DamagedFileError(f"{file.path} in the bundle is not what was put into it.", _AGAIN)


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """The bundle in a file; raises InputError for what is none, DamagedFileError, NewerDatabaseError."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError) as error:
        raise InputError(f"{path.name} is no bundle: it is not a zip file that can be read.", _AGAIN) from error
    except OSError as error:
        raise InputError(f"{path.name} can't be read: {error.strerror or error}.", "Choose another file.") from error
    with archive:
        yield Bundle(archive)


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of the zip by name, once it is sure that only a bundle's are there."""
    found = archive.infolist()
    if len(found) > form.MOST_FILES:
        raise InputError(f"This is no bundle: it holds {len(found):,} files.", _AGAIN)
    entries = {entry.filename: entry for entry in found}
    if form.MANIFEST not in entries:
        raise InputError("This is no bundle of Handai: it has no manifest.", "Choose a file that Handai wrote.")
    if len(entries) < len(found):
        raise DamagedFileError("The bundle holds a file twice.", _AGAIN)
    for entry in found:
        _check_entry(entry)
    if sum(entry.file_size for entry in found) > MOST_BYTES:
        raise InputError("The bundle is too large to be opened.", "Nothing was opened.")
    return entries


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.filename != form.MANIFEST and not form.belongs(entry.filename):
        raise InputError("The bundle holds a file that no bundle has.", "Nothing was opened.")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError("The bundle is packed in a way that Handai doesn't read.", "Nothing was opened.")
    if entry.file_size > _SMALL and entry.file_size > _RATIO * max(1, entry.compress_size):
        raise InputError("The bundle would unpack to far more than it is.", "Nothing was opened.")


def _manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> BundleManifest:
    entry = entries[form.MANIFEST]
    if entry.file_size > _MANIFEST_BYTES:
        raise InputError("The bundle's manifest is too large.", "Nothing was opened.")
    with _told():
        text = archive.read(entry)
    try:
        data = orjson.loads(text)
        version = data["version"]
        if isinstance(version, int) and version > form.VERSION:
            raise NewerDatabaseError(
                f"The bundle was made by a newer Handai (format {version}, this one knows {form.VERSION}).",
                "Update Handai, then open it; nothing was opened.",
            )
        return BundleManifest.model_validate_json(text)
    except (ValidationError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise DamagedFileError("The bundle's manifest can't be read.", _AGAIN) from error


def _check_list(manifest: BundleManifest, entries: dict[str, zipfile.ZipInfo]) -> None:
    listed = [file.path for file in manifest.files]
    if len(set(listed)) < len(listed) or {*listed, form.MANIFEST} != set(entries):
        raise DamagedFileError("The bundle's files are not those of its manifest.", _AGAIN)
    if any(entries[file.path].file_size != file.bytes for file in manifest.files):
        raise DamagedFileError("The bundle's files don't have the sizes of its manifest.", _AGAIN)
    if form.RUN_FILE not in listed or any(table.path not in listed for table in manifest.tables):
        raise DamagedFileError("The bundle lacks its run or one of its tables.", _AGAIN)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise DamagedFileError("The bundle is damaged: a part of it can't be unpacked.", _AGAIN) from error

"""A keyring for tests: a JSON file, so that other processes see it too."""

import json
import os
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

FILE_VARIABLE = "TEST_KEYRING_FILE"


class FileKeyring(KeyringBackend):
    """Keeps passwords in the file that TEST_KEYRING_FILE names."""

    priority = 9

    @property
    def _file(self) -> Path:
        return Path(os.environ[FILE_VARIABLE])

    def _all(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}
        return found

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file.write_text(json.dumps({**self._all(), f"{service}/{username}": password}), "utf-8")

    def delete_password(self, service: str, username: str) -> None:
        self._file.write_text(json.dumps({k: v for k, v in self._all().items() if k != f"{service}/{username}"}))


def made(kind: Any) -> KeyringBackend:  # noqa: ANN401 - the library's classes have untyped constructors
    """A back end of that class."""
    backend: KeyringBackend = kind()
    return backend


def use_file_keyring(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Have this process and its children use a keyring in `file`."""
    monkeypatch.setenv(FILE_VARIABLE, str(file))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{__name__}.{FileKeyring.__name__}")
    monkeypatch.setattr(keyring.core, "_keyring_backend", made(FileKeyring))

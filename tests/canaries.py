"""Keys planted in every place where a key can be, and the search for them everywhere else."""

import base64
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from pydantic import SecretStr

from services.models import keys
from tests.file_keyring import use_file_keyring

PLACES = ("typed", "environment", "dotenv", "secrets", "keyring")
# The provider whose key is in that place; all but the typed one are found by Handai itself.
PROVIDER_OF = {
    "typed": "openrouter",
    "environment": "custom",
    "dotenv": "openai",
    "secrets": "groq",
    "keyring": "together",
}


@dataclass(frozen=True, slots=True)
class Canaries:
    """A key a place; none has the prefix of a real one, so that no pattern finds it by its looks."""

    keys: dict[str, str] = field(default_factory=dict)

    def forms(self, places: Iterable[str] = PLACES) -> set[bytes]:
        """How the keys of these places could be written down."""
        return {form for place in places for form in _forms(self.keys[place])}

    def typed(self, place: str) -> SecretStr | None:
        """What a page would hand over."""
        return SecretStr(self.keys["typed"]) if place == "typed" else None


def _forms(key: str) -> Iterator[bytes]:
    yield key.encode()
    yield quote(key, safe="").encode()
    for shift in range(3):  # the three ways in which base64 can be aligned, without what the neighbours share
        yield base64.b64encode(b"\0" * shift + key.encode())[4:-4]
    yield key.encode("utf-16-le")


def plant(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Canaries:
    """A fresh key in each place; `folder` becomes the current one."""
    found = Canaries({place: f"canary/+{place}-{os.urandom(12).hex()}" for place in PLACES})
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HANDAI_API_KEY", found.keys["environment"])
    (folder / ".env").write_text(f"OPENAI_API_KEY='{found.keys['dotenv']}'\n")
    (folder / "secrets.env").write_text(f"GROQ_API_KEY='{found.keys['secrets']}'\n")
    use_file_keyring(monkeypatch, folder / "keyring.json")
    keys.store_in_keyring("together", SecretStr(found.keys["keyring"]))
    return found


def files_with(forms: set[bytes], *folders: Path) -> list[str]:
    """The files that hold any of `forms`."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(form in path.read_bytes() for form in forms)]


def arguments_with(forms: set[bytes]) -> list[str]:
    """The processes whose arguments hold any of `forms`."""
    return [pid for pid, text in _of_processes("cmdline") if any(form in text for form in forms)]


def environments_with(forms: set[bytes], *, except_children: bool = False) -> list[str]:
    """The processes whose environment holds any of `forms`."""
    own = {str(os.getpid()), *(str(child.pid) for child in psutil.Process().children(recursive=True))}
    spared = own if except_children else set[str]()
    return [pid for pid, text in _of_processes("environ") if pid not in spared and any(form in text for form in forms)]


def _of_processes(name: str) -> Iterator[tuple[str, bytes]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield process.name, (process / name).read_bytes()
        except OSError:  # it has ended, or is somebody else's
            continue

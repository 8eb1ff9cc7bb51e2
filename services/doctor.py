"""What is installed, reachable and configured; keys are masked."""

import shutil
import socket
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from handai_db import SQLITE_VERSION
from handai_errors import HandaiError
from providers.specs import PROVIDERS, ProviderSpec
from providers.variables import unreadable_files
from services import environment, keyring_store
from services.dev_mode import dev_mode, dev_mode_notice
from services.home import home, open_catalogue
from services.keys import key_state

_PACKAGES = ("streamlit", "openai", "pyarrow", "pandas", "aiosqlite")
_SAFE_SQLITE = (3, 51, 3)
_PROBE_S = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `level` is ok, note or problem."""

    level: str
    what: str
    detail: str


def examine() -> tuple[Finding, ...]:
    """Every finding, problems among them; nothing is sent to a provider."""
    return (*_software(), *_storage(), *_settings(), *(_provider(spec) for spec in PROVIDERS))


def _software() -> tuple[Finding, ...]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    found = [Finding("ok" if sys.version_info >= (3, 11) else "problem", "Python", python)]
    for package in _PACKAGES:
        try:
            found.append(Finding("ok", package, version(package)))
        except PackageNotFoundError:
            found.append(Finding("problem", package, "not installed; run ./run.sh"))
    safe = SQLITE_VERSION >= _SAFE_SQLITE
    advice = "" if safe else "; older than 3.51.3, which mends a rare fault that Handai avoids by having one writer"
    found.append(Finding("ok" if safe else "note", "SQLite", ".".join(map(str, SQLITE_VERSION)) + advice))
    return tuple(found)


def _storage() -> tuple[Finding, ...]:
    try:
        folder = home()
        with open_catalogue() as catalogue:
            count = len(catalogue.sessions.all())
    except (HandaiError, OSError) as error:
        return (Finding("problem", "Handai's folder", str(error)),)
    free_gb = shutil.disk_usage(folder).free / 1e9
    level = "ok" if free_gb > 1 else "problem"
    return (
        Finding("ok", "Handai's folder", f"{folder} ({count} sessions)"),
        Finding(level, "Free disk space", f"{free_gb:.1f} GB"),
    )


def _settings() -> tuple[Finding, ...]:
    usable = keyring_store.is_usable()
    notice = dev_mode_notice()
    return (
        *((Finding("note", "DEV_MODE", notice),) if notice else ()),
        *(Finding("problem", file, "can't be read: keys in it are not used") for file in unreadable_files()),
        *(Finding("ok", "OPENROUTER_ variables", fact) for fact in environment.told()),
        *(Finding("problem", "OPENROUTER_ variables", why) for why in environment.given_for("openrouter").problems),
        Finding("ok" if usable else "note", "Keyring", "there" if usable else "none: keys come from the environment"),
    )


def _provider(spec: ProviderSpec) -> Finding:
    if spec.id == "demo":
        return Finding("ok", spec.name, "offline demo, no AI: works without a key")
    if dev_mode():
        return Finding("note", spec.name, "offline demo, no AI: DEV_MODE is on")
    if spec.local:
        running = _listens(spec.base_url)
        return Finding(
            "ok" if running else "note", spec.name, "running" if running else f"not running: {spec.start_hint}"
        )
    state = key_state(spec.id)
    if state.in_force is None:
        wanted = " or ".join(spec.key_variables)
        return Finding("note", spec.name, f"no key ({wanted})")
    key, warning = state.in_force, f". {state.hint}" if state.hint else ""
    return Finding("note" if warning else "ok", spec.name, f"key {key.shown} from {key.source}{warning}")


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=_PROBE_S):
            return True
    except OSError:
        return False

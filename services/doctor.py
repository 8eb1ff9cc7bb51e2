"""What is installed, reachable and configured; keys are masked."""

import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from handai_db import SQLITE_VERSION
from handai_errors import HandaiError
from providers.specs import PROVIDERS, ProviderSpec
from providers.variables import unreadable_files
from services import answer_cache, environment
from services.dev_mode import dev_mode, dev_mode_notice
from services.home import home, open_catalogue
from services.models import keyring_store, local_servers
from services.models.keys import key_state

_PACKAGES = ("streamlit", "openai", "pyarrow", "pandas", "aiosqlite")
_SAFE_SQLITE = (3, 51, 3)
_DEV_MODE = "offline demo, no AI: DEV_MODE is on"
_REMOTE = tuple(spec for spec in PROVIDERS if spec.id == "demo" or not spec.local)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `level` is ok, note or problem."""

    level: str
    what: str
    detail: str


def examine() -> tuple[Finding, ...]:
    """Every finding, problems among them; nothing is sent to a provider."""
    return (*_software(), *_storage(), *_settings(), *_local_servers(), *(_provider(spec) for spec in _REMOTE))


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
    kept = answer_cache.use()
    free_gb = shutil.disk_usage(folder).free / 1e9
    level = "ok" if free_gb > 1 else "problem"
    return (
        Finding("ok", "Handai's folder", f"{folder} ({count} sessions)"),
        Finding(level, "Free disk space", f"{free_gb:.1f} GB"),
        Finding(
            "ok", "Kept answers", f"{kept.answers:,} in {kept.bytes / 1e6:.1f} MB; handai cache --clear deletes them"
        ),
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


def _local_servers() -> tuple[Finding, ...]:
    if dev_mode():
        return tuple(Finding("note", spec.name, _DEV_MODE) for spec in PROVIDERS if spec not in _REMOTE)
    return tuple(
        Finding("ok" if server.running else "note", server.candidate.name, server.told)
        for server in local_servers.look()
    )


def _provider(spec: ProviderSpec) -> Finding:
    if spec.id == "demo":
        return Finding("ok", spec.name, "offline demo, no AI: works without a key")
    if dev_mode():
        return Finding("note", spec.name, _DEV_MODE)
    state = key_state(spec.id)
    if state.in_force is None:
        wanted = " or ".join(spec.key_variables)
        return Finding("note", spec.name, f"no key ({wanted})")
    key, warning = state.in_force, f". {state.hint}" if state.hint else ""
    return Finding("note" if warning else "ok", spec.name, f"key {key.shown} from {key.source}{warning}")

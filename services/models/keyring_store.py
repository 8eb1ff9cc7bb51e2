"""The operating system's keyring: where a key stays when a person asks for it. Without one nothing breaks."""

import threading
from collections.abc import Callable
from typing import TypeVar

from pydantic import SecretStr

from handai_errors import InputError

SERVICE = "handai"
_PATIENCE_S = 5.0  # a locked keyring may be waiting for a password that nobody is there to type
_UNUSABLE = "This machine has no keyring that Handai can use."
_INSTEAD = "Set the key's environment variable, or put it into a file secrets.env in the folder where Handai starts."

T = TypeVar("T")


def lookup(name: str) -> SecretStr | None:
    """The key stored under `name`; None also when there is no keyring, or it doesn't open."""
    try:
        import keyring

        found = _soon(lambda: keyring.get_password(SERVICE, name))
    except Exception:  # noqa: BLE001 - back ends are other people's programs: whatever fails, there is no key here
        return None
    return SecretStr(found.strip()) if found and found.strip() else None


def store(name: str, key: SecretStr) -> None:
    """Put a key into the keyring; raises InputError where that can't be done."""
    try:
        import keyring

        _soon(lambda: keyring.set_password(SERVICE, name, key.get_secret_value().strip()))
    except Exception:  # noqa: BLE001 - any back end's; its text could hold the key
        stored = False
    else:
        stored = True
    if not stored:  # raised here, outside the except block: nothing of a back end's error travels along
        raise InputError(_UNUSABLE, _INSTEAD)


def delete(name: str) -> bool:
    """Remove a key from the keyring; False if there was none to remove."""
    if lookup(name) is None:
        return False
    try:
        import keyring

        _soon(lambda: keyring.delete_password(SERVICE, name))
    except Exception:  # noqa: BLE001 - whatever a back end fails with, the key is still there
        return False
    return True


def is_usable() -> bool:
    """Whether there is a keyring at all; it may still be locked."""
    try:
        import keyring

        return keyring.get_keyring().priority > 0  # the stand-ins for a missing keyring have 0 or less
    except Exception:  # noqa: BLE001 - a back end that can't say so is none
        return False


def _soon(ask: Callable[[], T]) -> T:
    """What `ask` gives, unless it takes too long."""
    found: list[T] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(ask())
        except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
            failed.append(error)

    thread = threading.Thread(target=work, name="keyring", daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError
    return found[0]

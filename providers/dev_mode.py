"""DEV_MODE: whatever provider is chosen, the offline demo answers and nothing is sent."""

from providers.variables import variable

VARIABLE = "HANDAI_DEV_MODE"
_NAMES = (VARIABLE, "DEV_MODE")
_ON = {"1", "true", "yes", "on"}


def dev_mode() -> bool:
    """Whether it is on, by the environment, .env or secrets.env; the variable of our own name is asked first."""
    found = variable(*_NAMES)
    return found is not None and found.value.lower() in _ON


def dev_mode_source() -> str | None:
    """Where it was switched on, in plain words; None while it is off."""
    found = variable(*_NAMES)
    return found.where if found is not None and dev_mode() else None

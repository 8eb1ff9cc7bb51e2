"""Which Handai this is."""

import tomllib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from services.home import PROJECT


@lru_cache(maxsize=1)
def handai_version() -> str:
    """The version: that of the clone it runs from, else that of the installed package."""
    try:
        return str(tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    except (OSError, KeyError, ValueError):
        pass
    try:
        return version("handai")
    except PackageNotFoundError:
        return "unknown"

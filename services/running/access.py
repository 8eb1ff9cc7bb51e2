"""How another provider than the run's own is reached: found where a run is started, handed to its process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Access:
    """A provider's address and the key for it."""

    base_url: str
    key: SecretStr | None = field(default=None, repr=False)


Accesses = Mapping[str, Access]

"""By which site and name a provider knows the calls: the person's own where variables say them, else Handai's."""

from providers.specs import PROVIDERS, ProviderSpec
from providers.variables import variable


def own_headers(spec: ProviderSpec) -> dict[str, str]:
    """The headers that every request to a provider carries beside the key."""
    said = {header: _sendable(name) for header, name in spec.header_variables.items()}
    return {**spec.headers, **{header: value for header, value in said.items() if value}}


def attribution_variables() -> dict[str, str]:
    """The variables in force, by name, for a process that looks for its .env in another folder."""
    names = [name for spec in PROVIDERS for name in spec.header_variables.values()]
    return {name: value for name in names if (value := _sendable(name))}


def _sendable(name: str) -> str:
    """A variable's value as a header takes it: printable ASCII."""
    found = variable(name)
    return "".join(letter for letter in found.value if " " <= letter <= "~").strip() if found else ""

"""The YAML of a spec, in a module of its own: a run that comes from flags needs none."""

import re
from typing import Any

import yaml

from handai_errors import SpecError

_RARE_BREAKS = re.compile("[\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Quotes text with rare line breaks, which PyYAML would otherwise read back as plain ones."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = '"' if _RARE_BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(data: dict[str, Any]) -> str:
    """A spec's plain data as a document."""
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True))


def mapping_in(text: str) -> dict[str, Any]:
    """The mapping in a document; raises SpecError in plain words."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SpecError(f"The spec is not valid YAML: {error}", "Mend the line it names.") from None
    if not isinstance(data, dict):
        raise SpecError("The spec is empty or not a mapping.", "It needs at least `input` and `model`.")
    return data

"""What differs in the settings of runs, and only that, in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.spec import RunSpec

NOT_SET = "not set"
_LABELS = {
    "prompt.instructions": "Instructions",
    "prompt.template": "Prompt template",
    "prompt.examples": "Examples",
    "model.provider": "Provider",
    "model.model": "Model",
    "model.base_url": "Address",
    "model.temperature": "Temperature",
    "model.max_tokens": "Longest answer, in tokens",
    "model.json_mode": "JSON mode",
    "model.seed": "Seed",
    "model.fallbacks": "Fallback models",
    "model.routing": "Whom OpenRouter may ask",
    "limits.concurrency": "Requests in flight",
    "limits.rpm": "Requests a minute at most",
    "limits.spacing_s": "Seconds between requests",
    "limits.daily_requests": "Requests a day at most",
    "limits.max_attempts": "Attempts a model call",
    "limits.timeout_s": "Seconds an attempt may take",
    "limits.backoff": "Waits between attempts",
    "limits.max_cost_usd": "Spending cap in US dollars",
    "limits.cache": "Takes kept answers",
    "limits.similar": "Similar rows share an answer",
    "input.columns": "Columns shown to the model",
    "input.rows": "Only these rows",
    "input.only_where": "Only rows where",
    "input.limit": "Only the first rows",
}
_PARTS = {"version", "prompt", "model", "input", "limits", "outputs"}
_WRITTEN = {"Instructions", "Prompt template"}
_SAME_TABLE = {"kind", "dataset", "file", "parse"}  # runs over one table are compared
_FIELDS = {"values": "allowed values", "json_schema": "JSON Schema", "min_length": "shortest", "max_length": "longest"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in all runs: what it is called, and each run's in order."""

    label: str
    values: tuple[str, ...]

    @property
    def is_long(self) -> bool:
        """Whether it reads better line by line than in a cell."""
        return self.label in _WRITTEN or any(len(value) > 60 or "\n" in value for value in self.values)


def differences(specs: Sequence[RunSpec]) -> tuple[Difference, ...]:
    """The settings in which runs differ, what a person wrote first."""
    told = [_settings(spec) for spec in specs]
    if len({spec.model.provider for spec in specs}) > 1:  # each has its own
        for settings in told:
            settings.pop(_LABELS["model.base_url"])
    labels = list(dict.fromkeys(label for settings in told for label in settings))
    found = (Difference(label, tuple(settings.get(label, NOT_SET) for settings in told)) for label in labels)
    return tuple(item for item in found if len(set(item.values)) > 1)


def _settings(spec: RunSpec) -> dict[str, str]:
    data = spec.model_dump(mode="json")
    found: dict[str, str] = {}
    for part in ("prompt", "model", "input", "limits"):
        for name, value in data[part].items():
            if part != "input" or name not in _SAME_TABLE:
                found[_label(part, name)] = _words(value)
    for name in data.keys() - _PARTS:
        found[name.replace("_", " ").capitalize()] = _words(data[name])
    found["New columns"] = ", ".join(item["name"] for item in data["outputs"])
    for output in data["outputs"]:
        for name, value in output.items():
            if name != "name":
                label = f"Column {output['name']}: {_FIELDS.get(name, name.replace('_', ' '))}"
                found[label] = _words(value)
    return found


def _label(part: str, name: str) -> str:
    path = f"{part}.{name}"
    return _LABELS.get(path) or f"{part}: {name.replace('_', ' ')}".capitalize()


def _words(value: object) -> str:
    if value is None or value in ("", [], {}):
        return NOT_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(str(item) for item in value)
    return json.dumps(_said(value), ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _said(value: Any) -> Any:  # noqa: ANN401 any JSON
    """Without what is not set, which says nothing."""
    if isinstance(value, Mapping):
        return {key: _said(item) for key, item in value.items() if item not in (None, "", [], {})}
    return [_said(item) for item in value] if isinstance(value, list) else value

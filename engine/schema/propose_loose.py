"""What models write instead of a schema's own words, put into them: "choices" for values, "min" for low."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.columns import ColumnType
from engine.schema.shape import FORMS, SAMPLERS

Loose = dict[str, Any]

_SAMPLERS = {
    "categorical": "category", "choice": "category", "choices": "category", "enum": "category", "gaussian": "normal",
    "integer": "uniform", "int": "uniform", "number": "uniform", "float": "uniform", "random": "uniform",
    "boolean": "bernoulli", "bool": "bernoulli", "datetime": "date", "date_range": "date", "sequential": "sequence",
    "autoincrement": "sequence", "fake": "faker", "const": "constant", "conditional": "subcategory",
}  # fmt: skip
_WRITTEN = frozenset({"model", "llm", "text", "prompt", "ai", "generated"})
_KEYS: Mapping[str, Mapping[str, str]] = {
    "category": {"options": "values", "choices": "values", "categories": "values"},
    "subcategory": {
        "parent": "of", "depends_on": "of", "column": "of", "options": "values", "choices": "values",
        "mapping": "values",
    },
    "uniform": {"min": "low", "max": "high", "minimum": "low", "maximum": "high", "precision": "decimals"},
    "normal": {
        "std": "sd", "stddev": "sd", "std_dev": "sd", "sigma": "sd", "mu": "mean", "min": "minimum", "max": "maximum",
        "low": "minimum", "high": "maximum", "precision": "decimals",
    },
    "poisson": {"lambda": "mean", "lam": "mean", "rate": "mean"},
    "bernoulli": {"probability": "p", "prob": "p"},
    "date": {"start_date": "start", "end_date": "end", "from": "start", "to": "end", "min": "start", "max": "end"},
    "id": {"format": "pattern", "template": "pattern"},
    "faker": {"provider": "kind", "method": "kind"},
    "prompt": {"min": "minimum", "max": "maximum", "options": "values", "choices": "values", "enum": "values"},
}  # fmt: skip
_SINGLE_BRACES = re.compile(r"(?<!\{)\{\s*([^{}]+?)\s*\}(?!\})")


def plain_column(data: Mapping[str, Any]) -> Loose:
    """A proposed column in the schema's own words as far as they can be guessed."""
    column = {str(key).strip(): value for key, value in data.items() if value is not None}
    if column.pop("hidden", False) is True:
        column["export"] = False
    _settle_form(column)
    form = str(column.get("sampler") or next((key for key in FORMS if key in column), ""))
    for loose, right in _KEYS.get(form, {}).items():
        if loose in column and right not in column:
            column[right] = column.pop(loose)
    if "sampler" in column:
        _settle_sampled(column, form)
    elif "prompt" in column:
        _settle_written(column)
    return column


def _settle_form(column: Loose) -> None:
    """Exactly one of sampler, expression, prompt and judge."""
    if "formula" in column and "expression" not in column:
        column["expression"] = column.pop("formula")
    for key in ("sampler", "kind", "type", "distribution"):
        said = str(column.get(key, "")).strip().casefold()
        if key != "sampler" and any(form in column for form in FORMS):
            break
        if said in SAMPLERS or said in _SAMPLERS:
            column.pop(key)
            column["sampler"] = said if said in SAMPLERS else _SAMPLERS[said]
    if str(column.get("sampler", "")).casefold() in _WRITTEN and "prompt" in column:
        del column["sampler"]
    present = [form for form in FORMS if form in column]
    for extra in present[1:]:
        del column[extra]


def _settle_sampled(column: Loose, sampler: str) -> None:
    column.pop("type", None)
    if sampler == "category":
        column["values"] = _choices(column.get("values"), column.pop("weights", None))
    elif sampler == "subcategory" and isinstance(column.get("values"), Mapping):
        column["values"] = {str(key): _choices(choices, None) for key, choices in column["values"].items()}
    elif sampler == "id" and isinstance(column.get("pattern"), str):
        column["pattern"] = _pattern(column["pattern"])


def _choices(values: Any, weights: Any) -> Any:  # noqa: ANN401 any JSON
    """A list, or a mapping to weights; pairs of value and weight become the latter."""
    if isinstance(values, Sequence) and not isinstance(values, str):
        if values and all(isinstance(item, Mapping) and "value" in item for item in values):
            return {str(item["value"]): item.get("weight", 1) for item in values}
        plain = [_text(item) for item in values]
        if isinstance(weights, Sequence) and len(weights) == len(plain):
            return dict(zip(plain, weights, strict=True))
        return plain
    if isinstance(values, Mapping):
        return {_text(key): weight for key, weight in values.items()}
    return {_text(key): weight for key, weight in weights.items()} if isinstance(weights, Mapping) else values


def _text(value: Any) -> str:  # noqa: ANN401 any JSON
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _pattern(pattern: str) -> str:
    """A pattern with one place for its number: "ORD-####" is meant as "ORD-{0001}"."""
    if re.search(r"\{\d+\}", pattern):
        return pattern
    found = re.search(r"#+|\{[^{}]*\}|0+$", pattern)
    if found is None:
        return pattern + "{0001}"
    width = max(4, len(found[0])) if found[0].startswith("{") else len(found[0])
    return f"{pattern[: found.start()]}{{{1:0{width}d}}}{pattern[found.end() :]}"


def _settle_written(column: Loose) -> None:
    kind = str(column.get("type", "text")).casefold()
    named = {"string": "text", "str": "text", "int": "integer", "float": "number", "bool": "boolean", "array": "list"}
    kind = named.get(kind, kind)
    column["type"] = kind if kind in [str(known) for known in ColumnType] else "text"
    if column["type"] == "category" and not column.get("values"):
        column["type"] = "text"
    if column["type"] != "category":
        column.pop("values", None)
    if column["type"] not in {"integer", "number"}:
        column.pop("minimum", None)
        column.pop("maximum", None)


def with_placeholders(text: str, names: Sequence[str]) -> str:
    """A prompt in which {name} is meant as {{ name }}."""
    return _SINGLE_BRACES.sub(lambda match: f"{{{{ {match[1]} }}}}" if match[1] in names else match[0], text)

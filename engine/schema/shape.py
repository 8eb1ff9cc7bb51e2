"""Which keys stand where in a schema file: unknown and missing ones told with the nearest."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from engine.nearest import close_names
from engine.schema import columns as c
from engine.schema.problems import Place, Problem

FORMS = ("sampler", "expression", "prompt", "judge")
_SAMPLERS: dict[str, type[BaseModel]] = {
    kind.model_fields["sampler"].annotation.__args__[0]: kind for kind in get_args(get_args(c.SamplerColumn)[0])
}
_CLASSES: dict[str, type[BaseModel]] = {
    "expression": c.ExpressionColumn,
    "prompt": c.ModelColumn,
    "judge": c.JudgeColumn,
}
SAMPLERS = tuple(_SAMPLERS)
_KNOWN = frozenset(key for kind in (*_SAMPLERS.values(), *_CLASSES.values()) for key in kind.model_fields)


def keys_of(kind: type[BaseModel]) -> dict[str, bool]:
    """The keys of a class as a file writes them, and whether each is required."""
    return {entry.alias or name: entry.is_required() for name, entry in kind.model_fields.items()}


def shape_problems(data: object) -> Iterator[Problem]:
    """What is wrong with the keys, from the top to the bottom."""
    if not isinstance(data, dict):
        told = "is empty" if data is None else f"is {worded(data)}, not a mapping of keys"
        yield Problem((), f"the schema {told}.", "It begins with `rows` and `columns`.")
        return
    yield from _keys((), "a schema", data, c.Schema)
    for place, column in enumerate(_items(data.get("columns"))):
        yield from _column(("columns", place), column)
    for place, check in enumerate(_items(data.get("checks"))):
        yield from _part(("checks", place), "a check", check, c.Check)
    if isinstance(data.get("duplicates"), dict):
        yield from _keys(("duplicates",), "`duplicates`", data["duplicates"], c.Duplicates)


def _items(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


def worded(value: object) -> str:
    """What a person wrote, as a message shows it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int | float):
        return str(value)
    return f"'{str(value)[:40]}'"


def _column(place: Place, data: object) -> Iterator[Problem]:
    if not isinstance(data, dict):
        yield Problem(
            place, f"a column must be a mapping of keys, not {worded(data)}.", "Such as {name: tone, sampler: uuid}."
        )
        return
    who = f"the column `{data['name']}`" if isinstance(data.get("name"), str) else "a column"
    forms = [form for form in FORMS if form in data]
    if len(forms) != 1:
        yield _not_one_form(place, who, forms, data)
    elif forms == ["sampler"]:
        yield from _sampled(place, data)
    else:
        yield from _keys(place, f"{_ARTICLE[forms[0]]} column", data, _CLASSES[forms[0]])
        if isinstance(data.get("judge"), dict):
            yield from _keys((*place, "judge"), "`judge`", data["judge"], c.Rubric)


_ARTICLE = {"expression": "an expression", "prompt": "a model", "judge": "a judge"}


def _not_one_form(place: Place, who: str, forms: list[str], data: Mapping[str, Any]) -> Problem:
    told = " and ".join(f"`{form}`" for form in forms) if forms else "none of them"
    close = [(key, near) for key in data if key not in _KNOWN for near in close_names(key, FORMS, 1)]
    hint = "Keep one."
    if not forms:
        hint = f"Did you mean `{close[0][1]}` where it says `{close[0][0]}`?" if close else "Add what fills it."
    return Problem(place, f"{who} needs exactly one of sampler, expression, prompt and judge; it has {told}.", hint)


def _sampled(place: Place, data: dict[str, Any]) -> Iterator[Problem]:
    name = data["sampler"]
    kind = _SAMPLERS.get(name) if isinstance(name, str) else None
    if kind is None:
        near = close_names(str(name), SAMPLERS, 2)
        hint = f"Did you mean {' or '.join(f'`{other}`' for other in near)}?" if near else ""
        hint = hint or f"The samplers are: {', '.join(SAMPLERS)}."
        yield Problem((*place, "sampler"), f"there is no sampler {worded(name)}.", hint)
        return
    yield from _keys(place, f"{_a(name)} column", data, kind)
    for number, case in enumerate(_items(data.get("when"))):
        yield from _part((*place, "when", number), "a condition in `when`", case, c.Case)
    if kind is c.CategoryColumn and "values" in data:
        yield from _choices((*place, "values"), data["values"])
    if kind is c.SubcategoryColumn and isinstance(data.get("values"), dict):
        for key, choices in data["values"].items():
            yield from _choices((*place, "values", key), choices)


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeio" else f"a {word}"


def _part(place: Place, who: str, data: object, kind: type[BaseModel]) -> Iterator[Problem]:
    if isinstance(data, dict):
        yield from _keys(place, who, data, kind)
    else:
        yield Problem(place, f"{who} must be a mapping of keys, not {worded(data)}.", "docs/schema.md shows the form.")


def _keys(place: Place, who: str, data: dict[str, Any], kind: type[BaseModel]) -> Iterator[Problem]:
    known = keys_of(kind)
    unknown = [key for key in data if key not in known]
    missing = [key for key, required in known.items() if required and key not in data]
    for key in unknown:
        near = close_names(key, [other for other in known if other not in data] or known, 1)
        if not near and len(missing) == 1:
            near = (missing[0],)
        hint = f"Did you mean `{near[0]}`?" if near else f"Its keys are: {', '.join(known)}."
        missing = [other for other in missing if other not in near]
        yield Problem((*place, key), f"`{key}` is not a key of {who}.", hint)
    for key in missing:
        named = f" `{data['name']}`" if isinstance(data.get("name"), str) else ""
        yield Problem(place, f"{who}{named} needs `{key}`.", "Add it.")


def _choices(place: Place, choices: object) -> Iterator[Problem]:
    if isinstance(choices, list):
        for number, item in enumerate(choices):
            if isinstance(item, list | dict):
                yield Problem((*place, number), f"a value must be text, not {worded(item)}.", "List plain values.")
    elif isinstance(choices, dict):
        for key, weight in choices.items():
            yield from _weight((*place, key), key, weight)
    else:
        yield Problem(
            place, f"`values` must be a list or a mapping to weights, not {worded(choices)}.", "Such as [warm, dry]."
        )


def _weight(place: Place, key: str, weight: object) -> Iterator[Problem]:
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        yield Problem(
            place, f"the weight of `{key}` must be a number, not {worded(weight)}.", "Such as 0.6, or leave all out."
        )
    elif not 0 <= weight < float("inf"):
        yield Problem(
            place, f"the weight of `{key}` must be a finite number of at least 0, not {worded(weight)}.", "Such as 0.6."
        )

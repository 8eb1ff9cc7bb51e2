"""What one column of a sample becomes in a schema; whatever none of these knows is free text for a model."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from engine.columns import ColumnType
from engine.schema.columns import (
    BernoulliColumn,
    Case,
    CategoryColumn,
    ConstantColumn,
    ExpressionColumn,
    FakerColumn,
    IdColumn,
    ModelColumn,
    SchemaColumn,
    SequenceColumn,
    UuidColumn,
)
from engine.schema.fakers import kinds
from engine.schema.learn_cells import Cells, booleans_of, dates_of, numbered_of, numbers_of
from engine.schema.learn_fits import date_column, few_numbers, fitted, sequence_of
from engine.schema.learn_personal import has_personal_part, header_words, personal_kind, soft_kind
from engine.schema.learn_words import BIRTH, ID, PERSON_ID

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONGEST_CATEGORY = 60  # characters
_MOST_CATEGORIES = 60
_COVERED = 0.8  # of the cells must hold a value that is common enough
_LONGEST_PREFIX = 5  # of a person's number
_OTHER = "other"
_GAPS_FROM = 0.005


@dataclass(frozen=True)
class Sample:
    """The table that is learned from: its columns, what counts as common, and its language."""

    columns: tuple[Cells, ...]
    threshold: int
    language: str | None
    locale: str
    taken: dict[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names as a schema can have them."""
        found: list[str] = []
        for cells in self.columns:
            name = " ".join("".join(sign if sign.isprintable() else " " for sign in cells.name).split())
            name = name.replace("{{", "{").replace("}}", "}")[:190] or "column"
            plain, number = name, 1
            while name.casefold() in (other.casefold() for other in found):
                number += 1
                name = f"{plain} ({number})"
            found.append(name)
        return tuple(found)

    def name_of(self, cells: Cells) -> str:
        """The name that a column gets."""
        return self.names[self.columns.index(cells)]

    def helper(self, name: str, suffix: str) -> str:
        """A name for a hidden column that an expression can say without quotes and no other column has."""
        slug = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "column"
        wanted = "_".join(part for part in (f"c_{slug}" if slug[0].isdigit() else slug, suffix) if part)
        owner = f"{name}\n{suffix}"
        others = [*(other.casefold() for other in self.names), *(key for key in self.taken if self.taken[key] != owner)]
        while any(other == wanted or other.startswith(f"{wanted}_") for other in others):
            wanted += "_"
        self.taken[wanted] = owner
        return wanted


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a column became, what to tell about it, and the kind of invented value if it holds such."""

    columns: tuple[SchemaColumn, ...]
    note: str | None = None
    invented: str | None = None


def learn_column(cells: Cells, sample: Sample) -> Learnt | None:
    """What a column becomes; None for free text."""
    if not cells.values:
        empty = ConstantColumn(name=sample.name_of(cells), sampler="constant", value=None)
        return Learnt((empty,), f"`{cells.name}` is empty.")
    return next((found for way in _WAYS if (found := way(cells, sample)) is not None), None)


def with_gaps(column: SchemaColumn, cells: Cells, sample: Sample) -> tuple[SchemaColumn, ...]:
    """The column with the sample's share of empty cells, decided by a hidden column."""
    if cells.missing < _GAPS_FROM or isinstance(column, ModelColumn):
        return (column,)
    gap = sample.helper(cells.name, "missing")
    decides = BernoulliColumn(name=gap, sampler="bernoulli", p=round(cells.missing, 3), export=False)
    if isinstance(column, ExpressionColumn):
        return decides, column.model_copy(update={"expression": f"if_({gap}, null, {column.expression})"})
    return decides, column.model_copy(update={"when": (Case.model_validate({"if": gap, "value": None}),)})


def _plain(column: SchemaColumn, cells: Cells, sample: Sample, note: str | None = None) -> Learnt:
    return Learnt(with_gaps(column, cells, sample), note)


def _personal(cells: Cells, sample: Sample) -> Learnt | None:
    kind = personal_kind(cells)
    if kind is None:
        return None
    note = f"`{cells.name}` looks personal: it gets invented values, and nothing of it is copied."
    name = sample.name_of(cells)
    if kind == PERSON_ID:
        return _plain(_counted_anew(name, cells), cells, sample, note)
    dates = dates_of(cells) if kind == BIRTH else None
    if dates is not None:
        return _plain(date_column(name, dates, sample.threshold, whole_years=True), cells, sample, note)
    kind = "date_of_birth" if kind == BIRTH else kind
    return Learnt(with_gaps(_faker(name, kind, sample), cells, sample), note, invented=kind)


def _faker(name: str, kind: str, sample: Sample) -> FakerColumn:
    locale = sample.locale if kind in kinds(sample.locale) else "en_US"
    return FakerColumn(name=name, sampler="faker", kind=kind, locale=locale)


def _counted_anew(name: str, cells: Cells) -> IdColumn | SequenceColumn:
    """Numbers or codes of the same look that count from 1."""
    digits = min((len(number) for text in cells.texts for number in re.findall(r"\d+", text)[:1]), default=4)
    if all(isinstance(value, int) for value in cells.values):
        return SequenceColumn(name=name, sampler="sequence", start=10 ** (digits - 1) + 1)
    prefixes = {re.match(r"[^\d{}]*", text)[0] for text in cells.texts}  # type: ignore[index]  # it always matches
    prefix = prefixes.pop() if len(prefixes) == 1 and len(cells.values) > 1 else ""
    if len(prefix) > _LONGEST_PREFIX or " " in prefix:  # it may be a name
        prefix = "ID-"
    return IdColumn(name=name, sampler="id", pattern=f"{prefix}{{{1:0{min(digits, 18)}d}}}")


def _constant(cells: Cells, sample: Sample) -> Learnt | None:
    first = cells.values[0]
    alike = all(type(value) is type(first) and value == first for value in cells.values)
    if not alike or len(cells.values) < sample.threshold or isinstance(first, list | dict):
        return None
    if has_personal_part(cells.texts[0]) or len(cells.texts[0]) > _LONGEST_CATEGORY:
        return None
    return _plain(ConstantColumn(name=sample.name_of(cells), sampler="constant", value=first), cells, sample)


def _truth(cells: Cells, sample: Sample) -> Learnt | None:
    truth = booleans_of(cells)
    if truth is None:
        return None
    share = round(sum(truth) / len(truth), 4)
    return _plain(BernoulliColumn(name=sample.name_of(cells), sampler="bernoulli", p=share), cells, sample)


def _numbers(cells: Cells, sample: Sample) -> Learnt | None:
    numbers = numbers_of(cells)
    if numbers is None:
        return None
    name = sample.name_of(cells)
    counting = sequence_of(name, numbers) if cells.missing == 0 else None
    if counting is not None:
        return Learnt((counting,))
    different = not numbers.decimals and len(set(numbers.values)) == len(numbers.values)
    if different and re.search(rf"\b(?:{ID})$", header_words(cells.name)):
        return _plain(_counted_anew(name, cells), cells, sample)
    shares = few_numbers(numbers, sample.threshold)
    column, lopsided = fitted(name, numbers, sample.threshold)
    if shares is not None and column.sampler != "poisson":
        drawn = sample.helper(cells.name, "drawn")
        choice = CategoryColumn(name=drawn, sampler="category", values=shares, export=False)
        number = ExpressionColumn(name=name, expression=f"int({drawn})")
        return Learnt((choice, *with_gaps(number, cells, sample)))
    note = f"`{cells.name}` is lopsided; the schema only comes near it: look at its range." if lopsided else None
    return _plain(column, cells, sample, note)


def _dates(cells: Cells, sample: Sample) -> Learnt | None:
    dates = dates_of(cells)
    if dates is None:
        return None
    column = date_column(sample.name_of(cells), dates, sample.threshold, whole_years=False)
    return _plain(column, cells, sample)


def _codes(cells: Cells, sample: Sample) -> Learnt | None:
    name = sample.name_of(cells)
    if all(_UUID.fullmatch(text) for text in cells.texts):
        return _plain(UuidColumn(name=name, sampler="uuid"), cells, sample)
    numbered = numbered_of(cells)
    if numbered is None:
        return None
    pattern = f"{numbered.before}{{{1:0{numbered.digits}d}}}{numbered.after}"
    return _plain(IdColumn(name=name, sampler="id", pattern=pattern), cells, sample)


def _category(cells: Cells, sample: Sample) -> Learnt | None:
    if any(isinstance(value, list | dict) for value in cells.values):
        return None
    kept = {
        text: count
        for text, count in sorted(cells.counts().items(), key=lambda item: -item[1])
        if count >= sample.threshold and text and len(text) <= _LONGEST_CATEGORY and text.isprintable()
        if not has_personal_part(text)
    }
    total, common = len(cells.values), sum(kept.values())
    if not kept or len(kept) > _MOST_CATEGORIES or common < _COVERED * total:
        return None
    rest = total - common
    if rest:
        kept[_OTHER] = kept.get(_OTHER, 0) + rest
    shares = {text: round(count / total, 4) for text, count in kept.items()}
    note = f"Rare values of `{cells.name}` ({rest} of {total} cells) became `{_OTHER}`." if rest else None
    return _plain(CategoryColumn(name=sample.name_of(cells), sampler="category", values=shares), cells, sample, note)


def _structured(cells: Cells, sample: Sample) -> Learnt | None:
    """Lists and objects: a model fills them."""
    kinds_found = {type(value) for value in cells.values}
    if not kinds_found <= {list, dict}:
        return None
    kind = ColumnType.LIST if kinds_found == {list} else ColumnType.OBJECT
    column = ModelColumn(
        name=sample.name_of(cells),
        type=kind,
        items=ColumnType.TEXT if kind is ColumnType.LIST else None,
        prompt=f'Fill the column "{sample.name_of(cells)}" of a row of a table with something invented.',
    )
    return Learnt((column,), f"`{cells.name}` holds lists or objects: say in its prompt what they should be like.")


def _soft(cells: Cells, sample: Sample) -> Learnt | None:
    kind = soft_kind(cells.name)
    if kind is None or kind not in kinds(sample.locale):
        return None
    return Learnt(with_gaps(_faker(sample.name_of(cells), kind, sample), cells, sample), invented=kind)


_WAYS: tuple[Callable[[Cells, Sample], Learnt | None], ...] = (
    _structured, _personal, _constant, _truth, _numbers, _dates, _codes, _category, _soft,
)  # fmt: skip

"""Invented persons whose fields fit each other.

Fields: first_name (fits the gender), last_name (in the gender's form where a language has one), name (in the
locale's order), gender (female or male, half each), age (from min_age to max_age), birth_date (fits the age on
1 January 2026, so that a seed gives the same persons on every day), email and user_name (made of the name),
street, city, postcode (each of the locale, not of one place), country (the cities'), phone, job, company.
Each field has words of its own: what one holds doesn't depend on which others are asked for.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from faker.decode import unidecode
from faker.generator import Generator

from engine.sampling.block import Block
from engine.sampling.clock import TODAY
from engine.sampling.fakes import generator, made_for
from engine.sampling.words import places
from engine.schema.columns import PersonColumn
from engine.tables.model import Cell

_GENDERS = ("female", "male")
_DOMAINS = ("example.com", "example.org", "example.net")  # reserved: no mail to them reaches anyone (RFC 2606)
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_NOT_PLAIN = re.compile("[^a-z0-9]+")
_MADE = {
    "street": "street_address",
    "city": "city",
    "postcode": "postcode",
    "phone": "phone_number",
    "company": "company",
}


def persons(column: PersonColumn) -> Callable[[Block], list[list[Cell]]]:
    """The cells of each of the column's fields."""
    source = generator(column.locale)

    def draw(block: Block) -> list[list[Cell]]:
        drawing = _Persons(column, source, block)
        return [drawing.field(field) for field in column.fields]

    return draw


class _Persons:
    """The persons of one block; a field that others are made of is made once."""

    def __init__(self, column: PersonColumn, source: Generator, block: Block) -> None:
        self._column, self._source, self._block = column, source, block
        self._made: dict[str, list[Cell]] = {}

    def field(self, name: str) -> list[Cell]:
        if name not in self._made:
            self._made[name] = self._fakes(name, _MADE[name]) if name in _MADE else _FIELDS[name](self)
        return self._made[name]

    def gender(self) -> list[Cell]:
        return [_GENDERS[place] for place in self._places("gender", 2)]

    def first_name(self) -> list[Cell]:
        return self._gendered("first_name")

    def last_name(self) -> list[Cell]:
        return self._gendered("last_name")

    def name(self) -> list[Cell]:
        first, last, between = _order(self._source)
        return [f"{row[first]}{between}{row[last]}" for row in self._names()]

    def job(self) -> list[Cell]:
        return self._gendered("job")

    def age(self) -> list[Cell]:
        least, most = self._column.min_age, self._column.max_age
        return [least + more for more in self._places("age", most - least + 1)]

    def birth_date(self) -> list[Cell]:
        days = self._places("birth_date", 365)
        return [_born(int(str(age)), day) for age, day in zip(self.field("age"), days, strict=True)]

    def user_name(self) -> list[Cell]:
        numbers = self._places("user_name", 1000)
        letters = _replacements(self._source)
        names = zip(self._spelled("first_name"), self._spelled("last_name"), numbers, strict=True)
        return [f"{_handle((first, last), letters)}{number}" for first, last, number in names]

    def email(self) -> list[Cell]:
        domains = self._places("email", len(_DOMAINS))
        return [f"{user}@{_DOMAINS[place]}" for user, place in zip(self.field("user_name"), domains, strict=True)]

    def country(self) -> list[Cell]:
        try:
            return [str(self._source.get_formatter("current_country")())] * self._block.count
        except ValueError:  # some locales' codes are none that Faker's list of countries has
            return self._fakes("country", "country")

    def _names(self) -> Sequence[tuple[str, str]]:
        pairs = zip(self.field("first_name"), self.field("last_name"), strict=True)
        return [(str(first), str(last)) for first, last in pairs]

    def _gendered(self, kind: str) -> list[Cell]:
        makers = {gender: getattr(self._source, f"{kind}_{gender}") for gender in _GENDERS}
        makes = [makers[str(gender)] for gender in self.field("gender")]
        return [str(made).strip() for made in made_for(self._source, makes, self._words(kind))]

    def _spelled(self, kind: str) -> list[str]:
        """A name as it is to be written in plain letters; only Japanese providers know it from the one drawn."""
        gendered = {gender: getattr(self._source, f"{kind}_{gender}_pair", None) for gender in _GENDERS}
        pairs = {gender: make or getattr(self._source, f"{kind}_pair", None) for gender, make in gendered.items()}
        makes = [make for gender in self.field("gender") if (make := pairs[str(gender)])]
        if len(makes) < self._block.count:
            return [str(name) for name in self.field(kind)]
        return [str(pair[-1]) for pair in made_for(self._source, makes, self._words(kind))]

    def _fakes(self, field: str, kind: str) -> list[Cell]:
        if not hasattr(self._source, kind):  # a few locales lack a provider
            return list(made_for(generator("en_US"), *self._makes(field, getattr(generator("en_US"), kind))))
        return [str(made) for made in made_for(self._source, *self._makes(field, getattr(self._source, kind)))]

    def _makes(self, field: str, make: Callable[[], object]) -> tuple[list[Callable[[], object]], list[int]]:
        return [make] * self._block.count, self._words(field)

    def _words(self, field: str) -> list[int]:
        found: list[int] = self._block.words(f"{self._column.name}\0{field}")[:, 0].tolist()
        return found

    def _places(self, field: str, count: int) -> list[int]:
        found: list[int] = places(self._block.words(f"{self._column.name}\0{field}")[:, 0], count).tolist()
        return found


_FIELDS: dict[str, Callable[[_Persons], list[Cell]]] = {
    "gender": _Persons.gender,
    "first_name": _Persons.first_name,
    "last_name": _Persons.last_name,
    "name": _Persons.name,
    "job": _Persons.job,
    "age": _Persons.age,
    "birth_date": _Persons.birth_date,
    "user_name": _Persons.user_name,
    "email": _Persons.email,
    "country": _Persons.country,
}


def _order(source: Generator) -> tuple[int, int, str]:
    """Where first and last name stand in a full name, and what stands between, as the locale writes names."""
    provider = source.get_formatter("first_name").__self__  # type: ignore[attr-defined]  # a method of the provider
    for form in (*getattr(provider, "formats_female", ()), *getattr(provider, "formats", ())):
        parts = _PLACE.findall(form)
        if len(parts) >= 2 and parts[0].startswith("last") and parts[1].startswith("first"):
            return 1, 0, " " if " " in form else ""
        if len(parts) >= 2 and parts[0].startswith("first"):
            break
    return 0, 1, " "


def _born(age: int, day: int) -> date:
    """A birthday after which someone is `age` on the first of January."""
    return date(TODAY.year - age, 1, 1) - timedelta(days=day)


def _replacements(source: Generator) -> Sequence[tuple[str, str]]:
    """How the locale writes its letters without marks, such as ue for ü."""
    provider = source.get_formatter("user_name").__self__  # type: ignore[attr-defined]  # a method of the provider
    found: Sequence[tuple[str, str]] = provider.replacements
    return found


def _handle(name: tuple[str, str], letters: Sequence[tuple[str, str]]) -> str:
    """The names with a dot between, in plain letters of any script."""
    text = "\0".join(name).lower()
    for letter, plain in letters:
        text = text.replace(letter, plain)
    parts = [_NOT_PLAIN.sub("", unidecode(part).lower()) for part in text.split("\0")]
    return ".".join(part for part in parts if part) or "user"

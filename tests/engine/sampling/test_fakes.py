"""What Faker makes, and invented persons. The values below are of the pinned Faker; another version may change them.

When they change with an update of Faker, put the new ones here and tell it in CHANGELOG.md: the same seed then gives
other names than before.
"""

import warnings
from datetime import date
from typing import Any

import pytest

from engine.schema.fakers import kinds, locales
from engine.tables.model import ColumnKind
from handai_errors import SpecError
from tests.engine.sampling.schemas import PERSON_FIELDS, drawn, sampler

GOLDEN_NAMES = ["Prof. Guntram Kallert", "Univ.Prof. Ottomar Fischer B.Eng."]
GOLDEN_PERSON = [
    "花子",
    "佐々木",
    "佐々木 花子",
    "female",
    41,
    date(1984, 6, 18),
    "hanako.sasaki529@example.org",
    "090-3032-1402",
    "839 中村 Street",
    "川崎市高津区",
    "728-1871",
    "Japan",
    "営業",
    "岡本銀行有限会社",
    "hanako.sasaki529",
]


def faked(kind: str, locale: str = "en_US", count: int = 50) -> list[Any]:
    return drawn({"sampler": "faker", "kind": kind, "locale": locale}, count)


def person(locale: str = "en_US", **rest: object) -> dict[str, Any]:
    return {"name": "p", "sampler": "person", "locale": locale, "fields": PERSON_FIELDS, **rest}


def test_the_pinned_faker_makes_these() -> None:
    assert drawn({"sampler": "faker", "kind": "name", "locale": "de_DE"}, 2) == GOLDEN_NAMES
    assert list(sampler(person("ja_JP")).row(1, 0).values()) == GOLDEN_PERSON


def test_values_are_many() -> None:
    assert len(set(faked("name", count=1000))) > 950


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("city", ColumnKind.TEXT),
        ("pyint", ColumnKind.INTEGER),
        ("latitude", ColumnKind.NUMBER),
        ("boolean", ColumnKind.BOOLEAN),
        ("date_of_birth", ColumnKind.DATE),
        ("date_time", ColumnKind.DATETIME),
        ("time_object", ColumnKind.TEXT),
        ("words", ColumnKind.JSON),
        ("currency", ColumnKind.JSON),
    ],
)
def test_the_kind_of_a_column_is_that_of_its_values(kind: str, expected: ColumnKind) -> None:
    assert sampler({"name": "x", "sampler": "faker", "kind": kind}).columns[0].kind is expected


def test_dates_do_not_depend_on_the_day() -> None:
    assert max(faked("date_this_year", count=200)) <= date(2026, 1, 1)
    assert max(faked("past_date", count=200)) < date(2026, 1, 1) < min(faked("future_date", count=200))
    assert all(type(cell) is date for cell in faked("date_of_birth"))


@pytest.mark.parametrize(("kind", "locale"), [("bank", "fi_FI"), ("passport_gender", "en_US")])
def test_a_kind_that_can_not_be_made_from_a_seed_is_refused(kind: str, locale: str) -> None:
    with pytest.raises(SpecError, match=f"Faker .*`{kind}`"):
        sampler({"name": "x", "sampler": "faker", "kind": kind, "locale": locale})


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
def test_every_kind_is_drawn_or_refused(locale: str) -> None:
    refused = 0
    for kind in kinds(locale):
        try:
            one = sampler({"name": "x", "sampler": "faker", "kind": kind, "locale": locale})
        except SpecError:
            refused += 1
        else:
            assert one.block(0, 5)["x"][3] == one.row(3, 0)["x"], kind
            assert one.problems == {}, kind
    assert refused <= 5


def test_every_field_of_a_person_is_there_in_any_locale() -> None:
    for locale in locales()[::8]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Faker calls some locales outdated
            row = sampler(person(locale)).row(0, 0)
        assert all(row.values()), locale
        assert str(row["p_email"]).isascii(), locale


def test_first_names_fit_genders() -> None:
    from faker.providers.person.cs_CZ import Provider

    block = sampler(person("cs_CZ")).block(0, 300)
    for gender, first, last in zip(block["p_gender"], block["p_first_name"], block["p_last_name"], strict=True):
        assert first in (Provider.first_names_female if gender == "female" else Provider.first_names_male)
        assert last in (Provider.last_names_female if gender == "female" else Provider.last_names_male)
    assert 100 < block["p_gender"].count("female") < 200


def test_ages_stay_within_bounds_and_fit_birth_dates() -> None:
    block = sampler(person(min_age=30, max_age=32)).block(0, 1000)
    assert set(block["p_age"]) == {30, 31, 32}
    for age, born in zip(block["p_age"], block["p_birth_date"], strict=True):
        assert isinstance(born, date)
        birthday_is_over = (born.month, born.day) <= (1, 1)
        assert age == 2026 - born.year - (0 if birthday_is_over else 1)


def test_email_and_user_name_are_made_of_the_name() -> None:
    row = next(row for row in sampler(person("de_DE")).block(0, 500)["p_email"] if "ue" in str(row))
    assert str(row).partition("@")[2] in ("example.com", "example.org", "example.net")
    first = sampler(person("de_DE")).row(0, 0)
    assert str(first["p_email"]).partition("@")[0] == first["p_user_name"]
    assert str(first["p_first_name"]).lower()[:2] == str(first["p_user_name"])[:2]


@pytest.mark.parametrize(("locale", "between"), [("de_DE", " "), ("hu_HU", " "), ("zh_CN", "")])
def test_names_are_written_in_the_order_of_the_locale(locale: str, between: str) -> None:
    row = sampler(person(locale)).row(0, 0)
    first, last = row["p_first_name"], row["p_last_name"]
    assert row["p_name"] == (f"{first} {last}" if locale == "de_DE" else f"{last}{between}{first}")


def test_the_country_is_the_locales() -> None:
    assert set(sampler(person("pt_BR")).block(0, 20)["p_country"]) == {"Brazil"}


def test_a_field_does_not_depend_on_which_others_are_asked_for() -> None:
    whole = sampler(person()).block(0, 20)
    for field in PERSON_FIELDS:
        alone = sampler(person(fields=[field])).block(0, 20)
        assert alone == {f"p_{field}": whole[f"p_{field}"]}

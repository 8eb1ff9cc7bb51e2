"""What learning takes headers, texts and numbers for."""

import pytest

from engine.schema.learn_cells import Cells, dates_of, numbers_of
from engine.schema.learn_language import language_of, locale_of
from engine.schema.learn_personal import personal_kind
from engine.tables.model import Cell


def cells(name: str, *values: Cell) -> Cells:
    return Cells(name, values, len(values))


@pytest.mark.parametrize(
    ("text", "language", "locale"),
    [
        ("I like them, but they pinch after an hour and that is not what I paid for.", "English", "en_US"),
        ("Leider war die Lieferung nicht pünktlich und der Kundendienst hat nichts getan.", "German", "de_DE"),
        ("Je ne suis pas content, car la livraison est en retard et il manque une pièce.", "French", "fr_FR"),
        ("No me gusta que la tapa se rompe con el uso y no es muy barato para lo que es.", "Spanish", "es_ES"),
        ("Non sono contento perché è arrivato tardi, ma il colore è molto bello.", "Italian", "it_IT"),
        ("Это очень хорошая вещь, спасибо.", "Russian", "ru_RU"),
        ("明るさがちょうど良く、目が疲れません。", "Japanese", "ja_JP"),
        ("ok", None, "en_US"),
        ("Acme 3000 Turbo", None, "en_US"),
    ],
)
def test_languages_are_told_apart(text: str, language: str | None, locale: str) -> None:
    assert language_of([text]) == language
    assert locale_of(language) == locale


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("E-Mail", "email"),
        ("customerEmail", "email"),
        ("Vorname", "first_name"),
        ("apellidos", "last_name"),
        ("Nom de famille", "last_name"),
        ("Customer name", "name"),
        ("Mitarbeiter", "name"),
        ("Téléphone", "phone_number"),
        ("Straße", "street_address"),
        ("Code postal", "postcode"),
        ("Fecha de nacimiento", "birth_date"),
        ("patient_id", "person_id"),
        ("KundenNr.", "person_id"),
        ("IBAN", "iban"),
    ],
)
def test_a_header_gives_a_personal_column_away(header: str, kind: str) -> None:
    assert personal_kind(cells(header)) == kind


@pytest.mark.parametrize(
    "header", ["product name", "company_name", "plan", "review", "user rating", "email verified", "ticket", "city"]
)
def test_a_header_about_something_else_is_not_personal(header: str) -> None:
    assert personal_kind(cells(header)) is None


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a@b.org", "c.d@e.net"], "email"),
        (["+49 30 123456", "+1 555 0100 22"], "phone_number"),
        (["192.168.0.1", "10.0.0.7"], "ipv4"),
        (["Anna Schmidt", "Peter Müller", "Maria Weber"], "name"),
        (["Anna", "Peter", "Maria", "Thomas"], "first_name"),
        (["Müller, Anna", "Weber, Peter", "Fuchs, Maria"], "name"),
        (["red", "blue", "green", "black"], None),
        (["Electric Kettle", "Desk Lamp", "Rain Jacket"], None),
    ],
)
def test_values_give_a_personal_column_away(values: list[str], kind: str | None) -> None:
    assert personal_kind(cells("x", *values)) == kind


def test_a_header_does_not_outweigh_its_values() -> None:
    assert personal_kind(cells("mobile", "yes", "no", "yes")) is None


@pytest.mark.parametrize(
    ("values", "numbers", "decimals"),
    [
        (["1.5", "2"], (1.5, 2.0), 1),
        (["1,5", "2,25"], (1.5, 2.25), 2),
        (["1.234,50", "12,25"], (1234.5, 12.25), 2),
        (["1,234.50", "12.25"], (1234.5, 12.25), 2),
        (["1,234", "5,678"], (1234.0, 5678.0), 0),
        (["€ 12.50", "3 %"], (12.5, 3.0), 1),
        ([3, 4.25], (3.0, 4.25), 2),
        (["-5", "+7"], (-5.0, 7.0), 0),
    ],
)
def test_numbers_are_read_as_people_write_them(values: list[Cell], numbers: tuple[float, ...], decimals: int) -> None:
    found = numbers_of(cells("x", *values))
    assert found is not None
    assert (found.values, found.decimals) == (numbers, decimals)


@pytest.mark.parametrize("values", [["007", "010"], ["12 apples"], [True, False], ["2024-01-01"], []])
def test_other_things_are_no_numbers(values: list[Cell]) -> None:
    assert numbers_of(cells("x", *values)) is None


@pytest.mark.parametrize("values", [["31.02.2024"], ["2024"], ["1.5.24"], ["soon"]])
def test_other_things_are_no_dates(values: list[Cell]) -> None:
    assert dates_of(cells("x", *values)) is None


def test_a_month_in_front_is_noticed() -> None:
    found = dates_of(cells("x", "03/04/2024", "12/31/2024"))
    assert found is not None
    assert [(moment.month, moment.day) for moment in found.values] == [(3, 4), (12, 31)]

"""A number in a description that means rows."""

import pytest

from services.forms.said_rows import rows_said


@pytest.mark.parametrize(
    ("description", "rows"),
    [
        ("200 short interview answers of patients", 200),
        ("I need 1,000 support tickets", 1000),
        ("Reviews of shoes, about 50 rows", 50),
        ("Reviews with 1 to 5 stars", None),
        ("People aged 20 to 30", None),
        ("200 complaints with 2 lines each", 200),
        ("50 questions, each with 3 examples", 50),
        ("100 invoices of 3 to 5 records each", 100),
        ("Support tickets; messages of 3 to 5 lines", None),
        ("Orders with 2 records each", None),
        ("5 star hotel reviews", None),
        ("24 hour forecasts, 300 rows", 300),
        ("2024 election tweets", None),
        ("2024 election tweets, 40 rows", 40),
        ("2,024 election tweets", 2024),
        ("2000 rows of orders", 2000),
        ("0 rows", None),
        ("", None),
    ],
)
def test_a_number_before_what_is_described_is_the_number_of_rows(description: str, rows: int | None) -> None:
    assert rows_said(description) == rows

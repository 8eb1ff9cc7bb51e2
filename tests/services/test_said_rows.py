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
        ("0 rows", None),
        ("", None),
    ],
)
def test_a_number_before_what_is_described_is_the_number_of_rows(description: str, rows: int | None) -> None:
    assert rows_said(description) == rows

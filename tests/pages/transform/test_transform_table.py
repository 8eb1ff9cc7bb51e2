"""Transform, step one: the table."""

import io

import pytest
from openpyxl import Workbook

from services.tables import datasets
from tests.pages.transform_visit import press, ran, said, sample_instructions, upload, visit

pytestmark = pytest.mark.usefixtures("launched")

LATIN_1 = "id;ort\n1;Münster\n2;Köln\n".encode("latin-1")


def test_an_empty_page_says_what_to_do_next_and_asks_nothing_else() -> None:
    page = visit()

    assert all(way in said(page) for way in ("My file", "A sample", "A new dataset"))
    assert not page.text_area
    assert not page.query_params.get("dataset")


def test_a_sample_comes_with_instructions_that_fit() -> None:
    page = press(visit(), "transform_sample")

    assert "product_reviews.csv** · 60 rows × 5 columns" in said(page)
    assert page.text_area(key="transform_instructions").value in sample_instructions()
    assert not page.button(key="transform_preview").disabled


def test_another_sample_brings_its_own_instructions_but_never_over_a_persons() -> None:
    page = press(visit(), "transform_sample")
    page.selectbox(key="transform_sample_name").select("support_tickets")
    page = press(page, "transform_sample")
    assert "ticket" in str(page.text_area(key="transform_instructions").value)

    page.text_area(key="transform_instructions").set_value("Mine.")
    page = press(ran(page), "transform_sample")
    page.selectbox(key="transform_sample_name").select("product_reviews")
    assert press(page, "transform_sample").text_area(key="transform_instructions").value == "Mine."


def test_an_upload_is_shown_with_its_size_and_what_was_detected() -> None:
    page = upload(visit(), LATIN_1, "orte.csv")

    assert "orte.csv** · 2 rows × 2 columns" in said(page)
    assert "separated by semicolon" in said(page)
    assert list(page.dataframe[0].value["ort"]) == ["Münster", "Köln"]
    assert page.query_params["dataset"]


def test_a_table_is_shown_page_by_page() -> None:
    lines = "".join(f"{number},x\n" for number in range(120))
    page = upload(visit(), f"id,text\n{lines}".encode(), "long.csv")
    assert len(page.dataframe[0].value) == 50

    page.session_state[f"transform_page_{page.query_params['dataset']}"] = 3
    assert list(ran(page).dataframe[0].value["id"]) == [str(number) for number in range(100, 120)]


def test_a_shorter_table_begins_at_its_first_row() -> None:
    lines = "".join(f"{number},x\n" for number in range(120))
    page = upload(visit(), f"id,text\n{lines}".encode(), "long.csv")
    page.session_state[f"transform_page_{page.query_params['dataset']}"] = 3
    page.number_input(key="transform_row").set_value(120)
    page = upload(ran(page))

    assert list(page.dataframe[0].value["id"]) == ["1", "2", "3"]
    assert page.number_input(key="transform_row").value == 1


def test_a_sheet_can_be_chosen() -> None:
    book = Workbook()
    book.active.append(["first"])  # type: ignore[union-attr] # a new workbook has a sheet
    book.active.append(["a"])  # type: ignore[union-attr] # as above
    other = book.create_sheet("Other")
    other.append(["second"])
    other.append(["b"])
    content = io.BytesIO()
    book.save(content)
    page = upload(visit(), content.getvalue(), "book.xlsx")
    page.selectbox(key="transform_sheet").select("Other")
    page = press(page, "transform_read_again")

    assert list(page.dataframe[0].value["second"]) == ["b"]
    assert page.selectbox(key="transform_sheet").value == "Other"


def test_of_very_many_columns_the_first_are_shown() -> None:
    names = ",".join(f"c{number}" for number in range(300))
    page = upload(visit(), f"{names}\n{names}\n".encode(), "wide.csv")

    assert len(page.dataframe[0].value.columns) == 100
    assert "The first 100 of 300 columns are shown here." in said(page)
    assert "300 of 300 columns" in said(page)


def test_a_wrong_guess_can_be_corrected() -> None:
    page = upload(visit(), LATIN_1, "orte.csv")
    before = page.query_params["dataset"]
    page.selectbox(key="transform_delimiter").select(",")
    page.selectbox(key="transform_header").select("no")
    page = press(page, "transform_read_again")

    assert page.query_params["dataset"] != before
    assert "3 rows × 1 column" in said(page)


def test_a_correction_that_can_not_work_keeps_the_table() -> None:
    page = upload(visit(), LATIN_1, "orte.csv")
    page.selectbox(key="transform_encoding").select("utf-16")
    page = press(page, "transform_read_again")

    assert page.error
    assert "2 rows × 2 columns" in said(page)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.csv", b"", "The file is empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG image"),
        ("broken.xlsx", b"PK\x03\x04 nonsense", "damaged"),
        ("broken.json", b'[{"a": 1},', "broken.json"),
        ("header.csv", b"id,text\n", "no rows"),
    ],
)
def test_a_file_that_can_not_be_used_says_why_and_leaves_the_page_alive(name: str, content: bytes, told: str) -> None:
    page = upload(visit(), content, name)
    if name == "broken.json":
        assert page.error
    else:
        assert told in said(page)

    assert "soups.csv" in said(upload(page))
    assert not page.error


def test_a_bad_file_leaves_the_table_that_was_there() -> None:
    page = upload(upload(visit()), b"", "empty.csv")

    assert "The file is empty" in said(page)
    assert "soups.csv" in said(page)


def test_a_table_that_is_gone_is_told_calmly() -> None:
    page = visit(dataset="0" * 32)

    assert "no longer stored" in said(page)
    assert "dataset" not in page.query_params


def test_the_address_brings_the_table_back() -> None:
    page = upload(visit())
    stored = datasets.dataset(str(page.query_params["dataset"]))

    assert "soups.csv" in said(visit(dataset=stored.id))


def test_cells_that_look_like_something_else_are_shown_as_they_are() -> None:
    cells = ["😀 great", "=SUM(A1)", "![x](http://evil.example/x.png)", "<b>bold</b>"]
    page = upload(visit(), ("text\n" + "\n".join(cells)).encode(), "odd.csv")

    assert list(page.dataframe[0].value["text"]) == cells
    for number, cell in enumerate(cells, start=1):
        page.number_input(key="transform_row").set_value(number)
        assert cell in ran(page).code[0].value
    assert "evil.example" not in said(page)


def test_of_many_columns_one_is_searched_for_instead_of_a_wall_of_chips() -> None:
    names = [f"question {number}" for number in range(50)]
    page = upload(visit(), f"{','.join(names)}\n{','.join('x' * 50)}\n".encode(), "survey.csv")

    assert "survey.csv** · 1 row × 50 columns" in said(page)
    page.selectbox(key="transform_insert").set_value("question 7")
    assert ran(page).text_area(key="transform_instructions").value == "{{ question 7 }}"
    assert "50 of 50 columns" in said(page)

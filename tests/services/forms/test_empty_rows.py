"""Rows in which the model would see nothing."""

import io

import pytest

from engine.columns import Output
from engine.tables import ParseOptions
from handai_db import DatasetRecord
from services.forms import empty_rows
from services.forms.transform_form import TransformForm
from services.tables import datasets
from services.tables.chosen_rows import count_where

TABLE = b"id,text,note\n1,Good,\n2,,\n3, ,x\n4,Cold,y\n"


def _stored() -> DatasetRecord:
    return datasets.store_upload(io.BytesIO(TABLE), "soups.csv", ParseOptions())


def test_a_row_is_empty_when_all_that_the_model_sees_is() -> None:
    table = _stored()

    assert empty_rows.empty_rows(table, TransformForm(columns=("text",))).empty == 2
    assert empty_rows.empty_rows(table, TransformForm(columns=("text", "note"))).empty == 1
    assert empty_rows.empty_rows(table, TransformForm()).empty == 0


def test_a_template_says_what_the_model_sees() -> None:
    form = TransformForm(use_template=True, template="Text: {{ text }}")

    assert empty_rows.empty_rows(_stored(), form).empty == 2


def test_a_column_with_a_prompt_of_its_own_sees_what_that_names() -> None:
    own, plain = Output(name="a", prompt="Note: {{ note }}"), Output(name="b")
    form = TransformForm(columns=("text",), typed=True, outputs=(own,))
    assert empty_rows.empty_rows(_stored(), form).columns == ("note",)
    both = empty_rows.empty_rows(_stored(), form.model_copy(update={"outputs": (own, plain)}))
    assert (both.columns, both.empty) == (("note", "text"), 1)


def test_leaving_them_out_leaves_the_others() -> None:
    table = _stored()
    without = empty_rows.empty_rows(table, TransformForm(columns=("text", "note"))).without()

    assert without is not None
    assert count_where(table, without) == 3


def test_of_a_long_table_only_the_beginning_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(empty_rows, "_CELLS", 2)
    found = empty_rows.empty_rows(_stored(), TransformForm(columns=("text",)))

    assert (found.empty, found.looked_at) == (1, 2)


def test_a_wide_table_is_never_divided_by_nothing() -> None:
    assert empty_rows.empty_rows(_stored(), TransformForm(columns=())).without() is None

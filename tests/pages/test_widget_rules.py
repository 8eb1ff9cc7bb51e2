"""Every button has an icon beside its label, every table and chart tells what it shows, every widget has a key."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUTTONS = {"button", "download_button", "form_submit_button", "link_button", "menu_button", "page_link", "popover"}
PICTURES = {
    "altair_chart",
    "area_chart",
    "bar_chart",
    "data_editor",
    "dataframe",
    "line_chart",
    "table",
    "vega_lite_chart",
}
ASKING = {
    "checkbox",
    "date_input",
    "file_uploader",
    "multiselect",
    "number_input",
    "pills",
    "radio",
    "segmented_control",
    "select_slider",
    "selectbox",
    "slider",
    "text_area",
    "text_input",
    "toggle",
}


def _calls() -> Iterator[tuple[str, str, set[str | None]]]:
    """Each call of a Streamlit function in the pages: where, its name, what it names."""
    for path in [ROOT / "handai_app.py", *sorted((ROOT / "pages").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield where, node.func.attr, {keyword.arg for keyword in node.keywords}


@pytest.mark.parametrize(
    ("functions", "needed"),
    [
        (BUTTONS, "icon"),
        (PICTURES, "alt"),
        ({"button", "download_button", "popover", "menu_button", "dataframe"} | ASKING, "key"),
    ],
    ids=["buttons have an icon", "tables and charts have a text", "widgets have a key"],
)
def test_every_one_has_what_it_needs(functions: set[str], needed: str) -> None:
    found = [(where, name, named) for where, name, named in _calls() if name in functions]
    assert len(found) > 10
    assert [f"{where} {name}" for where, name, named in found if needed not in named and None not in named] == []

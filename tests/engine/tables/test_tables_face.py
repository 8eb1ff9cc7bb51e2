"""The public face of engine.tables."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine.tables

ROOT = Path(__file__).resolve().parents[3]


def test_the_words_of_a_table_do_not_need_the_heavy_libraries() -> None:
    code = "import sys, engine.tables.model, engine.tables as t; t.Column; print('pyarrow' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "False"


@pytest.mark.parametrize("name", engine.tables.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(engine.tables, name) is not None


def test_other_names_are_not() -> None:
    assert not hasattr(engine.tables, "nonsense")

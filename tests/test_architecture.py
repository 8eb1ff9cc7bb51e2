"""The layer law and the size of things: this test decides disputes, and each rule is shown to be able to fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import architecture
from tests.architecture import Module

Rule = Callable[[Module], list[str]]

MODULES = architecture.project_modules(Path(__file__).parents[1])
RULES: list[Rule] = [
    architecture.upward_imports,
    architecture.upward_services,
    architecture.strayed_libraries,
    architecture.strayed_parts,
    architecture.borrowed_privates,
    architecture.oversized,
    architecture.prints,
    architecture.strayed_sql,
    architecture.missing_docstring,
]
LONG_FUNCTION = '"""."""\n\n\ndef f():\n' + "    x = 1\n" * architecture.MAX_FUNCTION_LINES

OFFENDERS = [
    (architecture.upward_imports, "services/runs.py", "import pages"),
    (architecture.upward_imports, "services/runs.py", "from pages.components import state"),
    (architecture.upward_imports, "engine/runner.py", "def f():\n    from handai_db import Catalogue"),
    (architecture.upward_imports, "engine/runner.py", "from ..services import runs"),
    (architecture.upward_imports, "providers/base.py", "import engine.spec as s"),
    (architecture.upward_imports, "storage/runs.py", "import handai_db"),
    (architecture.upward_imports, "handai_cli.py", "from pages import run_page"),
    (architecture.upward_imports, "services/runs.py", "from cli import shown"),
    (architecture.upward_imports, "pages/run_page.py", "from cli import shown"),
    (architecture.upward_imports, "handai_errors.py", "import providers.base"),
    (architecture.upward_services, "services/running/runs.py", "from services.past import history"),
    (architecture.upward_services, "services/running/runs.py", "def f():\n    from services import bundles"),
    (architecture.upward_services, "services/tables/datasets.py", "import services.models.keys"),
    (architecture.strayed_libraries, "services/runs.py", "import streamlit as st"),
    (architecture.strayed_libraries, "handai_cli.py", "from streamlit.testing.v1 import AppTest"),
    (architecture.strayed_libraries, "engine/runner.py", "import sqlite3"),
    (architecture.strayed_libraries, "services/history.py", "import aiosqlite"),
    (architecture.strayed_libraries, "services/models.py", "from openai import AsyncOpenAI"),
    (architecture.strayed_libraries, "engine/runner.py", "import pandas as pd"),
    (architecture.strayed_parts, "pages/history_page.py", "from pages.components.run.grid import Unsaved"),
    (architecture.strayed_parts, "pages/components/uploads.py", "from pages.components import transform"),
    (architecture.strayed_parts, "pages/components/run/grid.py", "import pages.components.setup.settings"),
    (architecture.borrowed_privates, "services/runs.py", "from engine.runner import _window"),
    (architecture.borrowed_privates, "services/runs.py", "import engine._inner"),
    (architecture.borrowed_privates, "engine/runner.py", "from .limiter import _slots"),
    (architecture.oversized, "engine/runner.py", "x = 1\n" * (architecture.MAX_MODULE_LINES + 1)),
    (architecture.oversized, "engine/runner.py", LONG_FUNCTION),
    (architecture.prints, "services/runs.py", "print('hello')"),
    (architecture.strayed_sql, "services/runs.py", "q = 'SELECT id FROM runs'"),
    (architecture.strayed_sql, "engine/runner.py", "q = '''\n  INSERT OR IGNORE INTO runs VALUES (?)'''"),
    (architecture.strayed_sql, "handai_cli.py", "def f(t):\n    return f'UPDATE runs SET a = {t}'"),
    (architecture.missing_docstring, "engine/runner.py", "x = 1"),
]

LAW_ABIDING = [
    (architecture.upward_imports, "services/runs.py", "import handai_db, engine.spec\nfrom services import keys"),
    (architecture.upward_imports, "handai_cli.py", "from services import runs\nimport os"),
    (architecture.upward_imports, "engine/tables/read.py", "from .model import Table"),
    (architecture.upward_services, "services/past/history.py", "from services.running import runs"),
    (
        architecture.upward_services,
        "services/running/runs.py",
        "from services import home\nfrom services.running import x",
    ),
    (architecture.upward_services, "services/doctor.py", "from services.models import keys"),
    (architecture.strayed_libraries, "pages/run_page.py", "import streamlit as st"),
    (architecture.strayed_libraries, "storage/runs.py", "import sqlite3"),
    (architecture.strayed_libraries, "engine/tables/read.py", "import pandas as pd"),
    (architecture.strayed_parts, "pages/run_page.py", "from pages.components.run.grid import Unsaved"),
    (architecture.strayed_parts, "pages/components/generate/start.py", "from pages.components.setup import settings"),
    (architecture.strayed_parts, "pages/components/run/grid.py", "from pages.components.run_ticks import Ticks"),
    (architecture.borrowed_privates, "services/runs.py", "from os import _exit\nfrom engine import __version__"),
    (architecture.oversized, "engine/runner.py", "x = 1\n" * architecture.MAX_MODULE_LINES),
    (architecture.prints, "handai_cli.py", "print('hello')"),
    (architecture.strayed_sql, "storage/runs.py", "q = 'SELECT id FROM runs'"),
    (architecture.strayed_sql, "pages/run_page.py", "q = 'Select the columns. Update them from the file.'"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks_the_rule(rule: Rule) -> None:
    assert [offence for module in MODULES for offence in rule(module)] == []


def test_only_one_module_knows_the_sdk() -> None:
    assert (
        len(
            [module.path for module in MODULES if any(found.root == "openai" for found in architecture.imports(module))]
        )
        <= 1
    )


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert architecture.circle(MODULES) == []


def test_a_circle_is_found() -> None:
    late = Module("engine/b.py", "def f():\n    from engine import c")
    round_about = [Module("engine/a.py", "from engine.b import x"), late, Module("engine/c.py", "import engine.a")]
    assert {*architecture.circle(round_about)} == {"engine.a", "engine.b", "engine.c"}
    assert architecture.circle(round_about[:2]) == []


def test_every_folder_of_services_has_its_place() -> None:
    folders = {module.package.partition(".")[2] for module in MODULES if module.layer == "services"}
    assert folders - {""} == {*architecture.LADDER}


def test_every_folder_of_parts_belongs_to_a_page() -> None:
    shared = {module.package + "." for module in MODULES if module.path.startswith("pages/components/")}
    assert shared - {"pages.components."} == {*architecture.PARTS}


def test_there_is_something_to_judge() -> None:
    assert {"handai_errors.py", "providers/base.py"} <= {module.path for module in MODULES}


@pytest.mark.parametrize(("rule", "path", "source"), OFFENDERS)
def test_the_rule_can_fail(rule: Rule, path: str, source: str) -> None:
    assert rule(Module(path, source))


@pytest.mark.parametrize(("rule", "path", "source"), LAW_ABIDING)
def test_the_rule_allows_what_is_right(rule: Rule, path: str, source: str) -> None:
    assert rule(Module(path, source)) == []


def test_every_rule_is_shown_to_be_able_to_fail() -> None:
    assert {rule for rule, _, _ in OFFENDERS} == set(RULES)

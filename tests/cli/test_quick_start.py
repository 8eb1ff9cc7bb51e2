"""A run's first request leaves soon: what it does not need is not imported before it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.home import PROJECT
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.isolation import clean_environment

HEAVY = (
    *("openai", "httpx2", "pandas", "streamlit", "genai_prices", "rich", "structlog"),
    *("pydantic_settings", "dotenv", "yaml", "json_repair", "cli.generate", "cli.models"),
)
CODE = f"""
import sys
from cli.app import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(end.code, [name for name in {HEAVY} if name in sys.modules])
"""

NO_THREADS_OF_OTHERS = """
import atexit, psutil, sys
def told():
    import numpy
    sys.stderr.write(f"{psutil.Process().num_threads() - before}")
before = psutil.Process().num_threads()
atexit.register(told)
import handai_cli
handai_cli.main()
"""

AT_THE_END = """
import atexit, gc, sys
atexit.register(lambda: sys.stderr.write(f"{gc.isenabled()} {gc.get_freeze_count() > 10_000}"))
import handai_cli
handai_cli.main()
"""


def test_a_run_over_a_table_imports_neither_the_sdk_nor_other_commands(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    table = made_table(tmp_path / "in.csv", 2)
    where = ["--provider", "custom", "--base-url", fake_provider.url, "--model", "m"]
    ended = subprocess.run(
        [sys.executable, "-c", CODE, "transform", str(table), "-o", str(tmp_path / "out.csv"), "-i", "x", *where],
        cwd=PROJECT,
        env=clean_environment(os.environ, HANDAI_HOME=os.environ["HANDAI_HOME"]),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout == "0 []\n", ended.stderr
    assert fake_provider.stats()["answered"] == 2


def _last_words(code: str) -> tuple[int, str]:
    """The exit code and the last line on standard error of a program that runs `handai history` as it is told."""
    ended = subprocess.run(
        [sys.executable, "-c", code, "history"],
        cwd=PROJECT,
        env=clean_environment(os.environ, HANDAI_HOME=os.environ["HANDAI_HOME"]),
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stderr.splitlines()[-1]


def test_garbage_is_looked_for_again_once_all_is_imported_and_not_at_the_end() -> None:
    assert _last_words(AT_THE_END) == (0, "True True")


@pytest.mark.skipif(os.cpu_count() == 1, reason="numpy starts none on one processor")
def test_what_is_imported_starts_no_threads_that_have_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert _last_words(NO_THREADS_OF_OTHERS) == (0, "0")

"""A run's first request leaves soon: what it does not need is not imported before it."""

import os
import subprocess
import sys
from pathlib import Path

from services.home import PROJECT
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.isolation import clean_environment

HEAVY = ("openai", "httpx2", "pandas", "streamlit", "genai_prices", "rich", "structlog", "cli.generate", "cli.models")
CODE = f"""
import sys
from cli.app import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(end.code, [name for name in {HEAVY} if name in sys.modules])
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

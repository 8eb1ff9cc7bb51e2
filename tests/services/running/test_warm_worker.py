"""The process that waits for a run: a preview must not wait for imports."""

import subprocess
import sys

from services.home import PROJECT

HEAVY = ("aiohttp", "pyarrow.parquet", "genai_prices")
CODE = (
    f"import sys; from services.running import worker; print(worker.main(), [name in sys.modules for name in {HEAVY}])"
)


def test_everything_heavy_is_loaded_before_the_order_comes_and_without_one_it_ends_in_order() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CODE], cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )

    assert (ended.stdout.strip(), ended.stderr) == ("0 [True, True, True]", "")

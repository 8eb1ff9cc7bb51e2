"""Handai without a browser; also the process that executes a run."""

import gc
import os
import sys
from collections.abc import Callable

# A run makes many objects that live as long as their row: looking for rings among every 700 takes a fifth of its time.
SELDOM = (20_000, 20, 50)


def main() -> None:
    """The command line, or the body of a run's own process."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for some reads of every installed package
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's other threads would spin for 0.1 s, with nothing to do
    gc.set_threshold(*SELDOM)
    gc.disable()
    body = _execution() if sys.argv[1:] == ["_execute"] else _command()
    gc.freeze()  # what was imported stays: no collection has to look through it again, not even the one at the end
    gc.enable()
    try:
        sys.exit(body())
    finally:
        gc.freeze()  # the memory goes with the process: freeing each object takes as long as a hundred rows


def _execution() -> Callable[[], int]:
    from services.running import worker

    worker.warm_up()
    return worker.main


def _command() -> Callable[[], None]:
    from cli import app

    app.load(sys.argv[1:])
    return app.main


if __name__ == "__main__":
    main()

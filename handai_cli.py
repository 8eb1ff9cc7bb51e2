"""Handai without a browser; also the process that executes a run."""

import gc
import sys

# A run makes many objects that live as long as their row: looking for rings among every 700 takes a fifth of its time.
SELDOM = (20_000, 20, 50)


def main() -> None:
    """The command line, or the body of a run's own process."""
    gc.set_threshold(*SELDOM)
    if sys.argv[1:] == ["_execute"]:
        from services.worker import main as execute

        sys.exit(execute())
    from cli.app import main as command_line

    command_line()


if __name__ == "__main__":
    main()

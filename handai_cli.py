"""Handai without a browser; also the process that executes a run."""

import sys


def main() -> None:
    """The command line, or the body of a run's own process."""
    if sys.argv[1:] == ["_execute"]:
        from services.worker import main as execute

        sys.exit(execute())
    from cli.app import main as command_line

    command_line()


if __name__ == "__main__":
    main()

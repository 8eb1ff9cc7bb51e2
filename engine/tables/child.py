"""The process that reads an uploaded file: limits itself first, then converts, and answers in JSON."""

import contextlib
import json
import os
import resource
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any


def main() -> None:
    """Read the request from standard input, convert, and write the answer to standard output."""
    request = json.load(sys.stdin)
    _limit(request["memory_mb"] << 20, request["cpu_s"])
    sys.meta_path.insert(0, WithoutPandas())
    sys.stdout.write(json.dumps(answer(request)))
    sys.stdout.flush()


def _limit(memory_bytes: int, cpu_s: int) -> None:
    for what, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some; the parent still watches the clock
            resource.setrlimit(what, (limit, limit))


class WithoutPandas(MetaPathFinder):
    """Hides pandas: pyarrow imports it to make any array, which would cost this short process half a second."""

    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse pandas, leave every other module to the usual finders."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Convert, and what came of it: the table's description, or how it failed."""
    from handai_errors import HandaiError

    try:
        return {"info": _convert(request)}
    except HandaiError as error:
        return {"error": {"cause": error.cause, "remedy": error.remedy}}
    except MemoryError:
        return {"memory": True}
    except OSError as error:
        return {"os_error": {"errno": error.errno, "text": os.strerror(error.errno) if error.errno else str(error)}}
    except (KeyboardInterrupt, SystemExit):  # a person's, where a small file is converted in the process itself
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of a parser must become an answer too
        return {"fault": f"{type(error).__name__}: {error}"[:300]}


def _convert(request: dict[str, Any]) -> dict[str, Any]:
    from dataclasses import asdict

    from engine.tables.convert import convert
    from engine.tables.model import ParseOptions

    options = ParseOptions(**request["options"])
    return asdict(convert(Path(request["source"]), request["filename"], options, Path(request["target"])))


if __name__ == "__main__":
    main()

"""What may be logged of a fault in Handai: its class and where it happened; its message and values may hold rows."""

import traceback

_FRAMES = 12


def facts_of(error: BaseException) -> dict[str, object]:
    """The fault's class and the places it came through, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "at": places}

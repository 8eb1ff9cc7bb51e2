"""Every fault shape at every provider."""

from tests.matrix.dialects import DIALECTS
from tests.matrix.shape import Cell, Shape, cell
from tests.matrix.shapes_access import KEYS, MODERATION, MONEY, PERMISSION
from tests.matrix.shapes_answers import CONNECTION, UNREADABLE, UNUSABLE
from tests.matrix.shapes_limits import DOWN, LIMITS
from tests.matrix.shapes_requests import ENDPOINTS, FILTERS, LENGTHS, MODELS, SETTINGS

PROVIDERS = tuple(DIALECTS)
SHAPES: tuple[Shape, ...] = (
    *KEYS,
    *PERMISSION,
    *MODERATION,
    *MONEY,
    *LIMITS,
    *DOWN,
    *MODELS,
    *ENDPOINTS,
    *LENGTHS,
    *FILTERS,
    *SETTINGS,
    *UNREADABLE,
    *UNUSABLE,
    *CONNECTION,
)


def cells_of(shape: Shape) -> list[Cell]:
    """What each of the ten sends in that case."""
    return [cell(shape, provider) for provider in PROVIDERS]

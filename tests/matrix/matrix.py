"""Every fault shape at every provider."""

from tests.matrix.dialects import DIALECTS
from tests.matrix.shape import Cell, Shape, cell
from tests.matrix.shapes_access import KEYS, MODERATION, PERMISSION
from tests.matrix.shapes_answers import CONNECTION, UNREADABLE, UNUSABLE
from tests.matrix.shapes_down import DOWN
from tests.matrix.shapes_limits import LIMITS
from tests.matrix.shapes_models import ENDPOINTS, MODELS
from tests.matrix.shapes_money import MONEY
from tests.matrix.shapes_settings import SETTINGS
from tests.matrix.shapes_texts import FILTERS, LENGTHS

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
    """What each provider sends in that case."""
    return [cell(shape, provider) for provider in PROVIDERS]

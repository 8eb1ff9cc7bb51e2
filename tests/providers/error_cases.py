"""Every row of the error taxonomy that has a body, by name."""

from tests.providers.error_case import Case
from tests.providers.error_cases_access import AUTH, MODERATION, MONEY, PERMISSION
from tests.providers.error_cases_answers import MALFORMED, REQUESTS
from tests.providers.error_cases_forms import FORMS
from tests.providers.error_cases_limits import DOWN, LIMITS
from tests.providers.error_cases_requests import FILTERS, LENGTHS, MODELS
from tests.providers.error_cases_typed import TYPED

ROWS: dict[str, tuple[Case, ...]] = {
    "auth": AUTH,
    "permission": PERMISSION,
    "moderation": MODERATION,
    "money": MONEY,
    "limits": LIMITS,
    "down": DOWN,
    "models": MODELS,
    "lengths": LENGTHS,
    "filters": FILTERS,
    "requests": REQUESTS,
    "forms": FORMS,
    "malformed": MALFORMED,
    "typed": TYPED,
}
CASES = [(f"{row}-{case.name}", case) for row, cases in ROWS.items() for case in cases]

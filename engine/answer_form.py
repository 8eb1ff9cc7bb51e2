"""In which form a run asks for JSON: the strictest one that its server takes, found out as the run goes."""

from handai_errors import ErrorKind, ProviderError
from providers.base import AnswerForm
from providers.specs import JsonMode, get_provider

_BY_STRICTNESS = [
    AnswerForm.BOUNDED_SCHEMA,
    AnswerForm.JSON_SCHEMA,
    AnswerForm.JSON_OBJECT,
    AnswerForm.INSTRUCTIONS,
    AnswerForm.TEXT,
]
_NOTES = {
    AnswerForm.BOUNDED_SCHEMA: "This model doesn't take bounds in a JSON Schema; asking for one without them instead.",
    AnswerForm.JSON_SCHEMA: "This model doesn't take JSON Schema; asking for JSON mode instead.",
    AnswerForm.JSON_OBJECT: "This model doesn't take JSON mode; asking for JSON in the instructions alone instead.",
}
# Max tokens are never left out, for a cap on cost counts on them: they go out under their other name.
NAMES_OF_MAX_TOKENS = ("max_tokens", "max_completion_tokens")
_CAN_BE_LEFT_OUT = frozenset({"temperature", "top_p", "seed", *NAMES_OF_MAX_TOKENS})


def first_form(provider_id: str, *, typed: bool) -> AnswerForm:
    """The strictest form that the provider is known to take; `typed` is whether there is a schema to send."""
    spec = get_provider(provider_id)
    if typed and spec.json_schema:
        return AnswerForm.BOUNDED_SCHEMA if spec.bounds_in_schema else AnswerForm.JSON_SCHEMA
    return AnswerForm.INSTRUCTIONS if spec.json_mode is JsonMode.NONE else AnswerForm.JSON_OBJECT


class Forms:
    """The form in which all requests of a run ask from now on; it only ever steps down, past what is `refused`."""

    def __init__(self, first: AnswerForm, refused: frozenset[AnswerForm] = frozenset()) -> None:
        self._refused = refused
        self._current = best_form(first, refused)

    @property
    def current(self) -> AnswerForm:
        """The form to ask in."""
        return self._current

    def step_down(self, form: AnswerForm, error: ProviderError) -> str | None:
        """What to note in the run's log when `error` refuses `form`; None if it is no such refusal.

        Empty when the run already asks in a lower form, because another request was refused before this one.
        """
        if not is_form_refusal(error) or form not in _NOTES:
            return None
        place = _BY_STRICTNESS.index(form)
        if self._current in _BY_STRICTNESS[place + 1 :]:
            return ""
        self._refused |= {form}
        self._current = best_form(form, self._refused)
        return _NOTES[form]

    @property
    def refused(self) -> frozenset[AnswerForm]:
        """The forms that the model is known not to take."""
        return self._refused


def best_form(first: AnswerForm, refused: frozenset[AnswerForm]) -> AnswerForm:
    """The strictest form from `first` on that is not known to be refused."""
    return next(form for form in _BY_STRICTNESS[_BY_STRICTNESS.index(first) :] if form not in refused)


def is_form_refusal(error: ProviderError) -> bool:
    """Whether the server did not take the asked-for form of the answer, or the schema."""
    return error.kind is ErrorKind.UNSUPPORTED and error.parameter == "response_format"


def refused_setting(error: ProviderError) -> str | None:
    """The setting that the model does not take and that a request can do without, or can call by another name."""
    refused = error.kind is ErrorKind.UNSUPPORTED and error.parameter in _CAN_BE_LEFT_OUT
    return error.parameter if refused else None

import pytest

from engine.answer_form import Forms, first_form, refused_setting
from handai_errors import ErrorKind, ProviderError
from providers.base import AnswerForm

REFUSED = ProviderError(ErrorKind.UNSUPPORTED, "no", status=400, parameter="response_format")
SCHEMA, OBJECT, WORDS = AnswerForm.JSON_SCHEMA, AnswerForm.JSON_OBJECT, AnswerForm.INSTRUCTIONS


@pytest.mark.parametrize(
    ("provider", "typed", "form"),
    [
        ("openai", True, SCHEMA),
        ("openrouter", True, SCHEMA),
        ("custom", True, AnswerForm.BOUNDED_SCHEMA),
        ("lmstudio", True, AnswerForm.BOUNDED_SCHEMA),
        ("demo", True, SCHEMA),
        ("anthropic", True, WORDS),
        ("openai", False, OBJECT),
        ("anthropic", False, WORDS),
    ],
)
def test_a_run_begins_with_the_strictest_form_its_provider_takes(
    provider: str, form: AnswerForm, *, typed: bool
) -> None:
    assert first_form(provider, typed=typed) is form


def test_a_refused_form_steps_down_once_for_all_who_asked_in_it() -> None:
    forms = Forms(SCHEMA)
    assert forms.step_down(SCHEMA, REFUSED) == "This model doesn't take JSON Schema; asking for JSON mode instead."
    assert forms.step_down(SCHEMA, REFUSED) == ""
    assert forms.current is OBJECT


def test_it_steps_down_to_the_instructions_and_no_further() -> None:
    forms = Forms(SCHEMA)
    forms.step_down(SCHEMA, REFUSED)
    note = forms.step_down(OBJECT, REFUSED)
    assert note == "This model doesn't take JSON mode; asking for JSON in the instructions alone instead."
    assert forms.current is WORDS
    assert forms.step_down(WORDS, REFUSED) is None
    assert forms.step_down(SCHEMA, REFUSED) == ""
    assert forms.current is WORDS


def test_a_schema_with_bounds_steps_down_to_one_without() -> None:
    forms = Forms(AnswerForm.BOUNDED_SCHEMA)
    assert "bounds" in (forms.step_down(AnswerForm.BOUNDED_SCHEMA, REFUSED) or "")
    assert forms.current is SCHEMA


def test_a_form_that_is_known_to_be_refused_is_not_asked_for_again() -> None:
    forms = Forms(SCHEMA, frozenset({OBJECT}))
    assert forms.current is SCHEMA
    forms.step_down(SCHEMA, REFUSED)
    assert forms.current is WORDS
    assert forms.refused == {SCHEMA, OBJECT}
    assert Forms(OBJECT, frozenset({OBJECT})).current is WORDS


@pytest.mark.parametrize(
    "error",
    [
        ProviderError(ErrorKind.UNSUPPORTED, "no", parameter="temperature"),
        ProviderError(ErrorKind.INVALID_REQUEST, "no", status=400),
        ProviderError(ErrorKind.INVALID_OUTPUT, "json_validate_failed", status=400),
        ProviderError(ErrorKind.RATE_LIMIT, "slower", status=429),
    ],
    ids=lambda error: str(error.kind),
)
def test_an_error_about_something_else_changes_nothing(error: ProviderError) -> None:
    forms = Forms(SCHEMA)
    assert forms.step_down(SCHEMA, error) is None
    assert forms.current is SCHEMA


@pytest.mark.parametrize(
    ("kind", "parameter", "setting"),
    [
        (ErrorKind.UNSUPPORTED, "temperature", "temperature"),
        (ErrorKind.UNSUPPORTED, "seed", "seed"),
        (ErrorKind.UNSUPPORTED, "max_tokens", "max_tokens"),
        (ErrorKind.UNSUPPORTED, "max_completion_tokens", "max_completion_tokens"),
        (ErrorKind.INVALID_REQUEST, "max_tokens", None),
        (ErrorKind.UNSUPPORTED, "response_format", None),
        (ErrorKind.UNSUPPORTED, None, None),
        (ErrorKind.INVALID_REQUEST, None, None),
    ],
)
def test_a_setting_that_the_model_refuses_is_named(kind: ErrorKind, parameter: str | None, setting: str | None) -> None:
    assert refused_setting(ProviderError(kind, "no", parameter=parameter)) == setting

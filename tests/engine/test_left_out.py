import pytest

from engine.left_out import LeftOut, max_tokens_name
from handai_errors import ErrorKind, ProviderError

NONE: frozenset[str] = frozenset()


def refusal(parameter: str) -> ProviderError:
    return ProviderError(ErrorKind.UNSUPPORTED, "no", status=400, parameter=parameter)


def test_a_refused_setting_is_left_out_and_told_once() -> None:
    left_out = LeftOut()
    assert "temperature" in (left_out.learn(NONE, refusal("temperature")) or "")
    assert left_out.learn(NONE, refusal("temperature")) == ""
    assert left_out.learn(left_out.names, refusal("temperature")) is None
    assert left_out.names == {"temperature"}


@pytest.mark.parametrize(
    ("refused", "instead"),
    [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")],
)
def test_max_tokens_get_their_other_name_and_are_never_left_out(refused: str, instead: str) -> None:
    left_out = LeftOut()
    assert f"asking with {instead} instead" in (left_out.learn(NONE, refusal(refused)) or "")
    assert max_tokens_name(left_out.names) == instead
    assert left_out.learn(left_out.names, refusal(instead)) is None
    assert max_tokens_name(left_out.names) == instead


def test_without_a_refusal_the_provider_names_max_tokens() -> None:
    assert max_tokens_name(frozenset({"seed"})) is None


def test_what_the_run_and_earlier_runs_learnt_is_known() -> None:
    assert LeftOut("seed top_p", ["temperature"]).names == {"seed", "top_p", "temperature"}

import pytest

from engine.switches import Switches


def test_003_16_a_switch_is_told_once_a_model() -> None:
    switches = Switches("a/b", ("c/d", "e/f"))
    assert switches.note("a/b") is None
    assert switches.note("c/d-2026-01") == "a/b did not answer a row: c/d-2026-01 did in its place."
    assert switches.note("c/d-2026-01") is None
    assert "e/f" in (switches.note("e/f") or "")


@pytest.mark.parametrize("answered", [None, "a/b-2026-01", "x/y"])
def test_another_name_of_the_same_model_is_no_switch(answered: str | None) -> None:
    assert Switches("a/b", ("c/d",)).note(answered) is None
    assert Switches("a/b", ()).note(answered) is None

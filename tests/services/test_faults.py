"""A fault in Handai is logged by its class and place, never with what a row or a key said."""

from services.faults import facts_of


def stumble(cell: str) -> None:
    raise ValueError(f"can't read {cell}")


def test_the_place_is_told_and_the_values_are_not() -> None:
    try:
        stumble("a secret cell")
    except ValueError as error:
        facts = facts_of(error)
    assert facts["error"] == "ValueError"
    assert "test_faults.py" in str(facts["at"])
    assert "stumble" in str(facts["at"])
    assert "secret" not in str(facts)

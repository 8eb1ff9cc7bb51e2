"""Names of computed columns: never an input column's, never each other's, the same after a resume."""

from hypothesis import given
from hypothesis import strategies as st

from engine.columns import Output
from engine.outputs import OutputColumns, declared_outputs, free_name, planned_columns
from engine.spec import ModelSettings, RunSpec, TransformInput

NAMES = st.text("aA bß(2)", max_size=6)


def spec(*outputs: str, json_mode: bool = False) -> RunSpec:
    return RunSpec(
        input=TransformInput(),
        outputs=tuple(Output(name=name) for name in outputs),
        model=ModelSettings(provider="demo", model="m", json_mode=json_mode),
    )


def test_a_free_name_is_kept() -> None:
    assert free_name("mood", ["status"]) == "mood"


def test_a_taken_name_gets_the_first_free_number() -> None:
    assert free_name("status", ["status", "Status (2)", "output"]) == "status (3)"


def test_letter_case_does_not_tell_columns_apart() -> None:
    assert planned_columns(spec("STATUS", json_mode=True), ["status"]).pairs == (("STATUS", "STATUS (2)"),)


def test_the_one_text_column_gives_way_to_an_input_named_output() -> None:
    assert planned_columns(spec(), ["output", "status"]).pairs == (("output", "output (2)"),)


def test_json_mode_without_declared_columns_begins_with_none() -> None:
    assert declared_outputs(spec(json_mode=True)) == ()


def test_keys_found_late_come_after_and_stay() -> None:
    columns = planned_columns(spec("mood", json_mode=True), ["id"])
    assert [columns.name_for(key) for key in ("mood", "ID", "why", "ID", "Mood")] == [
        "mood",
        "ID (2)",
        "why",
        "ID (2)",
        "Mood (2)",
    ]
    assert [key for key, _ in columns.pairs] == ["mood", "ID", "why", "Mood"]


def test_a_blank_key_still_gets_a_column() -> None:
    assert OutputColumns([]).name_for("  ") == "output"


def test_a_resume_goes_on_with_the_known_names() -> None:
    before = OutputColumns(["a"])
    for key in ("A", "b", ""):
        before.name_for(key)
    after = OutputColumns(["a"], before.pairs)
    assert after.name_for("") == before.name_for("")
    assert after.name_for("B") == "B (2)"
    assert after.pairs[:3] == before.pairs


@given(st.lists(NAMES, max_size=8), st.lists(NAMES, max_size=8), st.integers(0, 8))
def test_names_never_collide_and_never_change(inputs: list[str], keys: list[str], resumed_after: int) -> None:
    whole, part = OutputColumns(inputs), OutputColumns(inputs)
    expected = [whole.name_for(key) for key in keys]
    for key in keys[:resumed_after]:
        part.name_for(key)
    resumed = OutputColumns(inputs, part.pairs)
    assert [resumed.name_for(key) for key in keys] == expected
    made = [name.casefold() for _, name in whole.pairs]
    assert len({*made}) == len(made)
    assert not {*made} & {name.casefold() for name in inputs}

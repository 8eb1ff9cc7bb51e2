"""`handai personas`, and `--persona`: its text is in the spec and on the wire, its name in the run's name alone."""

from pathlib import Path

import orjson

from services.forms import personas
from services.running import runs
from tests.command_line import handai, made_table, transform_arguments
from tests.fake_provider import FakeProvider


def test_a_persona_s_text_goes_before_the_instructions_and_its_name_to_the_run_s(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    personas.save("House judge", "Judge kindly.")
    table, out = made_table(tmp_path / "in.csv", 1), tmp_path / "out.csv"
    arguments = transform_arguments(table, out, fake_provider.url, "--persona", "house JUDGE", "--json")
    ended = handai(*arguments)
    assert ended.code == 0, ended.err

    sent = fake_provider.requests[0].json()["messages"][0]
    assert sent == {"role": "system", "content": "Judge kindly.\n\nRepeat it."}
    record = runs.find("last")
    assert record.name.startswith("in, House judge ")
    assert record.spec.prompt.instructions == "Judge kindly.\n\nRepeat it."
    assert "House" not in record.spec.to_yaml()

    personas.save("House judge", "Judge sternly.")  # what ran stays as it ran
    assert "kindly" in runs.find("last").spec.to_yaml()


def test_a_name_that_was_given_stays_and_a_wrong_persona_is_told(tmp_path: Path, fake_provider: FakeProvider) -> None:
    table, out = made_table(tmp_path / "in.csv", 1), tmp_path / "out.csv"
    flags = ["--persona", "translator", "--run-name", "mine"]
    assert handai(*transform_arguments(table, out, fake_provider.url, *flags)).code == 0
    assert runs.find("last").name == "mine"

    wrong = handai(*transform_arguments(table, tmp_path / "b.csv", fake_provider.url, "--persona", "tranlator"))
    assert wrong.code == 1
    assert "Translator" in wrong.said


def test_they_are_listed_and_printed() -> None:
    personas.save("House judge", "Judge kindly.\nAlways.")
    listed = handai("personas")
    assert listed.code == 0
    assert "Careful classifier" in listed.out
    assert "House judge" in listed.out
    assert handai("personas", "house judge").out == "Judge kindly.\nAlways.\n"
    found = orjson.loads(handai("personas", "--json").out)
    assert [item["built_in"] for item in found] == [True] * 6 + [False]


def test_one_is_kept_renamed_reset_and_deleted(tmp_path: Path) -> None:
    file = tmp_path / "judge.txt"
    file.write_text("Judge kindly.", "utf-8")
    assert handai("personas", "Judge", "--save", f"@{file}").code == 0
    assert personas.get("Judge").instructions == "Judge kindly."
    assert handai("personas", "Judge", "--rename", "Jury").code == 0
    assert handai("personas", "Jury", "--delete").code == 0
    assert handai("personas", "Jury").code == 1
    personas.save("Translator", "Shout.")
    assert handai("personas", "translator", "--reset").code == 0
    assert not personas.get("Translator").changed
    assert handai("personas", "--delete").code == 2
    assert handai("personas", "Translator", "--delete", "--reset").code == 2

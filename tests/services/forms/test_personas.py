"""Personas: named instructions, some built in, kept, changed, renamed, deleted and brought back."""

import threading
from pathlib import Path

import pytest

from handai_errors import ConflictError, InputError, NotFoundError
from services.forms import personas
from services.forms.built_in_personas import BUILT_IN

CLASSIFIER = "Careful classifier"


def names() -> list[str]:
    return [item.name for item in personas.all_personas()]


def test_six_are_built_in_and_none_is_changed() -> None:
    found = personas.all_personas()
    assert [item.name for item in found] == [original.name for original in BUILT_IN]
    assert len(found) == 6
    assert all(item.built_in and not item.changed and len(item.instructions) > 200 for item in found)
    assert not [item for item in found if "{{" in item.instructions]  # would be a column's place in a run


def test_one_is_found_whatever_its_letters_and_a_slip_is_answered_with_the_nearest() -> None:
    assert personas.get("  careful CLASSIFIER ").name == CLASSIFIER
    with pytest.raises(NotFoundError, match="Carefull clasifier") as caught:
        personas.get("Carefull clasifier")
    assert CLASSIFIER in caught.value.remedy


def test_an_own_one_is_kept_changed_and_deleted() -> None:
    personas.save("  My  judge ", "Judge kindly.")
    personas.save("Archivist", "File it.")
    assert names()[6:] == ["Archivist", "My judge"]
    again = personas.save("MY JUDGE", "Judge sternly.")
    assert (again.name, again.instructions, again.built_in) == ("My judge", "Judge sternly.", False)
    personas.delete("my judge")
    assert names()[6:] == ["Archivist"]


def test_a_built_in_one_is_changed_and_brought_back() -> None:
    changed = personas.save(CLASSIFIER, "Just guess.")
    assert (changed.built_in, changed.changed) == (True, True)
    renamed = personas.rename(CLASSIFIER, "Guesser")
    assert (renamed.name, renamed.instructions) == ("Guesser", "Just guess.")
    assert names()[0] == "Guesser"  # it keeps its place
    original = personas.reset("Guesser")
    assert (original.name, original.changed) == (CLASSIFIER, False)
    assert original.instructions == BUILT_IN[0].instructions


def test_a_built_in_one_is_deleted_and_brought_back() -> None:
    personas.delete(CLASSIFIER)
    assert CLASSIFIER not in names()
    assert personas.deleted_built_ins() == (CLASSIFIER,)
    personas.reset(CLASSIFIER)
    assert names()[0] == CLASSIFIER
    assert personas.deleted_built_ins() == ()


def test_no_two_share_a_name() -> None:
    personas.save("Judge", "Judge.")
    with pytest.raises(ConflictError, match="already"):
        personas.rename("Judge", "translator")
    personas.rename("Judge", "JUDGE")
    assert names()[6:] == ["JUDGE"]
    personas.delete(CLASSIFIER)
    personas.save(CLASSIFIER, "Mine.")
    with pytest.raises(ConflictError, match="Rename"):
        personas.reset(CLASSIFIER)
    assert personas.get(CLASSIFIER).instructions == "Mine."
    assert not personas.get(CLASSIFIER).built_in


def test_what_an_own_one_was_is_not_there_to_bring_back() -> None:
    personas.save("Judge", "Judge.")
    with pytest.raises(InputError, match="no built-in"):
        personas.reset("Judge")


@pytest.mark.parametrize(("name", "text"), [(" ", "x"), ("x" * 81, "x"), ("x", " \n"), ("x", "y" * 50_001)])
def test_what_can_t_be_kept_is_refused_and_changes_nothing(name: str, text: str) -> None:
    with pytest.raises(InputError):
        personas.save(name, text)
    assert len(names()) == 6


def test_two_windows_that_save_at_once_make_one() -> None:
    personas.all_personas()
    barrier = threading.Barrier(4)

    def save(text: str) -> None:
        barrier.wait()
        personas.save("Judge", text)

    threads = [threading.Thread(target=save, args=(f"Judge {n}.",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names()[6:] == ["Judge"]


def test_the_task_follows_the_persona() -> None:
    persona = personas.save("Judge", "Judge kindly.")
    assert persona.with_task(" Score it. ") == "Judge kindly.\n\nScore it."
    assert persona.with_task("") == "Judge kindly."
    assert persona.run_name("reviews").startswith("reviews, Judge ")


def test_they_are_in_the_catalogue_s_backup(handai_home: Path) -> None:
    personas.save("Judge", "Judge kindly.")
    assert b"Judge kindly." in (handai_home / "handai.db").read_bytes()


def test_a_copy_is_a_persons_own_and_the_built_in_one_stays() -> None:
    first, second = personas.copy(CLASSIFIER.upper()), personas.copy(CLASSIFIER)
    assert (first.name, second.name) == (f"{CLASSIFIER} (copy)", f"{CLASSIFIER} (copy 2)")
    assert not first.built_in
    assert first.instructions == personas.get(CLASSIFIER).instructions
    personas.save(first.name, "Mine now.")
    assert not personas.get(CLASSIFIER).changed
    long = personas.save("x" * personas.LONGEST_NAME, "Long.")
    assert len(personas.copy(long.name).name) <= personas.LONGEST_NAME


def test_instructions_are_kept_under_an_own_name_only() -> None:
    assert personas.keep("Mine", "Do this.").instructions == "Do this."
    assert personas.keep("mine", "Do that.").instructions == "Do that."
    with pytest.raises(ConflictError, match="built in"):
        personas.keep(CLASSIFIER.lower(), "Do this.")
    with pytest.raises(InputError, match="no instructions"):
        personas.keep("Empty", " ")
    assert names()[6:] == ["Mine"]


def test_a_persona_takes_another_ones_place_and_keeps_the_task() -> None:
    one, other = personas.get(CLASSIFIER), personas.get("Translator")
    written = personas.used(one, "Sort them.")
    assert written == one.with_task("Sort them.")
    assert personas.used(other, written) == other.with_task("Sort them.")
    assert personas.used(one, written) == written

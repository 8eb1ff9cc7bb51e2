"""Sessions as projects: the last one is offered, and goes on only as a person wants."""

from pathlib import Path

import pytest

from handai_db import SessionRecord
from handai_errors import NotFoundError, SpecError
from pages.components.history_words import session_facts
from services.bundles.bundle import bundle
from services.bundles.bundle_open import open_bundle
from services.home import open_catalogue
from services.past import history, sessions
from services.running import runs
from tests.pages.made_runs import executed, made_run


def named(name: str) -> SessionRecord:
    return next(found for found in history.sessions() if found.name == name)


def grown_old(name: str) -> None:
    with open_catalogue() as catalogue:
        catalogue.database.change("UPDATE sessions SET used_at = used_at - 86400 WHERE name = ?", (name,))


def test_nothing_is_offered_to_a_person_who_never_ran_anything() -> None:
    assert sessions.last_session() is None


def test_a_session_of_today_goes_on_and_its_newest_run_is_told() -> None:
    made_run(1, session="Study")
    newest = made_run(1)
    offer = sessions.last_session()
    assert offer is not None
    assert (offer.session.name, offer.is_open) == ("Study", True)
    assert offer.newest == runs.get(newest.id)


def test_an_older_session_is_offered_and_goes_on_only_when_asked_for() -> None:
    made_run(1, session="Study")
    grown_old("Study")
    offer = sessions.last_session()
    assert offer is not None
    assert not offer.is_open
    assert made_run(1).session_id != offer.session.id
    grown_old(history.sessions()[0].name)
    sessions.go_on_with(offer.session.id)
    assert made_run(1).session_id == offer.session.id


def test_a_pinned_session_is_first_in_the_list_but_not_what_the_next_run_goes_into() -> None:
    made_run(1, session="Pinned")
    made_run(1, session="Latest")
    sessions.pin(named("Pinned").id, pinned=True)
    assert [found.name for found in history.sessions()] == ["Pinned", "Latest"]
    assert made_run(1).session_id == named("Latest").id
    sessions.pin(named("Pinned").id, pinned=False)
    assert [found.name for found in history.sessions()] == ["Latest", "Pinned"]


def test_the_next_runs_go_into_a_session_that_was_begun() -> None:
    made_run(1, session="Before")
    begun = sessions.begin(" After ")
    assert begun.name == "After"
    assert made_run(1).session_id == begun.id


def test_a_session_that_is_gone_is_told() -> None:
    with pytest.raises(NotFoundError):
        sessions.go_on_with("gone")


def test_a_session_keeps_its_note_and_needs_a_name() -> None:
    made_run(1, session="Study")
    sessions.describe(named("Study").id, " Study 2 ", " first round \n")
    assert named("Study 2").note == "first round"
    with pytest.raises(SpecError):
        sessions.describe(named("Study 2").id, "  ", "")


def test_a_session_tells_what_its_runs_cost_and_of_how_many_that_is_not_known() -> None:
    executed(made_run(2, session="Study"))
    made_run(2, session="Study")
    executed(made_run(2, session="Study", preview=True))
    found = named("Study")
    assert (found.runs, found.cost_usd, found.cost_unknown) == (2, 0.0, 1)


def test_an_opened_bundle_never_becomes_the_session_that_the_next_run_goes_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = bundle(executed(made_run(1)), tmp_path / "run.zip").path
    monkeypatch.setenv("HANDAI_HOME", str(tmp_path / "elsewhere"))
    own = made_run(1, session="Study")
    opened = open_bundle(packed).record
    offer = sessions.last_session()
    assert offer is not None
    assert offer.session.name == "Study"
    assert made_run(1).session_id == own.session_id
    sessions.go_on_with(opened.session_id)
    assert made_run(1).session_id == opened.session_id


def test_who_only_opened_a_bundle_is_offered_no_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = bundle(executed(made_run(1)), tmp_path / "run.zip").path
    monkeypatch.setenv("HANDAI_HOME", str(tmp_path / "elsewhere"))
    record = open_bundle(packed).record
    assert sessions.last_session() is None
    assert "last used" not in session_facts(history.sessions()[0], 1e9)
    assert made_run(1).session_id != record.session_id

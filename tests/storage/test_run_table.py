"""Runs in the catalogue: found, filtered, moved through their states; one process at a time holds one."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.results import RunStatus
from engine.spec import ModelSettings, Prompt, RunSpec, TransformInput
from handai_db import Catalogue, Lease, RunFilter, RunRecord
from handai_errors import StorageError


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue(tmp_path / "handai.db") as opened:
        opened.sessions.add("s1", "Spring survey")
        opened.sessions.add("s2", "Ökonomie")
        yield opened


def record(run_id: str, **changes: Any) -> RunRecord:  # noqa: ANN401 any field
    spec = RunSpec(
        input=TransformInput(file="reviews.csv"),
        prompt=Prompt(instructions='Say "yes" or „Übermut“.'),
        model=ModelSettings(provider="openai", model="gpt-x"),
    )
    base = RunRecord(
        id=run_id,
        session_id="s1",
        name=f"Run {run_id}",
        kind="transform",
        status=RunStatus.QUEUED,
        reason=None,
        cause=None,
        remedy=None,
        spec=spec,
        provider="openai",
        model="gpt-x",
        dataset_id=None,
        total=5,
        preview=False,
        reuse_from=("before",),
        export={"path": "x.csv"},
        figures={},
        request=None,
        created_at=1.0,
        started_at=None,
        finished_at=None,
    )
    return replace(base, **changes)


def found(catalogue: Catalogue, **wanted: Any) -> list[str]:  # noqa: ANN401 any filter
    return [item.id for item in catalogue.runs.list(RunFilter(**wanted))]


def test_a_run_comes_back_as_it_was_stored(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("r"))
    assert catalogue.runs.get("r") == record("r")
    assert catalogue.runs.get("q") is None


def test_a_run_needs_a_session_that_is_there(catalogue: Catalogue) -> None:
    with pytest.raises(StorageError):
        catalogue.runs.add(record("r", session_id="nowhere"))


def test_a_session_with_runs_is_not_deleted(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("r"))
    with pytest.raises(StorageError):
        catalogue.sessions.delete("s1")


def test_runs_are_listed_newest_first_and_paged(catalogue: Catalogue) -> None:
    for number in range(5):
        catalogue.runs.add(record(f"r{number}", created_at=float(number // 2)))
    assert found(catalogue) == ["r4", "r3", "r2", "r1", "r0"]
    assert [item.id for item in catalogue.runs.list(RunFilter(), limit=2, offset=1)] == ["r3", "r2"]


def test_filters_cut_down_the_list(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("a", created_at=1.0))
    catalogue.runs.add(record("b", created_at=2.0, session_id="s2", provider="groq", model="llama"))
    catalogue.runs.add(record("c", created_at=3.0, preview=True))
    catalogue.runs.set_status("b", RunStatus.COMPLETED)
    assert found(catalogue) == ["b", "a"]
    assert found(catalogue, previews=True) == ["c", "b", "a"]
    assert found(catalogue, session_id="s2") == ["b"]
    assert found(catalogue, status="completed") == ["b"]
    assert found(catalogue, provider="openai") == ["a"]
    assert found(catalogue, model="llama", provider="groq") == ["b"]
    assert found(catalogue, since=2.0) == ["b"]
    assert found(catalogue, until=2.0) == ["a"]
    assert found(catalogue, since=1.0, until=2.0, status="completed") == []


@pytest.mark.parametrize(
    "text",
    [
        "run a",
        "SPRING",
        "GPT-X",
        "reviews.csv",
        'say "yes"',
        "„übermut“",
        "ÜBERMUT",
    ],
)
def test_search_finds_names_sessions_models_and_instructions_in_any_case(catalogue: Catalogue, text: str) -> None:
    catalogue.runs.add(record("a"))
    other = ModelSettings(provider="groq", model="llama")
    spec = RunSpec(input=TransformInput(file="x.csv"), model=other)
    catalogue.runs.add(record("b", session_id="s2", model="llama", spec=spec))
    assert found(catalogue, text=text) == ["a"]


def test_search_takes_wildcards_literally(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("a", name="100 %"))
    catalogue.runs.add(record("b", name="100"))
    assert found(catalogue, text="0 %") == ["a"]
    assert found(catalogue, text="1_0") == []


def test_a_session_s_name_is_found_beyond_ascii(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("a", session_id="s2"))
    assert found(catalogue, text="ökonomie") == ["a"]


def matching(catalogue: Catalogue, reference: str) -> list[str]:
    return [item.id for item in catalogue.runs.matching(reference)]


def test_a_run_is_meant_by_its_id_its_beginning_or_its_exact_name(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("abc123", created_at=1.0))
    catalogue.runs.add(record("abd456", created_at=2.0, name="Mine"))
    assert matching(catalogue, "abc123") == ["abc123"]
    assert matching(catalogue, "ab") == ["abd456", "abc123"]
    assert matching(catalogue, "Mine") == ["abd456"]
    assert matching(catalogue, "Min") == []
    assert matching(catalogue, "bc") == []
    assert matching(catalogue, "") == []
    assert matching(catalogue, "%") == []


def test_an_exact_id_comes_before_names_and_beginnings(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("ab", created_at=1.0))
    catalogue.runs.add(record("abc", created_at=2.0))
    catalogue.runs.add(record("x", created_at=3.0, name="ab"))
    assert matching(catalogue, "ab")[0] == "ab"


def test_last_is_the_newest_run_that_is_no_preview(catalogue: Catalogue) -> None:
    assert matching(catalogue, "last") == []
    catalogue.runs.add(record("a", created_at=1.0))
    catalogue.runs.add(record("b", created_at=1.0))
    catalogue.runs.add(record("c", created_at=2.0, preview=True))
    assert matching(catalogue, "last") == ["b"]


def test_a_run_s_states_set_its_times_reason_and_figures(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("r"))
    catalogue.runs.set_status("r", RunStatus.RUNNING)
    first = catalogue.runs.get("r")
    assert first
    assert first.started_at
    assert first.finished_at is None
    catalogue.runs.set_status("r", RunStatus.PAUSED, reason="auth", cause="c", remedy="m", figures={"done": 1})
    paused = catalogue.runs.get("r")
    assert paused
    assert (paused.reason, paused.cause, paused.remedy, paused.figures) == ("auth", "c", "m", {"done": 1})
    assert paused.finished_at
    catalogue.runs.set_status("r", RunStatus.RUNNING)
    again = catalogue.runs.get("r")
    assert again
    assert (again.reason, again.cause, again.finished_at) == (None, None, None)
    assert (again.started_at, again.figures) == (first.started_at, {"done": 1})


def test_a_late_note_of_draining_does_not_wake_an_ended_run(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("r"))
    catalogue.runs.set_status("r", RunStatus.COMPLETED)
    catalogue.runs.note_draining("r", RunStatus.STOPPING)
    catalogue.runs.interrupt("r")
    run = catalogue.runs.get("r")
    assert run
    assert run.status is RunStatus.COMPLETED


def test_an_interrupted_run_loses_its_request(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("r"))
    catalogue.runs.ask("r", "stop")
    catalogue.runs.interrupt("r")
    run = catalogue.runs.get("r")
    assert run
    assert (run.status, run.request) == (RunStatus.INTERRUPTED, None)


@pytest.mark.parametrize("status", RunStatus)
def test_live_runs_are_those_whose_status_says_so(catalogue: Catalogue, status: RunStatus) -> None:
    catalogue.runs.add(record("r"))
    catalogue.runs.set_status("r", status)
    assert bool(catalogue.runs.live()) == status.is_live


def test_a_run_can_be_renamed_moved_changed_and_deleted(catalogue: Catalogue) -> None:
    catalogue.runs.add(record("r"))
    spec = record("r").spec.model_copy(update={"prompt": Prompt(instructions="new")})
    catalogue.runs.rename("r", "New")
    catalogue.runs.move("r", "s2")
    catalogue.runs.set_spec("r", spec)
    catalogue.runs.set_export("r", {"path": "y"})
    run = catalogue.runs.get("r")
    assert run
    assert (run.name, run.session_id, run.spec, run.export) == ("New", "s2", spec, {"path": "y"})
    catalogue.runs.delete("r")
    assert catalogue.runs.get("r") is None


MINE, OTHER, REUSED = Lease("r", 10, 1000.5), Lease("r", 20, 2000.25), Lease("r", 20, 9999.125)


def test_a_living_owner_keeps_its_lease(catalogue: Catalogue) -> None:
    assert catalogue.leases.take(OTHER, lambda _: True) is None
    assert catalogue.leases.take(MINE, lambda _: True) == OTHER
    assert catalogue.leases.get("r") == OTHER


def test_a_dead_owner_s_lease_is_taken_over(catalogue: Catalogue) -> None:
    catalogue.leases.take(OTHER, lambda _: True)
    assert catalogue.leases.take(MINE, lambda _: False) is None
    assert catalogue.leases.get("r") == MINE


def test_another_process_under_the_same_number_is_not_the_owner(catalogue: Catalogue) -> None:
    catalogue.leases.take(OTHER, lambda _: True)
    assert catalogue.leases.take(REUSED, lambda lease: lease == REUSED) is None
    assert catalogue.leases.get("r") == REUSED


def test_the_owner_may_take_its_own_lease_again(catalogue: Catalogue) -> None:
    catalogue.leases.take(MINE, lambda _: True)
    assert catalogue.leases.take(MINE, lambda _: True) is None


def test_only_the_owner_gives_back(catalogue: Catalogue) -> None:
    catalogue.leases.take(MINE, lambda _: True)
    catalogue.leases.give_back("r", OTHER.pid)
    assert catalogue.leases.get("r") == MINE
    catalogue.leases.give_back("r", MINE.pid)
    assert catalogue.leases.get("r") is None


def test_of_many_who_reach_for_a_lease_one_gets_it(tmp_path: Path, catalogue: Catalogue) -> None:
    assert catalogue.leases.get("r") is None
    barrier, answers = threading.Barrier(6), list[Lease | None]()

    def reach(pid: int) -> None:
        with Catalogue(tmp_path / "handai.db") as own:
            barrier.wait()
            answers.append(own.leases.take(Lease("r", pid, float(pid)), lambda _: True))

    threads = [threading.Thread(target=reach, args=(pid,)) for pid in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == 1
    assert {lease for lease in answers if lease} == {catalogue.leases.get("r")}

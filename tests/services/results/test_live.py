"""Many tabs on one run look at its files once."""

from pathlib import Path

import pytest

from services.results import live
from services.results.live import Watch
from services.running import runs
from services.running.views import RunView
from tests.services.stored_runs import done, put, transform_run


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_tabs_of_one_moment_share_a_look_and_a_later_one_sees_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = transform_run(tmp_path, [{"name": "a"}])
    looked: list[str] = []
    real = runs.view

    def counted(run_id: str) -> RunView:
        looked.append(run_id)
        return real(run_id)

    monkeypatch.setattr("services.results.live.runs.view", counted)
    clock = _Clock()
    watch = Watch(clock)
    first = watch.look(record.id)
    put(record, done(0, a="one"))
    assert watch.look(record.id) is first
    assert len(looked) == 1
    clock.now += 1
    later = watch.look(record.id)
    assert later.view.done == 1
    assert [row.answers for row in later.newest] == [{"a": "one"}]


def test_a_page_that_was_drawn_anew_is_never_shown_an_older_moment(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "a"}])
    clock = _Clock()
    watch = Watch(clock)
    watch.look(record.id)
    runs.stop(record.id)
    clock.now += 0.01
    assert watch.look(record.id, since=clock.now).view.record.request == "stop"


def test_only_so_many_runs_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MOST_KEPT", 2)
    records = [transform_run(tmp_path, [{"name": "a"}]) for _ in range(3)]
    watch = Watch(_Clock())
    first = watch.look(records[0].id)
    for record in records[1:]:
        watch.look(record.id)
    assert watch.look(records[0].id) is not first

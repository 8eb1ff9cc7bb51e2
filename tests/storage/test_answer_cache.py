import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from providers.base import Completion
from storage import answer_cache, seen_keys
from storage.answer_cache import AnswerCache, cache_use, clear_cache, forget_answers

KEY = b"a" * 16


def told(text: str) -> Completion:
    return Completion(text, model="m", finish_reason="stop")


def kept(path: Path, run: str, **answers: str) -> None:
    cache = AnswerCache(path, run)
    for key, text in answers.items():
        cache.keep(key.encode(), told(text))
    cache.close()


def found(path: Path, key: str | bytes) -> str | None:
    cache = AnswerCache(path, "reader")
    try:
        answer = cache.find(key.encode() if isinstance(key, str) else key)
    finally:
        cache.close()
    return answer.text if answer else None


def test_an_answer_is_found_at_once_and_by_the_next_run(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.db", "r1")
    cache.keep(KEY, told("yes"))
    assert cache.find(KEY) == told("yes")
    assert cache.find(b"b" * 16) is None
    cache.close()
    assert found(tmp_path / "cache.db", KEY) == "yes"


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    kept(tmp_path / "cache.db", "r1", a="yes")
    assert stat.S_IMODE((tmp_path / "cache.db").stat().st_mode) == 0o600


def test_a_deleted_runs_answers_are_gone_from_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    kept(path, "r1", a="a canary in the mine")
    kept(path, "r2", b="another bird")
    forget_answers(path, "r1")
    assert (found(path, "a"), found(path, "b")) == (None, "another bird")
    assert b"canary" not in path.read_bytes()


@pytest.mark.parametrize("content", [b"no database at all" * 400, b"SQLite format 3\0" + b"\xff" * 8192])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(content)
    kept(path, "r1", a="yes")
    assert found(path, "a") == "yes"
    assert (tmp_path / "cache.db.damaged").read_bytes() == content
    forget_answers(path, "r1")
    assert not (tmp_path / "cache.db.damaged").exists()


def test_damage_under_a_running_run_is_a_miss(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    kept(path, "r1", **{f"{number:064}": "x" * 500 for number in range(200)})
    cache = AnswerCache(path, "r2")
    size = path.stat().st_size
    path.write_bytes(b"\xff" * size)
    assert cache.find(b"%064d" % 7) is None
    cache.keep(KEY, told("after"))
    cache.close()
    assert found(path, KEY) == "after"


def test_an_answer_that_is_not_what_was_written_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    kept(path, "r1", a="yes")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE answers SET text = 'no'")
    assert found(path, "a") is None


def test_a_file_of_another_version_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    kept(path, "r1", a="yes")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert found(path, "a") is None
    kept(path, "r1", a="again")
    assert found(path, "a") == "again"


def test_two_runs_that_make_the_file_together_make_it_once(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    kept(tmp_path / "made.db", "r1", a="yes")
    with closing(sqlite3.connect(tmp_path / "made.db")) as made:
        tables = [sql for (sql,) in made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        (version,) = made.execute("PRAGMA user_version").fetchone()
    with closing(sqlite3.connect(path, isolation_level=None)) as first, ThreadPoolExecutor(1) as pool:
        first.execute("BEGIN IMMEDIATE")
        for statement in (*tables, f"PRAGMA user_version = {version}"):
            first.execute(statement)
        first.execute("INSERT INTO runs VALUES (1, 'first', 1, 1)")
        second = pool.submit(kept, path, "second", b="yes")
        time.sleep(0.2)  # the second has found a file without tables, and waits
        first.execute("COMMIT")
        second.result()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM runs ORDER BY id").fetchall() == [("first",), ("second",)]
    assert found(path, "b") == "yes"


@pytest.mark.parametrize("table", ["answers", "runs", "seen"])
def test_a_file_that_lacks_a_table_begins_anew(tmp_path: Path, table: str) -> None:
    path = tmp_path / "cache.db"
    kept(path, "r1", a="yes")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TABLE {table}")
    kept(path, "r2", b="no")
    assert found(path, "b") == "no"


def test_the_oldest_go_when_there_are_too_many_bytes(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    for part in range(10):
        cache = AnswerCache(path, "r1", max_bytes=200_000)
        for number in range(100):
            cache.keep(b"%064d" % (part * 100 + number), told("x" * 500))
        cache.close()
    assert found(path, f"{0:064}") is None
    assert found(path, f"{999:064}") is not None
    assert path.stat().st_size < 500_000


@pytest.mark.parametrize("text", ["\ud800", "x" * 1_000_001])
def test_what_can_t_be_kept_is_left_out(tmp_path: Path, text: str) -> None:
    kept(tmp_path / "cache.db", "r1", a=text, b="fine")
    assert (found(tmp_path / "cache.db", "a"), found(tmp_path / "cache.db", "b")) == (None, "fine")


def test_a_folder_that_can_t_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "no" / "cache.db"
    kept(path, "r1", a="yes")
    assert found(path, "a") is None
    forget_answers(path, "r1")
    assert cache_use(path).answers == 0


def test_its_size_is_told_and_it_can_be_cleared(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    kept(path, "r1", a="yes", b="no")
    assert cache_use(path).answers == 2
    assert cache_use(path).bytes > 0
    clear_cache(path)
    assert list(tmp_path.iterdir()) == []


def test_a_look_costs_a_row_next_to_nothing(tmp_path: Path) -> None:
    kept(tmp_path / "cache.db", "r1", **{f"{number:064}": "x" * 300 for number in range(2000)})
    cache = AnswerCache(tmp_path / "cache.db", "r2")
    began = time.thread_time()
    for number in range(4000):
        cache.find(b"%064d" % number)
    spent = (time.thread_time() - began) / 4000
    cache.close()
    assert spent < 120e-6  # 15 µs where it was written: a busy machine must not fail it


def test_an_answer_that_another_run_keeps_meanwhile_is_found(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.db", "reader", look_every_s=0.0)
    assert cache.find(KEY) is None
    kept(tmp_path / "cache.db", "other", **{KEY.decode(): "yes"})
    assert cache.find(KEY) == told("yes")
    cache.close()


def test_what_was_seen_is_kept_for_later_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cache.db"
    monkeypatch.setattr(seen_keys, "_SAVED_AFTER", 0)
    kept(path, "r1", a="one", b="two")
    cache = AnswerCache(path, "r2", look_every_s=0.0)
    assert cache.find(b"a") == told("one")
    cache.keep(b"c", told("three"))
    cache.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute("SELECT first, last FROM seen").fetchall() == [(1, 2)]
        connection.execute("DELETE FROM answers WHERE key = ?", (b"b",))  # only its bit tells of it still
    assert [found(path, key) for key in "abc"] == ["one", None, "three"]
    seen = seen_keys.SeenKeys(path, "r3", 0.0)
    with closing(sqlite3.connect(path)) as connection:
        assert [seen.may_have(connection, key) for key in (b"a", b"b", b"c", b"d")] == [True, True, True, False]


def test_what_was_seen_of_a_cleared_file_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cache.db"
    monkeypatch.setattr(seen_keys, "_SAVED_AFTER", 0)
    kept(path, "r1", a="one")
    cache = AnswerCache(path, "r2", look_every_s=0.0)
    assert cache.find(b"a")
    clear_cache(path)
    kept(path, "r3", b="two")
    cache.find(b"d")  # looks, when another file has the name
    cache.keep(b"c", told("three"))
    cache.close()
    assert [found(path, key) for key in "abc"] == [None, "two", "three"]


def test_what_was_seen_is_read_anew_once_most_of_it_has_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cache.db"
    monkeypatch.setattr(seen_keys, "_SAVED_AFTER", 0)
    firsts = []
    for part in range(12):
        cache = AnswerCache(path, f"r{part}", max_bytes=200_000, look_every_s=0.0)
        for number in range(100):
            key = b"%064d" % (part * 100 + number)
            cache.find(key)
            cache.keep(key, told("x" * 500))
        cache.close()
        with closing(sqlite3.connect(path)) as connection:
            firsts.append(connection.execute("SELECT first FROM seen").fetchone())
    assert None in firsts
    assert firsts[-1] is None or firsts[-1][0] > 1
    assert found(path, f"{1199:064}") is not None


def test_a_file_that_is_cleared_meanwhile_is_no_error(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.db", "reader")
    clear_cache(tmp_path / "cache.db")
    assert cache.find(KEY) is None
    cache.close()


def test_an_answer_is_found_while_it_is_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_cache, "_FLUSH_S", 0.01)
    path = tmp_path / "cache.db"
    kept(path, "r1", a="before")
    cache = AnswerCache(path, "r2")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")  # so that the write takes its time
        cache.keep(KEY, told("yes"))
        for _ in range(20):
            time.sleep(0.01)
            assert cache.find(KEY) == told("yes")
        other.execute("COMMIT")
    cache.close()
    assert found(path, KEY) == "yes"

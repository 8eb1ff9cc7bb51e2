"""The history page over real runs: what is found, told, changed and deleted."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.columns import Output
from handai_db import RunFilter
from handai_errors import NotFoundError
from pages.components.history_words import asked_words
from services import preferences
from services.home import home, run_path
from services.past import history, sessions
from services.past.history import run_files
from services.running import runs
from tests.pages.made_runs import executed, made_run
from tests.services.stored_runs import generate_run


def _script() -> None:
    from pages.history_page import render

    render()


def _page(**query: str) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def _listed(page: AppTest) -> list[str]:
    return [str(item.value).removeprefix(":blue[").removesuffix("]").strip("*") for item in page.page_link]


def _facts(page: AppTest) -> str:
    return "\n".join(str(item.value) for item in page.caption)


def test_a_new_person_is_led_to_transform() -> None:
    page = _page()
    assert page.info[0].proto.title == "No run yet"
    assert _listed(page) == ["Start the first one on Transform"]


def test_runs_are_listed_newest_first_under_their_session() -> None:
    executed(made_run(3, name="first", session="Mondays"))
    executed(made_run(4, name="second", session="Mondays"))
    page = _page()
    assert _listed(page) == ["second", "first"]
    assert page.subheader[0].value == "Mondays"
    assert "4 of 4 rows done" in _facts(page)
    assert "cost \\$0.00" in _facts(page)
    assert "on disk" in _facts(page)


def test_runs_over_one_table_are_told_apart_by_what_was_asked() -> None:
    executed(made_run(2, name="reviews"))
    assert "“Say what this is.” → answer" in _facts(_page())


def test_what_was_asked_is_cut_and_what_was_generated_is_named() -> None:
    record = made_run(1)
    prompt = record.spec.prompt.model_copy(update={"instructions": "Look.\n" + "very " * 40})
    outputs = tuple(Output(name=f"c{number}") for number in range(7))
    long = replace(record, spec=record.spec.model_copy(update={"prompt": prompt, "outputs": outputs}))
    assert asked_words(long).startswith("“Look. very very")
    assert asked_words(long).endswith("…” → c0, c1, c2, c3, c4 and 2 more")
    drawn = generate_run({"name": "n", "sampler": "uniform", "low": 0, "high": 1})
    assert asked_words(drawn) == "a new table: n"


def test_previews_are_kept_out() -> None:
    executed(made_run(2, name="kept"))
    executed(made_run(2, name="only a preview", preview=True))
    assert _listed(_page()) == ["kept"]


def test_search_and_filters_come_from_the_address() -> None:
    executed(made_run(2, name="apples"))
    made_run(2, name="pears")
    assert _listed(_page(history_search="app")) == ["apples"]
    assert _listed(_page(history_status="Starting")) == ["pears"]


def test_a_search_without_a_match_can_be_cleared() -> None:
    executed(made_run(2, name="apples"))
    page = _page(history_search="nothing like it")
    assert page.info[0].proto.title == "No run matches"
    page.button(key="history_clear").click().run()
    assert _listed(page) == ["apples"]


def test_filters_by_status_find_the_runs_that_have_it() -> None:
    executed(made_run(2, name="ended"))
    made_run(2, name="not started")
    page = _page()
    page.selectbox(key="history_status").select("completed").run()
    assert _listed(page) == ["ended"]


def test_a_damaged_run_is_listed_and_said_so() -> None:
    record = made_run(2, name="broken")
    run_path(record.id).write_bytes(b"no database at all" * 100)
    page = _page()
    assert _listed(page) == ["broken"]
    assert "its file can't be read" in _facts(page)


def test_many_runs_are_paged() -> None:
    for number in range(23):
        made_run(1, name=f"run {number}")
    page = _page()
    assert len(_listed(page)) == 20
    assert _listed(_page(history_page="2")) == ["run 2", "run 1", "run 0"]


def _delete_script(run_id: str) -> None:
    from handai_db import RunFilter
    from pages.components import dialogs
    from services.past import history

    dialogs.draw_note()
    for record in history.list_runs(RunFilter()):
        if record.id == run_id:
            dialogs.delete_run(record)


def test_deleting_a_run_says_what_goes_and_removes_its_files() -> None:
    record = executed(made_run(3, name="old one"))
    page = AppTest.from_function(_delete_script, args=(record.id,), default_timeout=30).run()
    assert "**old one**" in page.markdown[0].value
    assert run_path(record.id).exists(), "nothing goes before the answer"
    page.button(key="history_delete_yes").click().run()
    assert page.success[0].value == "The run and its files are gone."
    assert not [path for path in run_files(record.id) if path.exists()]
    with pytest.raises(NotFoundError):
        runs.get(record.id)


def test_a_question_about_deleting_can_be_answered_with_no() -> None:
    record = executed(made_run(1))
    page = AppTest.from_function(_delete_script, args=(record.id,), default_timeout=30).run()
    page.button(key="history_delete_yes_not").click().run()
    assert not page.success
    assert runs.get(record.id) == record


def test_a_run_that_executes_is_not_deleted() -> None:
    record = made_run(3)
    page = AppTest.from_function(_delete_script, args=(record.id,), default_timeout=30).run()
    page.button(key="history_delete_yes").click().run()
    assert "Stop it first" in page.error[0].value
    assert runs.get(record.id)


def _move_script(run_id: str) -> None:
    from pages.components import dialogs
    from services.running import runs

    dialogs.draw_note()
    dialogs.move_run(runs.get(run_id))


def test_a_run_is_moved_to_a_new_session() -> None:
    record = executed(made_run(1))
    page = AppTest.from_function(_move_script, args=(record.id,), default_timeout=30).run()
    page.text_input(key="history_move_new").set_value("Archive").run()
    page.button(key="history_move").click().run()
    assert not page.exception
    names = {session.id: session.name for session in history.sessions()}
    assert names[runs.get(record.id).session_id] == "Archive"


def _session_script(action: str) -> None:
    from pages.components import dialogs
    from services.past import history

    dialogs.draw_note()
    for session in history.sessions()[:1]:
        getattr(dialogs, action)(session)


def test_a_session_gets_another_name_and_a_note_which_is_shown_as_it_was_written() -> None:
    executed(made_run(1, session="before"))
    page = AppTest.from_function(_session_script, args=("describe_session",), default_timeout=30).run()
    page.text_input(key="history_session_name").set_value("after").run()
    page.text_area(key="history_session_note").set_value("Ask *Ada* about ![x](http://x)").run()
    page.button(key="history_session_save").click().run()
    assert [(found.name, found.note) for found in history.sessions()] == [("after", "Ask *Ada* about ![x](http://x)")]
    page = _page()
    assert [item.value for item in page.text] == ["Ask *Ada* about ![x](http://x)"]
    assert page.subheader[0].value == "after"


def test_a_pinned_session_stands_before_newer_ones() -> None:
    executed(made_run(1, name="old", session="Study"))
    executed(made_run(1, name="new", session="Today"))
    assert _listed(_page()) == ["new", "old"]
    study = next(found for found in history.sessions() if found.name == "Study")
    sessions.pin(study.id, pinned=True)
    page = _page()
    assert _listed(page) == ["old", "new"]
    assert page.subheader[0].value == ":material/keep: Study"


def test_a_session_says_what_its_runs_come_to_and_the_days_of_its_runs() -> None:
    executed(made_run(3, session="Study"))
    made_run(3, session="Study")
    page = _page()
    assert "2 runs · cost at least \\$0.00 · last used just now" in _facts(page)
    assert ":small[**Today**]" in [item.value for item in page.markdown]


def test_deleting_a_session_removes_its_runs() -> None:
    first, second = (executed(made_run(1, session="all of it")) for _ in range(2))
    page = AppTest.from_function(_session_script, args=("delete_session",), default_timeout=30).run()
    assert "with 2 runs" in page.markdown[0].value
    page.button(key="history_session_delete_yes").click().run()
    assert history.sessions() == ()
    assert not run_path(first.id).exists()
    assert not run_path(second.id).exists()


def _delete_all_script() -> None:
    from pages.components import dialogs

    dialogs.draw_note()
    dialogs.delete_all()


def test_everything_is_deleted_only_with_the_typed_word() -> None:
    record = executed(made_run(1))
    page = AppTest.from_function(_delete_all_script, default_timeout=30).run()
    page.text_input(key="history_delete_word").set_value("delete?").run()
    page.button(key="history_delete_all_yes").click().run()
    assert "Nothing was deleted" in page.error[0].value
    assert run_path(record.id).exists()
    page.text_input(key="history_delete_word").set_value("DELETE").run()
    page.button(key="history_delete_all_yes").click().run()
    assert history.list_runs(RunFilter()) == ()
    assert not run_path(record.id).exists()


def _storage() -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.session_state["history_storage"] = True
    page.run()
    assert not page.exception
    return page


def test_runs_are_kept_for_ever_until_a_person_says_for_how_long() -> None:
    page = _storage()
    assert "Off: runs are kept until you delete them." in _facts(page)
    page.toggle(key="history_keep").set_value(True).run()
    page.number_input(key="history_keep_days").set_value(30).run()
    assert preferences.load().keep_days == 30
    page.toggle(key="history_keep").set_value(False).run()
    assert preferences.load().keep_days is None


def test_a_backup_is_written_where_a_person_says(tmp_path: Path) -> None:
    record = executed(made_run(2))
    target = tmp_path / "backups"
    target.mkdir()
    page = _storage()
    page.text_input(key="history_backup_folder").set_value(str(target)).run()
    page.button(key="history_backup").click().run()
    assert "A whole copy is in" in page.success[0].value
    assert (next(target.iterdir()) / "runs" / f"{record.id}.db").exists()


def test_a_backup_to_a_folder_that_is_not_there_is_told() -> None:
    page = _storage()
    page.text_input(key="history_backup_folder").set_value(str(home() / "nowhere")).run()
    page.button(key="history_backup").click().run()
    assert "There is no folder" in page.error[0].value

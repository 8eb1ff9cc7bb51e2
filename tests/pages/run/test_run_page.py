"""The run page over real runs: what it says, shows and lets a person do."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.results import PauseReason, RunStatus
from engine.spec import Limits
from handai_db import RunRecord
from services.home import open_catalogue, run_path
from services.running import runs
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run


def _script() -> None:
    from pages.run_page import render

    render()


def _page(run_id: str | None = None) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    if run_id:
        page.query_params["run"] = run_id
    page.run()
    assert not page.exception
    return page


def _words(page: AppTest) -> str:
    shown = [*page.title, *page.subheader, *page.markdown, *page.caption]
    alerts = [*page.success, *page.info, *page.warning, *page.error]
    told = [f"{item.proto.title} {item.value}" for item in alerts]
    return "\n".join([str(item.value) for item in shown] + told)


def _with_failures(fake_provider: FakeProvider, rows: int = 6) -> RunRecord:
    fake_provider.configure(faults={"refusal": 1.0})
    first = executed(made_run(rows, base_url=fake_provider.url))
    assert first.status is RunStatus.FAILED
    return first


def test_without_any_run_the_page_leads_to_transform() -> None:
    page = _page()
    assert page.info[0].proto.title == "No run yet"
    assert page.page_link[0].value == "Start one on Transform"


def test_a_deleted_run_is_told_calmly() -> None:
    executed(made_run(2))
    page = _page("260101-gone00")
    assert "There is no run 260101-gone00" in page.info[0].proto.title
    assert not page.dataframe


def test_without_an_id_the_newest_run_is_shown_and_named_in_the_address() -> None:
    executed(made_run(2, name="older"))
    newest = executed(made_run(2, name="newest"))
    page = _page()
    assert page.title[0].value == "newest"
    assert page.query_params["run"] == newest.id


def test_a_finished_demo_run_says_done_and_that_it_has_no_ai() -> None:
    page = _page(executed(made_run(6)).id)
    assert "**Done: every row has an answer**] · 6 rows · took" in _words(page)
    assert not page.success, "one line, so that the answers are in sight"
    assert "offline demo, no AI" in _words(page)
    assert page.progress[0].value == 100
    assert page.progress[0].text == "6 of 6 rows: 6 done, 0 failed, 0 retried"


def test_a_finished_run_is_not_followed() -> None:
    page = _page(executed(made_run(2)).id)
    assert not page.button(key="run_row_next").proto.disabled
    with pytest.raises(KeyError):
        page.button(key="run_stop")


def test_the_table_holds_original_and_new_columns() -> None:
    page = _page(executed(made_run(6)).id)
    table = page.dataframe(key="run_table").value
    assert set(table.columns) == {"Row", "Status", "id", "text", "answer"}
    assert list(table["Row"]) == [1, 2, 3, 4, 5, 6]
    assert table["answer"].str.startswith("[offline demo, no AI]").all()


def test_a_long_table_is_paged_and_stepping_turns_the_page() -> None:
    page = _page(executed(made_run(120)).id)
    assert len(page.dataframe(key="run_table").value) == 50
    page.number_input(key="run_row").set_value(51).run()
    assert page.dataframe(key="run_table").value["Row"].iloc[0] == 51
    page.button(key="run_row_previous").click().run()
    assert page.number_input(key="run_row").value == 50
    assert page.dataframe(key="run_table").value["Row"].iloc[0] == 1


def test_the_inspector_shows_messages_answer_and_attempts() -> None:
    page = _page(executed(made_run(6)).id)
    page.button(key="run_row_next").click().run()
    texts = [item.value for item in page.code]
    assert "Say what this is." in texts
    assert '{"text":"ROW1 says <b>hello</b>"}' in texts
    assert any(text.startswith("[offline demo, no AI]") for text in texts)
    assert list(page.dataframe[1].value["Outcome"]) == ["answered"]


def test_the_row_s_own_cells_stand_beside_its_answers_as_plain_text() -> None:
    page = _page(executed(made_run(6)).id)
    assert "ROW0 says <b>hello</b>" in [item.value for item in page.text]
    assert [item.label for item in page.expander if item.proto.expanded] == []
    assert "What the answers hold" in [item.label for item in page.expander]


@pytest.mark.usefixtures("launched")
def test_a_runs_tabs_are_the_same_while_it_executes_and_after_it() -> None:
    live, ended = _page(made_run(3).id), _page(executed(made_run(3)).id)
    assert [tab.label for tab in live.tabs] == [tab.label for tab in ended.tabs]


def test_a_preview_leads_back_to_run_all_rows_with_it() -> None:
    record = executed(made_run(4, asked=2, preview=True))
    links = [item for item in _page(record.id).page_link if item.value == "Run all rows with this"]
    assert [f"from={record.id}" in item.proto.query_string for item in links] == [True, True]


def test_what_a_sound_answer_ended_with_is_not_spoken_of(fake_provider: FakeProvider) -> None:
    words = _words(_page(executed(made_run(1, base_url=fake_provider.url)).id))
    assert "1 attempt · took" in words
    assert "stop" not in words


def test_failures_are_grouped_with_cause_and_remedy(fake_provider: FakeProvider) -> None:
    page = _page(_with_failures(fake_provider).id)
    words = _words(page)
    assert "Failed: no row has an answer" in words
    assert "**The model refused** :red-badge[6 rows]" in words
    assert page.button(key="run_retry").label == "Retry 6 rows that failed"


def test_a_name_with_markdown_and_html_is_only_text() -> None:
    page = _page(executed(made_run(1, name="![x](https://e.invalid/x.png) <b>b</b>")).id)
    assert page.title[0].value == r"!\[x\](https://e.invalid/x.png) \<b>b\</b>"


def test_failed_rows_are_filtered_and_stepped_through(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 0.3})
    record = executed(made_run(60, base_url=fake_provider.url))
    assert record.status is RunStatus.PARTIAL
    page = _page(record.id)
    page.selectbox(key="run_show").select("failed").run()
    failed = list(page.dataframe(key="run_table").value["Row"])
    assert len(failed) == runs.view(record.id).failed
    assert page.number_input(key="run_row").value == failed[0]
    page.button(key="run_row_next").click().run()
    assert page.number_input(key="run_row").value == failed[1]
    assert page.error[-1].proto.title == "The model refused"


def test_each_kind_of_failure_leads_to_its_rows(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 0.3})
    record = executed(made_run(60, base_url=fake_provider.url))
    page = _page(record.id)
    page.session_state["run_tabs"] = "Log"
    page.query_params["search"] = "nowhere"
    page.button(key="run_rows_refusal").click().run()
    assert not page.exception
    assert (page.query_params["show"], "search" in page.query_params) == ("refusal", False)
    failed = runs.view(record.id).failed
    assert page.button(key="run_rows_refusal").label == f"Show these {failed} rows"
    assert len(page.dataframe(key="run_table").value) == failed
    scripts = [item.proto.body for item in page.get("html") if "script" in item.proto.body]
    assert ["run_filters" in script for script in scripts] == [True]
    page.run()
    assert not [item for item in page.get("html") if "script" in item.proto.body], "once is enough"


def test_an_ended_run_leads_to_comparisons_and_bundles(fake_provider: FakeProvider) -> None:
    page = _page(executed(made_run(2)).id)
    assert page.menu_button(key="run_more").options == [
        "Compare with another run",
        "Run only added rows of a newer file",
        "Save as a bundle",
    ]
    page.menu_button(key="run_more").click("Save as a bundle").run()
    assert not page.exception
    assert "No key is in it." in _words(page)
    assert _page(made_run(2, base_url=fake_provider.url).id).menu_button(key="run_more").options == [
        "Compare with another run",
        "Run only added rows of a newer file",
    ]


def test_retry_asks_again_for_the_failed_rows(fake_provider: FakeProvider, started: Callable[[], list[str]]) -> None:
    record = _with_failures(fake_provider)
    page = _page(record.id)
    page.button(key="run_retry").click().run()
    assert not page.exception
    assert started() == [record.id]
    assert runs.get(record.id).status is RunStatus.QUEUED
    assert runs.view(record.id).failed == 0


def test_an_interrupted_run_is_resumed(started: Callable[[], list[str]]) -> None:
    record = made_run(4)
    with open_catalogue() as catalogue:
        catalogue.runs.interrupt(record.id)
    page = _page(record.id)
    assert page.warning[0].proto.title == "Interrupted: the process ended. Every finished row is safe."
    page.button(key="run_resume").click().run()
    assert started() == [record.id]
    assert ":material/hourglass_top: Starting" in _words(page)


def test_resuming_asks_for_the_key_that_is_missing(started: Callable[[], list[str]]) -> None:
    record = _paused(PauseReason.AUTH, "openai")
    page = _page(record.id)
    assert page.warning[0].proto.title == "Paused: OpenAI refused the key"
    page.button(key="run_resume").click().run()
    assert "OpenAI needs a key" in page.error[0].value
    assert started() == []
    page.text_input(key="provider_key").set_value("sk-" + "x" * 40).run()
    page.button(key="run_resume").click().run()
    assert started() == [record.id]


def test_a_run_at_its_cap_resumes_with_a_new_one(started: Callable[[], list[str]]) -> None:
    record = _paused(PauseReason.BUDGET, "demo")
    page = _page(record.id)
    page.number_input(key="run_cap").set_value(3.5).run()
    page.button(key="run_resume").click().run()
    assert started() == [record.id]
    assert runs.get(record.id).spec.limits.max_cost_usd == 3.5


def _harmed(rows: int = 3) -> RunRecord:
    """A finished run, one of whose answers was changed behind its back."""
    record = executed(made_run(rows))
    content = run_path(record.id).read_bytes()
    assert b"ROW1 says" in content
    run_path(record.id).write_bytes(content.replace(b"ROW1 says", b"ROW1 sAys"))
    return record


def test_a_damaged_run_file_is_told_and_the_settings_are_still_there() -> None:
    record = executed(made_run(3))
    run_path(record.id).write_bytes(b"no database at all" * 100)
    page = _page(record.id)
    assert page.error[0].proto.title == "This run's file is damaged"
    assert page.error[0].value.startswith("0 of 3 rows are readable.")
    assert not page.dataframe
    assert not page.get("download_button")[:-1]  # nothing is intact: the settings alone can be had
    assert [tab.label for tab in page.tabs] == ["Log", "Settings"]


def test_of_a_damaged_run_the_intact_rows_can_be_had_and_the_rest_asked_again(
    started: Callable[[], list[str]],
) -> None:
    record = _harmed()
    page = _page(record.id)
    assert page.error[0].value.startswith("2 of 3 rows are readable.")
    assert "handai " not in page.error[0].value
    assert page.get("download_button")[0].proto.label == "Download what is intact"
    page.button(key="run_mend").click().run()
    assert not page.exception
    assert started() == [record.id]
    page = _page(executed(runs.get(record.id)).id)
    assert "Done: every row has an answer" in _words(page)


def test_a_live_run_can_be_stopped_then_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.run_actions.READING_S", 600.0)  # a busy machine takes its time
    record = made_run(3)
    page = _page(record.id)
    assert ":material/hourglass_top: Starting" in _words(page)
    page.button(key="run_stop").click().run()
    assert runs.get(record.id).request == "stop"
    assert page.button(key="run_stop").label == "Break off now"
    page.button(key="run_stop").click().run()
    assert runs.get(record.id).request == "stop", "a double click must not break off"
    monkeypatch.setattr("pages.components.run_actions.READING_S", 0.0)
    page.button(key="run_stop").click().run()
    assert runs.get(record.id).request == "cancel"


def test_a_run_is_renamed() -> None:
    record = executed(made_run(1, name="old"))
    page = _page(record.id)
    page.text_input(key="run_name").set_value("new name").run()
    page.button(key="run_name_save").click().run()
    assert page.title[0].value == "new name"
    assert runs.get(record.id).name == "new name"


def _paused(reason: PauseReason, provider: str) -> RunRecord:
    record = made_run(3, provider=provider)
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PAUSED, reason=reason)
    return runs.get(record.id)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The ids of the runs for which a process was asked for; none is started."""
    asked: list[str] = []
    monkeypatch.setattr(
        "services.running.processes.WarmProcess.start", lambda _, run_id, *_others: asked.append(run_id)
    )
    return lambda: asked


def test_a_rows_request_is_copied_as_curl_on_request(fake_provider: FakeProvider) -> None:
    page = _page(executed(made_run(2, base_url=fake_provider.url)).id)
    assert not [item for item in page.code if item.value.startswith("curl")]
    page.toggle(key="run_curl").set_value(True)
    page.run()
    assert not page.exception
    assert [fake_provider.url in item.value for item in page.code if item.value.startswith("curl")] == [True]


def test_a_row_with_a_similar_ones_answer_names_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_DEMO_LATENCY_S", "0")
    record = executed(made_run(50, limits=Limits(max_attempts=1, concurrency=1, similar=0.8)))
    page = _page(record.id)
    status = list(page.dataframe[0].value["Status"])
    assert status[0] == "✓ done"
    assert any("answer of row " in words and "% alike" in words for words in status)
    assert not any("asked before" in words or "equal" in words for words in status)
    assert "took the answer of a similar row" in _words(page)


def test_a_fallback_model_that_answered_is_named_and_counted(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_provider.canned(500, {"error": {"message": "Out of order."}})
    with FakeProvider() as second:
        monkeypatch.setenv("VLLM_BASE_URL", second.url)
        made = made_run(2, base_url=fake_provider.url, fallbacks=("vllm:spare",))
        page = _page(executed(made).id)
    assert page.progress[0].text.endswith("2 by a fallback model")
    assert list(page.dataframe[1].value["Fallback model"])[-1] == "vllm:spare"
    assert "asked of the fallback model vllm\\:spare" in _words(page)


def test_without_a_fallback_model_none_is_spoken_of() -> None:
    page = _page(executed(made_run(2)).id)
    assert "Fallback model" not in page.dataframe[1].value
    assert "fallback" not in _words(page) + page.progress[0].text


def test_answers_that_were_kept_are_counted(fake_provider: FakeProvider) -> None:
    executed(made_run(2, base_url=fake_provider.url))
    page = _page(executed(made_run(2, base_url=fake_provider.url)).id)
    assert page.progress[0].text == "2 of 2 rows: 2 done, 0 failed, 0 retried, 2 asked before"

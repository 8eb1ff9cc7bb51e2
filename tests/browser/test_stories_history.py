"""Finding a run again, using its settings again, and deleting it for good."""

from playwright.sync_api import expect

from tests.browser.app_server import AppServer
from tests.browser.driving import NewPage, settle, shot, widget
from tests.browser.steps import expect_status, press, run_all, use_sample, write


def test_a_run_is_found_used_again_and_deleted(own_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    page.goto(f"{own_server.url}/history")
    settle(page)
    expect(page.get_by_text("No run yet")).to_be_visible()
    use_sample(page, own_server.url)
    write(page, "transform_instructions", "Find the zebra in it.")
    run_id = run_all(page)
    expect_status(page, "Done")
    page.goto(f"{own_server.url}/history")
    settle(page)
    expect(widget(page, "history_runs")).to_be_visible()
    shot(page, "history")
    write(page, "history_search", "nothing like it")
    expect(page.get_by_text("No run matches")).to_be_visible()
    write(page, "history_search", "zebra")
    widget(page, f"history_open_{run_id}").get_by_role("link").click()
    expect_status(page, "Done")
    widget(page, "run_again").get_by_role("link").click()
    expect(widget(page, "transform_instructions").locator("textarea")).to_have_value("Find the zebra in it.")
    page.goto(f"{own_server.url}/history")
    settle(page)
    press(page, f"history_menu_{run_id}")
    page.get_by_text("Delete", exact=True).click()
    shot(page, "history-delete")
    press(page, "history_delete_yes")
    expect(page.get_by_text("No run yet")).to_be_visible()
    assert not list((own_server.home / "runs").glob(f"{run_id}*"))


def test_storage_is_told_and_everything_can_be_deleted(own_server: AppServer, browser_page: NewPage) -> None:
    page = browser_page()
    use_sample(page, own_server.url)
    run_all(page)
    expect_status(page, "Done")
    page.goto(f"{own_server.url}/history")
    settle(page)
    widget(page, "history_storage").get_by_text("Storage and backup").click()
    expect(widget(page, "history_disk")).to_contain_text("Used in all")
    shot(page, "history-storage")
    write(page, "history_backup_folder", str(own_server.folder))
    press(page, "history_backup")
    expect(page.get_by_text("handai-backup-")).to_be_visible()
    assert list(own_server.folder.glob("handai-backup-*/handai.db"))
    press(page, "history_delete_all")
    write(page, "history_delete_word", "DELETE")
    press(page, "history_delete_all_yes")
    expect(page.get_by_text("No run yet")).to_be_visible()
    assert not list((own_server.home / "runs").glob("*.db"))

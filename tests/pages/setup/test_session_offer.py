"""The last session, offered where a person begins."""

import pytest

from services.home import open_catalogue
from services.past import history, sessions
from services.running import runs
from tests.pages.generate_visit import generate
from tests.pages.made_runs import executed, made_run
from tests.pages.transform_visit import Launched, press, ran, ready, said, visit

pytestmark = pytest.mark.usefixtures("launched")


def grown_old() -> None:
    with open_catalogue() as catalogue:
        catalogue.database.change("UPDATE sessions SET used_at = used_at - 86400 * 3")


def test_a_new_person_is_offered_nothing() -> None:
    assert "Last time" not in said(visit())


def test_who_comes_back_the_same_day_is_told_where_runs_go_and_can_begin_anew() -> None:
    executed(made_run(1, session="Study"))
    page = visit()
    assert "Last time: **Study** · 1 run · just now" in said(page)
    assert "What you run now goes into it." in said(page)
    assert "See its runs" in [item.value for item in page.page_link]
    page.text_input(key="transform_offer_name").set_value("Second study")
    press(page, "transform_offer_begin")
    assert runs.get(made_run(1).id).session_id == history.sessions()[0].id
    assert history.sessions()[0].name == "Second study"


def test_an_older_session_goes_on_only_with_a_press() -> None:
    made_run(1, session="Study")
    grown_old()
    page = visit()
    assert "What you run now begins a new session." in said(page)
    page = press(page, "transform_offer_go_on")
    assert "What you run now goes into it." in said(page)
    offer = sessions.last_session()
    assert offer is not None
    assert offer.is_open


def test_generate_offers_the_last_session_too_until_a_schema_is_begun() -> None:
    executed(made_run(1, session="Study"))
    page = generate()
    assert "Last time: **Study** · 1 run · just now" in said(page)
    page.text_input(key="generate_offer_name").set_value("Invented")
    page = press(page, "generate_offer_begin")
    assert "goes into the session **Invented**, which has no run yet." in said(page)
    page = press(page, "generate_template_customers_and_orders")
    assert "session" not in said(page)


def test_after_a_preview_alone_it_is_said_where_the_first_run_goes(launched: Launched) -> None:
    press(ready(), "transform_preview")
    launched.execute()
    told = said(visit())
    assert "What you run now goes into the session **" in told
    assert "Last time" not in told


def test_an_old_session_that_holds_no_run_is_not_offered(launched: Launched) -> None:
    press(ready(), "transform_preview")
    launched.execute()
    grown_old()
    assert "session" not in said(visit())


def test_the_offer_goes_once_a_table_is_there() -> None:
    made_run(1, session="Study")
    page = press(visit(), "transform_sample")
    assert "Last time" not in said(ran(page))


def test_a_name_of_a_session_loads_and_formats_nothing() -> None:
    made_run(1, session="![x](http://evil.example/x.png)")
    assert "![x](" not in said(visit())

"""`handai providers`: the same figures as the Providers page, for programs and for people."""

import orjson

from services import preferences
from tests.command_line import handai
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run


def test_the_figures_of_the_providers_page_are_printed(fake_provider: FakeProvider) -> None:
    preferences.save(preferences.load().model_copy(update={"base_urls": {"custom": fake_provider.url}}))
    executed(made_run(3, base_url=fake_provider.url))
    ended = handai("providers", "--json")
    assert ended.code == 0, ended.err
    found = {item["id"]: item for item in orjson.loads(ended.out)}
    custom = found["custom"]
    assert (custom["configured"], custom["metrics"]["requests"], custom["metrics"]["success_rate"]) == (True, 3, 1.0)
    assert custom["base_url"] == fake_provider.url
    assert [item["model"] for item in custom["models"]] == ["fake-1"]
    assert custom["verified_models"] == ["fake-1"]
    assert found["groq"]["metrics"]["success_rate"] is None

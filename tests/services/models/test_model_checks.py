"""Many models are tried one after the other; a stop loses nothing, and the report tells it all (003-8)."""

import asyncio
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr

from handai_errors import ConflictError, SpecError
from providers.base import ModelInfo
from services.models.model_checks import Wanted, check_models, choose
from services.models.model_record import set_disabled, verified_models
from services.models.model_report import Report, Tried, summary_of
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

MODELS = ("a", "b", "c", "d", "e", "f", "gone")


class Recorded:
    """Sleeps without waiting, and hears of each model."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.told: list[tuple[str, int, int]] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def tell(self, tried: Tried, number: int, total: int) -> None:
        self.told.append((tried.model, number, total))


def wanted(provider: FakeProvider, folder: Path, *models: str) -> Wanted:
    return Wanted(
        "custom",
        provider.url,
        SecretStr("canary-" + "k3y" * 8),
        models or MODELS,
        folder / "report.json",
        folder / "models.log",
        spacing_s=180.0,
    )


def asked(provider: FakeProvider) -> list[str]:
    return [received.json()["model"] for received in provider.requests]


async def test_003_8_every_model_is_tried_with_spacing_and_reported(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(models=list("abcdef"), reply="Hello!")
    heard = Recorded()

    report = await check_models(wanted(fake_provider, tmp_path), heard.tell, sleep=heard.sleep)

    assert asked(fake_provider) == list(MODELS)
    assert heard.slept == [180.0] * 6
    assert heard.told == [(name, number, 7) for number, name in enumerate(MODELS, 1)]
    assert report.finished
    assert report.summary is not None
    assert (report.summary.total, report.summary.ok, report.summary.failed) == (7, 6, 1)
    assert report.summary.success_rate == pytest.approx(6 / 7)
    assert report.summary.mean_latency_s is not None
    assert len(report.summary.fastest) == 5
    assert [*report.summary.fastest.values()] == sorted(report.summary.fastest.values())
    assert "gone" in report.summary.failures["gone"]
    stored = orjson.loads((tmp_path / "report.json").read_bytes())
    assert Report.model_validate(stored) == report
    assert stored["results"][0] | {"at": "", "latency_s": 0} == {
        "model": "a",
        "status": "works",
        "at": "",
        "latency_s": 0,
        "prompt_tokens": 4,
        "completion_tokens": 2,
        "kind": None,
        "reason": None,
        "answered_as": "a",
    }
    log = (tmp_path / "models.log").read_text()
    assert "a: works" in log
    assert "gone: unavailable" in log
    assert "6 of 7 work" in log
    assert verified_models("custom", fake_provider.url) == tuple("abcdef")


async def test_003_8_what_was_tried_before_a_stop_is_not_tried_again(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    heard = Recorded()

    def stop_after_two(tried: Tried, number: int, total: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await check_models(wanted(fake_provider, tmp_path), stop_after_two, sleep=heard.sleep)
    left = orjson.loads((tmp_path / "report.json").read_bytes())
    report = await check_models(wanted(fake_provider, tmp_path), heard.tell, sleep=heard.sleep)
    after = await check_models(wanted(fake_provider, tmp_path, "a"), heard.tell, sleep=heard.sleep)

    assert (left["finished"], [tried["model"] for tried in left["results"]]) == (False, ["a", "b"])
    assert asked(fake_provider) == [*MODELS, "a"]  # a finished report is begun anew
    assert [tried.model for tried in report.results] == list(MODELS)
    assert report.duration_s >= left["duration_s"]
    assert len(after.results) == 1


async def test_a_report_is_started_over_on_request(tmp_path: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"401": 1.0})
    heard = Recorded()
    stopped = await check_models(wanted(fake_provider, tmp_path), heard.tell, sleep=heard.sleep)
    fake_provider.configure(faults={})
    again = replace(wanted(fake_provider, tmp_path, "b"), again=True)
    report = await check_models(again, heard.tell, sleep=heard.sleep)
    assert not stopped.finished
    assert [tried.model for tried in report.results] == ["b"]


async def test_what_would_fail_for_every_model_stops_and_is_gone_on_with(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    fake_provider.configure(faults={"401": 1.0})
    heard = Recorded()
    stopped = await check_models(wanted(fake_provider, tmp_path), heard.tell, sleep=heard.sleep)
    fake_provider.configure(faults={})
    report = await check_models(wanted(fake_provider, tmp_path), heard.tell, sleep=heard.sleep)
    assert asked(fake_provider) == ["a", *MODELS]
    assert (stopped.finished, stopped.summary is not None and stopped.summary.failed) == (False, 1)
    assert stopped.stopped_by
    assert "key" in stopped.stopped_by.lower()
    assert report.finished
    assert report.stopped_by is None


async def test_another_providers_unfinished_report_is_left_alone(tmp_path: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"401": 1.0})
    heard = Recorded()
    await check_models(wanted(fake_provider, tmp_path), heard.tell, sleep=heard.sleep)
    before = (tmp_path / "report.json").read_bytes()
    with pytest.raises(SpecError, match="unfinished report of custom"):
        await check_models(replace(wanted(fake_provider, tmp_path), provider="groq"), heard.tell, sleep=heard.sleep)
    assert (tmp_path / "report.json").read_bytes() == before


async def test_a_file_that_is_no_report_is_never_written_over(tmp_path: Path, fake_provider: FakeProvider) -> None:
    (tmp_path / "report.json").write_text('{"my": "data"}')
    with pytest.raises(SpecError, match="no report"):
        await check_models(wanted(fake_provider, tmp_path), Recorded().tell)
    assert (tmp_path / "report.json").read_text() == '{"my": "data"}'


async def test_dev_mode_tries_nothing(
    tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDAI_DEV_MODE", "true")
    with pytest.raises(ConflictError, match="DEV_MODE"):
        await check_models(wanted(fake_provider, tmp_path), Recorded().tell)
    assert asked(fake_provider) == []


def test_nothing_tried_is_an_unknown_rate_and_never_zero() -> None:
    empty = Report(provider="p", base_url="u", prompt="", started_at="", models=())
    assert (summary_of(empty).success_rate, summary_of(empty).mean_latency_s) == (None, None)


def test_models_are_chosen_by_name_or_all_that_write_text_and_are_not_disabled() -> None:
    models = [
        ModelInfo("text", "t", output_modalities=("text",)),
        ModelInfo("image", "i", output_modalities=("image",)),
        ModelInfo("unsaid", "u"),
        ModelInfo("off", "o"),
    ]
    set_disabled("openai", None, "off", disabled=True)
    assert choose("openai", None, models, [], None) == ("text", "unsaid")
    assert choose("openai", None, models, [], 1) == ("text",)
    assert choose("openai", None, models, ["off", "typed", "off"], None) == ("off", "typed")
    with pytest.raises(SpecError, match="no models"):
        choose("openai", None, [], [], None)

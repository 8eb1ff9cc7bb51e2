"""A listed model is not yet one that works: it is asked with one short question, and what came of it is kept."""

import pytest
from pydantic import SecretStr

from engine.spec import RunSpec
from handai_errors import ConflictError, NotFoundError
from providers.base import ModelInfo
from services.home import open_catalogue
from services.models.availability import FRESH_S, MAX_TOKENS, Standing, Target, check_model, target_of
from services.models.model_lists import place_of
from services.models.model_record import known_models, mark_unavailable, set_disabled, verified_models, worth_checking
from services.running.checks import check
from tests.fake_provider import FakeProvider

LISTED, EXACT = "qwen/qwen3-4b", "Qwen/Qwen3-4B"
KEY = SecretStr("canary-" + "k3y" * 8)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def listed(provider: FakeProvider, *names: str, provider_id: str = "openrouter") -> None:
    models = [ModelInfo(name, name, hugging_face_id=EXACT if name.startswith(LISTED) else None) for name in names]
    with open_catalogue() as catalogue:
        catalogue.models.store(place_of(provider_id, provider.url), models, 1.0)


def target(provider: FakeProvider, model: str = LISTED, provider_id: str = "openrouter") -> Target:
    return target_of(provider_id, provider.url, model, KEY)


def asked(provider: FakeProvider) -> list[str]:
    return [received.json()["model"] for received in provider.requests]


def test_003_9_and_000_14_one_model_is_tried_with_one_short_question(fake_provider: FakeProvider) -> None:
    fake_provider.configure(reply="Hello!")
    check = check_model(target(fake_provider))
    assert check.standing == Standing.WORKS
    assert check.latency_s is not None
    assert (check.prompt_tokens, check.completion_tokens) == (4, 2)
    (received,) = fake_provider.requests
    assert received.json()["max_tokens"] == MAX_TOKENS == 100
    assert received.json()["messages"] == [{"role": "user", "content": "Hello, world!"}]


def test_001_9_a_check_is_kept_for_its_time_to_live_and_made_again_on_request(fake_provider: FakeProvider) -> None:
    clock = Clock()
    for _ in range(2):
        first = check_model(target(fake_provider), clock=clock)
    assert len(fake_provider.requests) == 1
    clock.now += FRESH_S - 1
    assert check_model(target(fake_provider), clock=clock) == first
    check_model(target(fake_provider), again=True, clock=clock)
    assert len(fake_provider.requests) == 2
    clock.now += FRESH_S
    check_model(target(fake_provider), clock=clock)
    assert len(fake_provider.requests) == 3


def test_000_2_a_check_by_slug_asks_with_the_id(fake_provider: FakeProvider) -> None:
    listed(fake_provider, LISTED)
    check_model(target(fake_provider, "qwen_qwen3-4b"))
    assert asked(fake_provider) == [LISTED]
    with pytest.raises(NotFoundError, match="Model not found in database"):
        target(fake_provider, "qwen_qwen4")


def test_001_7_listed_is_not_available_404_under_every_id_is_recorded(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=["other"])
    listed(fake_provider, LISTED)
    check = check_model(target(fake_provider), thorough=True)
    assert check.standing == Standing.UNAVAILABLE
    assert check.kind == "model_not_found"
    assert check.tried == (LISTED, EXACT, f"{LISTED}:free")
    assert asked(fake_provider) == [*check.tried]
    assert known_models("openrouter", fake_provider.url)[LISTED].check == check


def test_001_16_a_free_variant_that_answers_is_named_never_taken_silently(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=[f"{LISTED}:free"])
    listed(fake_provider, LISTED, f"{LISTED}:free")
    check = check_model(target(fake_provider), thorough=True)
    assert check.standing == Standing.UNAVAILABLE
    assert f"{LISTED}:free" in (check.remedy or "")
    assert check.answered_as is None


def test_001_3_the_exact_id_that_works_is_remembered_for_the_next_check(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=[EXACT])
    listed(fake_provider, LISTED)
    check = check_model(target(fake_provider))
    check_model(target(fake_provider), again=True)
    assert (check.standing, check.answered_as) == (Standing.WORKS, EXACT)
    assert asked(fake_provider) == [LISTED, EXACT, EXACT]


@pytest.mark.parametrize(
    ("fault", "standing"),
    [
        ("401", Standing.UNKNOWN),
        ("402", Standing.UNKNOWN),
        ("429", Standing.UNKNOWN),
        ("500", Standing.FAILING),
        ("503", Standing.FAILING),
        ("refusal", Standing.WORKS),
    ],
)
def test_001_17_own_errors_are_not_the_models(fake_provider: FakeProvider, fault: str, standing: Standing) -> None:
    fake_provider.configure(faults={fault: 1.0})
    assert check_model(target(fake_provider)).standing == standing


def test_what_told_nothing_is_not_kept_as_an_answer(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"401": 1.0})
    check_model(target(fake_provider))
    fake_provider.configure(faults={})
    assert check_model(target(fake_provider)).standing == Standing.WORKS


@pytest.mark.parametrize("refused", [["max_tokens"], ["max_tokens", "max_completion_tokens"]])
def test_a_limit_is_sent_under_the_name_that_the_model_takes_or_not_at_all(
    fake_provider: FakeProvider, refused: list[str]
) -> None:
    fake_provider.configure(refused_settings=refused)
    assert check_model(target(fake_provider)).standing == Standing.WORKS
    before = len(fake_provider.requests)
    check_model(target(fake_provider), again=True)
    assert before > len(fake_provider.requests) - before  # what was learnt is not asked again


def test_001_12_unavailable_models_are_disabled_on_request_and_back_once_they_answer(
    fake_provider: FakeProvider,
) -> None:
    fake_provider.configure(models=["works"])
    for name in ("works", "gone"):
        check_model(target(fake_provider, name))
    assert mark_unavailable("openrouter", fake_provider.url) == ("gone",)
    known = known_models("openrouter", fake_provider.url)
    assert known["gone"].disabled
    assert known["works"].disabled is None
    fake_provider.configure(models=["gone"])
    check_model(target(fake_provider, "gone"), again=True)
    assert known_models("openrouter", fake_provider.url)["gone"].disabled is None


def test_a_model_is_disabled_and_enabled_by_hand() -> None:
    set_disabled("openai", None, "m", disabled=True, why="too dear")
    assert known_models("openai", None)["m"].disabled == "too dear"
    set_disabled("openai", None, "m", disabled=False)
    assert known_models("openai", None) == {}


def test_001_18_the_models_that_answered_here_are_listed(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=["a", "b"])
    for name in ("b", "c", "a"):
        check_model(target(fake_provider, name))
    assert verified_models("openrouter", fake_provider.url) == ("a", "b")
    assert verified_models("openai", None) == ()


def test_001_14_a_check_is_offered_before_a_big_job(fake_provider: FakeProvider) -> None:
    clock, url = Clock(), fake_provider.url

    def told(rows: int, model: str = "m", provider: str = "openrouter") -> str | None:
        return worth_checking(provider, url, model, rows, clock)

    assert told(10) is None
    assert told(10_000, provider="demo") is None
    assert "10,000 rows" in (told(10_000) or "")
    check_model(target(fake_provider, "m"), clock=clock)
    assert told(10_000) is None
    clock.now += FRESH_S
    assert "lately" in (told(10_000) or "")
    set_disabled("openrouter", url, "m", disabled=True, why="too dear")
    assert "too dear" in (told(10_000) or "")
    fake_provider.configure(models=["other"])
    check_model(target(fake_provider, "gone"), clock=clock)
    assert "not available" in (told(10_000, "gone") or "")


def test_dev_mode_checks_nothing(monkeypatch: pytest.MonkeyPatch, fake_provider: FakeProvider) -> None:
    monkeypatch.setenv("HANDAI_DEV_MODE", "1")
    with pytest.raises(ConflictError, match="DEV_MODE"):
        check_model(target(fake_provider))
    assert fake_provider.requests == []


def test_001_14_a_big_run_says_so_before_it_begins(fake_provider: FakeProvider) -> None:
    def advice(rows: int) -> str | None:
        source = {"kind": "generate", "rows": rows, "columns": [{"name": "text", "prompt": "Write."}]}
        model = {"provider": "openrouter", "model": "m", "base_url": fake_provider.url}
        return check(RunSpec.checked({"input": source, "model": model})).advice

    assert "Before 100 rows" in (advice(100) or "")
    assert advice(99) is None
    check_model(target(fake_provider, "m"))
    assert advice(100) is None

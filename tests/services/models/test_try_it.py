"""Try it: a streamed answer seen from another thread, stopped early, priced and judged."""

import time
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from engine.spec import ModelSettings
from handai_db import Place
from handai_errors import ErrorKind, InputError, ProviderError
from providers.base import Message
from services.models.habits import Known, remember_at
from services.models.try_it import Question, begin
from tests.fake_faults import chat_body
from tests.fake_provider import FakeProvider

KEY = "canary-" + "k" * 24
HELLO = (Message("user", "ROW1 hello"),)


def question(provider: FakeProvider, *, streamed: bool = True, timeout_s: float = 10, **model: object) -> Question:
    settings = {"provider": "custom", "model": "fake-model", "base_url": provider.url, **model}
    return Question(ModelSettings.model_validate(settings), HELLO, timeout_s, streamed)


def until(look: Callable[[], object]) -> None:
    patience = time.monotonic() + 20
    while not look():
        assert time.monotonic() < patience
        time.sleep(0.005)


def test_pieces_come_and_the_end_has_usage_latency_and_time_to_first_piece(fake_provider: FakeProvider) -> None:
    trial = begin(question(fake_provider), SecretStr(KEY))
    pieces = list(trial.pieces())
    state = trial.wait(10)

    assert len(pieces) > 1
    assert state.ended
    assert "".join(pieces) == state.text == "echo: ROW1 hello"
    assert state.completion is not None
    assert (state.completion.usage.prompt_tokens, state.completion.usage.completion_tokens) == (3, 5)
    assert state.completion.usage.cost_usd is None  # nobody knows this server's prices
    assert state.first_piece_s is not None
    assert state.latency_s is not None
    assert 0 < state.first_piece_s <= state.latency_s
    assert fake_provider.requests[0].json()["stream"] is True
    assert fake_provider.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_an_answer_can_be_asked_for_whole(fake_provider: FakeProvider) -> None:
    trial = begin(question(fake_provider, streamed=False))
    assert list(trial.pieces()) == ["echo: ROW1 hello"]
    assert "stream" not in fake_provider.requests[0].json()


def test_settings_reach_the_wire_and_unset_ones_don_t(fake_provider: FakeProvider) -> None:
    begin(question(fake_provider, temperature=0.3, max_tokens=50, seed=9)).wait(10)
    begin(question(fake_provider)).wait(10)
    first, second = (received.json() for received in fake_provider.requests)
    assert (first["temperature"], first["max_tokens"], first["seed"]) == (0.3, 50, 9)
    assert not {"temperature", "max_tokens", "seed"} & second.keys()


def test_it_can_be_stopped_while_nothing_has_come(fake_provider: FakeProvider) -> None:
    fake_provider.configure(hold=True)
    trial = begin(question(fake_provider))
    until(lambda: fake_provider.stats()["in_flight"] == 1)
    trial.stop()
    state = trial.wait(10)
    fake_provider.release()
    assert (state.ended, state.stopped, state.problem, state.completion) == (True, True, None, None)
    assert list(trial.pieces()) == []


def test_stopping_before_it_began_and_after_its_end_is_no_fault(fake_provider: FakeProvider) -> None:
    trial = begin(question(fake_provider))
    trial.stop()
    assert trial.wait(10).problem is None
    trial.stop()
    assert trial.state().ended


def test_a_reader_who_leaves_stops_the_request(fake_provider: FakeProvider) -> None:
    events = "".join(f'data: {{"choices":[{{"index":0,"delta":{{"content":"{n} "}}}}]}}\n\n' for n in range(3))
    fake_provider.behaviour.canned = {"body": events, "content_type": "text/event-stream", "declared_length": 9999}
    trial = begin(question(fake_provider, timeout_s=60))
    pieces = trial.pieces()
    assert next(pieces) == "0 "
    pieces.close()
    state = trial.wait(10)
    assert (state.ended, state.stopped) == (True, True)
    assert state.text.startswith("0 ")


def test_a_setting_that_the_model_refuses_is_left_out_at_once(fake_provider: FakeProvider) -> None:
    fake_provider.configure(refused_settings=["temperature", "seed"])
    state = begin(question(fake_provider, temperature=0.7, seed=1, max_tokens=50)).wait(10)
    assert state.text == "echo: ROW1 hello"
    assert state.left_out == frozenset({"temperature", "seed"})
    assert len(fake_provider.requests) == 3
    assert fake_provider.requests[-1].json()["max_tokens"] == 50
    again = begin(question(fake_provider, temperature=0.7, seed=1)).wait(10)  # it is remembered
    assert (again.problem, len(fake_provider.requests)) == (None, 4)


def test_what_a_run_has_learnt_holds_for_a_trial(fake_provider: FakeProvider) -> None:
    place = Place("custom", fake_provider.url)  # as a run writes its address
    remember_at(place, "fake-model", Known(settings=frozenset({"temperature"})))
    begin(question(fake_provider, temperature=0.7, base_url=fake_provider.url + "/")).wait(10)
    assert ["temperature" in received.json() for received in fake_provider.requests] == [False]


def test_the_address_of_a_variable_is_asked(fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_BASE_URL", fake_provider.url)
    assert begin(question(fake_provider, base_url=None)).wait(10).text == "echo: ROW1 hello"


def test_max_tokens_go_by_the_name_that_the_model_takes(fake_provider: FakeProvider) -> None:
    fake_provider.configure(refused_settings=["max_tokens"])
    assert begin(question(fake_provider, max_tokens=50)).wait(10).problem is None
    assert fake_provider.requests[-1].json()["max_completion_tokens"] == 50


@pytest.mark.parametrize(("fault", "kind"), [("401", ErrorKind.AUTH), ("500", ErrorKind.OVERLOADED)])
def test_a_failure_is_told_with_kind_and_remedy_and_asked_once(
    fake_provider: FakeProvider, fault: str, kind: ErrorKind
) -> None:
    fake_provider.configure(faults={fault: 1.0})
    problem = begin(question(fake_provider)).wait(10).problem
    assert isinstance(problem, ProviderError)
    assert problem.kind is kind
    assert problem.cause
    assert problem.remedy
    assert fake_provider.stats()["total"] == 1


def test_a_cut_answer_is_shown_and_told_to_be_none(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, chat_body("half an ans", finish_reason="length"))
    state = begin(question(fake_provider, streamed=False)).wait(10)
    assert state.text == "half an ans"
    assert state.completion is not None
    assert isinstance(state.problem, ProviderError)
    assert (state.problem.kind, state.problem.remedy) == (ErrorKind.LENGTH, "Raise max tokens and ask again.")


def test_a_missing_key_and_a_wrong_address_are_told_before_anything_is_sent() -> None:
    with pytest.raises(InputError, match="needs a key"):
        begin(Question(ModelSettings(provider="openai", model="m"), HELLO))
    with pytest.raises(InputError, match="ftp"):
        begin(Question(ModelSettings(provider="custom", model="m", base_url="ftp://127.0.0.1"), HELLO))


def test_the_demo_streams_without_a_key_and_costs_nothing() -> None:
    state = begin(Question(ModelSettings(provider="demo", model="demo"), HELLO)).wait(10)
    assert state.completion is not None
    assert state.completion.usage.cost_usd == 0.0
    assert state.text == state.completion.text

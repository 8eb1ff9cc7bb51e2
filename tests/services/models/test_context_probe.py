"""002-11: a model's limit is tried with different token counts, on request."""

from typing import Any

import pytest
from pydantic import SecretStr

from handai_errors import ConflictError
from providers.base import ModelInfo
from services.home import open_catalogue
from services.models.availability import target_of
from services.models.context_probe import ContextProbe, Taken, lengths_up_to, most_it_costs, probe_context
from services.models.model_lists import place_of
from tests.fake_listing import Asked, fake_listing


def words(asked: Asked) -> int:
    return len(asked.body["messages"][0]["content"].split())


def probed(read: int, *, window: int | None = None, status: int = 200, listed: int | None = None) -> ContextProbe:
    """A server that reads at most `read` words of a prompt, and refuses more than `window`."""

    def chat(asked: Asked) -> Any:  # noqa: ANN401
        if status != 200:
            return status, {"error": {"message": "no"}}
        if window is not None and words(asked) > window:
            message = f"This model's maximum context length is {window} tokens."
            return 400, {"error": {"message": message, "code": "context_length_exceeded"}}
        usage = {"prompt_tokens": min(read, words(asked)), "completion_tokens": 1}
        return {"choices": [{"message": {"content": "OK"}, "finish_reason": "stop"}], "usage": usage}

    with fake_listing({"/v1/chat/completions": chat}) as server:
        url = f"{server.url}/v1"
        with open_catalogue() as catalogue:
            catalogue.models.store(place_of("custom", url), [ModelInfo("m", "m", listed)], 1.0)
        return probe_context(target_of("custom", url, "m", SecretStr("canary-" + "k" * 20)))


def told(probe: ContextProbe) -> list[tuple[int, Taken]]:
    return [(length.tokens, length.taken) for length in probe.lengths]


def test_002_11_lengths_grow_up_to_the_limit() -> None:
    assert list(lengths_up_to(32_000)) == [1000, 4000, 16000, 32000]
    assert list(lengths_up_to(500)) == [500]


def test_002_11_a_model_that_takes_all_is_asked_up_to_the_limit() -> None:
    probe = probed(10**9)
    assert told(probe) == [(1000, Taken.WHOLE), (4000, Taken.WHOLE), (16000, Taken.WHOLE), (32000, Taken.WHOLE)]
    assert (probe.longest, probe.listed) == (32000, None)
    assert [length.counted for length in probe.lengths] == [1000, 4000, 16000, 32000]


def test_002_11_the_first_length_that_is_refused_is_the_last_asked() -> None:
    probe = probed(10**9, window=8192)
    assert told(probe) == [(1000, Taken.WHOLE), (4000, Taken.WHOLE), (16000, Taken.TOO_LONG)]
    assert probe.longest == 4000
    assert "8192" in (probe.lengths[-1].cause or "")


def test_002_11_a_prompt_that_is_cut_without_a_word_is_noticed() -> None:
    """Ollama reads the end of a prompt that is longer than its window and says nothing."""
    probe = probed(2048)
    assert told(probe) == [(1000, Taken.WHOLE), (4000, Taken.CUT)]
    assert probe.lengths[-1].counted == 2048


def test_another_failure_says_nothing_of_the_length() -> None:
    probe = probed(10, status=401)
    assert told(probe) == [(1000, Taken.FAILED)]
    assert probe.longest is None


def test_no_more_is_tried_than_the_list_says() -> None:
    probe = probed(10**9, listed=2000)
    assert told(probe) == [(1000, Taken.WHOLE), (2000, Taken.WHOLE)]
    assert probe.listed == 2000


def test_what_it_can_cost_is_known_before_or_said_to_be_unknown() -> None:
    cost = most_it_costs(target_of("openai", None, "gpt-4.1-mini", None), 5000)
    assert cost == pytest.approx(((1000 + 4000 + 5000) * 0.4 + 3 * 100 * 1.6) / 1e6)
    assert most_it_costs(target_of("custom", None, "unheard-of", None), 1000) is None


def test_dev_mode_tries_no_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDAI_DEV_MODE", "1")
    with pytest.raises(ConflictError):
        probed(10)

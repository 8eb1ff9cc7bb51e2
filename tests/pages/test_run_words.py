"""Runs in plain words: honest, and safe against what others wrote."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.results import PauseReason, RunStatus
from handai_db import Progress
from pages.components import words
from providers.base import Message
from services.running.views import RunView
from tests.pages.made_runs import made_run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reviews_2026.csv 10:22", "reviews_2026.csv 10:22"),
        ("see https://a.example/keys#one_two", "see https://a.example/keys#one_two"),
        ("*bold* _it_ `code`", r"\*bold\* \_it\_ \`code\`"),
        ("![x](https://e.invalid/x.png)", r"!\[x\](https://e.invalid/x.png)"),
        (":red[x] :smile:", r"\:red\[x\] \:smile:"),
        ("$5 and $6", r"\$5 and \$6"),
        ("# head", r"\# head"),
        ("1. one\n\n- two", r"1\. one - two"),
        ("<b>x</b>", r"\<b>x\</b>"),
    ],
    ids=["name", "address", "emphasis", "picture", "colour", "formula", "heading", "list", "html"],
)
def test_text_of_others_is_only_text(text: str, expected: str) -> None:
    assert words.plain(text) == expected


def test_long_text_is_cut() -> None:
    assert len(words.plain("x" * 5000)) == 600


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "unknown"),
        (0.25, "250 ms"),
        (4.46, "4.5 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations_read_naturally(seconds: float | None, expected: str) -> None:
    assert words.duration(seconds) == expected


@pytest.mark.parametrize(
    ("usd", "complete", "expected"),
    [
        (None, True, "unknown"),
        (0.0, True, "$0.00"),
        (0.00042, True, "$0.0004"),
        (0.123, False, "at least $0.123"),
        (1234.5, True, "$1,234.50"),
    ],
)
def test_an_unknown_cost_is_never_nothing(usd: float | None, complete: bool, expected: str) -> None:
    assert words.cost(usd, complete=complete) == expected


@pytest.mark.parametrize(("size", "expected"), [(0, "0 B"), (1500, "1.5 kB"), (52_000_000, "52 MB"), (3e9, "3.0 GB")])
def test_bytes_read_naturally(size: int, expected: str) -> None:
    assert words.disk(size) == expected


def test_a_file_is_named_after_its_run() -> None:
    assert words.file_stem("../a b/ü?.csv 10:22") == "a-b-ü-.csv-10-22"
    assert words.file_stem("???") == "handai"


def _view(status: RunStatus, *, reason: PauseReason | None = None, done: int = 0, failed: int = 0) -> RunView:
    record = replace(made_run(10), status=status, reason=reason, provider="openai")
    numbers = dict.fromkeys(Progress.__slots__, 0) | {"done": done, "failed": failed, "waiting": None}
    return RunView(record, Progress(**numbers))  # type: ignore[arg-type]  # all but one of the fields are numbers


@pytest.mark.parametrize(
    ("view", "title"),
    [
        (lambda: _view(RunStatus.RUNNING), "Running"),
        (lambda: _view(RunStatus.STOPPING), "Stopping: requests in flight finish"),
        (lambda: _view(RunStatus.PAUSED, reason=PauseReason.CREDITS), "Paused: no credit left at OpenAI"),
        (lambda: _view(RunStatus.PAUSED, reason=PauseReason.DISK_FULL), "Paused: no space left on the disk"),
        (lambda: _view(RunStatus.COMPLETED, done=10), "Done: every row has an answer"),
        (lambda: _view(RunStatus.PARTIAL, done=8, failed=2), "Done with gaps: 2 of 10 rows failed"),
        (lambda: _view(RunStatus.FAILED, failed=10), "Failed: no row has an answer"),
    ],
    ids=["running", "stopping", "credits", "disk", "completed", "partial", "failed"],
)
def test_the_headline_is_honest(view: Callable[[], RunView], title: str) -> None:
    assert words.status_line(view()).title == title


@pytest.mark.parametrize("status", list(RunStatus))
def test_every_status_has_words(status: RunStatus) -> None:
    assert words.STATUS_LABELS[status]
    assert words.status_line(_view(status)).title


@pytest.mark.parametrize("reason", list(PauseReason))
def test_every_pause_says_why(reason: PauseReason) -> None:
    line = words.status_line(_view(RunStatus.PAUSED, reason=reason))
    assert "something needs" not in line.title
    assert "Every finished row is safe." in line.body


def test_the_kind_of_an_unknown_failure_still_has_a_title() -> None:
    assert words.kind_title("refusal") == "The model refused"
    assert words.kind_title("from a later version") == "Something else went wrong"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (3, "a few seconds"),
        (41, "about 50 s"),
        (289, "about 5 min"),
        (5_399, "about 90 min"),
        (7_900, "about 2 h 10 min"),
        (7_200, "about 2 h"),
        (200_000, "about 2 d 7 h"),
    ],
)
def test_a_guess_at_a_time_is_said_in_steps(seconds: float, expected: str) -> None:
    assert words.about_duration(seconds) == expected


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(3.14, "3.1 a second"), (1234.0, "1,234 a second"), (0.2, "12 a minute"), (0.01, "0.6 a minute")],
)
def test_a_pace_is_said_in_the_unit_that_reads_best(rate: float, expected: str) -> None:
    assert words.pace(rate) == expected


def test_messages_before_the_last_are_instructions_and_examples_and_the_last_is_about_the_row() -> None:
    sent = [Message("system", "Judge."), Message("user", "Soup"), Message("assistant", "warm"), Message("user", "Tea")]
    assert words.message_titles(sent, "Row 7") == ["Instructions", "Example", "Its right answer", "Row 7"]
    assert words.message_titles(sent[-1:], "The row") == ["The row"]
    assert words.message_titles([], "The row") == []

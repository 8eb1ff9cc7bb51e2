"""Who really answered: the fallback that stepped in, the upstream provider of each row."""

from pathlib import Path
from typing import Any

import orjson

from tests.command_line import handai, made_table
from tests.fake_listing import Asked, fake_listing

KEY = "sk-or-v1-" + "2" * 20
ROWS = 3


def chat(asked: Asked) -> Any:  # noqa: ANN401 any JSON
    """The first row is answered by the model that was asked, the others by a fallback."""
    first = "ROW0" in str(asked.body["messages"])
    model, upstream = (asked.body["model"], "Groq") if first else (asked.body["models"][1], "Together")
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "cost": 0.001}
    message = {"role": "assistant", "content": "fine"}
    return {"id": "gen-1", "model": model, "provider": upstream, "choices": [{"message": message}], "usage": usage}


def test_003_6_the_model_and_upstream_that_answered_are_told(tmp_path: Path) -> None:
    table = made_table(tmp_path / "in.csv", ROWS)
    with fake_listing({"/v1/chat/completions": chat}) as server:
        flags = ["--provider", "openrouter", "--base-url", f"{server.url}/v1", "--model", "a/b", "--fallback", "c/d"]
        out = str(tmp_path / "out.csv")
        ended = handai("transform", str(table), "-o", out, "-i", "Repeat it.", *flags, OPENROUTER_API_KEY=KEY)
    assert ended.code == 0, ended.err

    shown = handai("show", "last")
    assert "Answered by: c/d at Together (2), a/b at Groq (1)" in shown.out
    row = handai("show", "last", "--row", "2").out
    assert row.startswith("Row 2: done\n  attempt 1: done, c/d at Together, ")
    assert "5 + 2 tokens, $0.001000" in row
    by = orjson.loads(handai("show", "last", "--json").out)["answered_by"]
    assert by[0] == {"model": "c/d", "upstream": "Together", "answers": 2}
    assert handai("show", "last", "--row", "9").code == 1

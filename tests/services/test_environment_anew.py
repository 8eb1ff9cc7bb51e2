"""The environment is kept between two looks, and read anew as soon as it or the .env file has changed."""

import shutil
from pathlib import Path

import pytest

from services.home import environment


def test_each_change_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    seen = [environment().provider]
    for text in ("HANDAI_PROVIDER=groq\n", "HANDAI_PROVIDER=azure\n"):
        (folder / ".env").write_text(text)
        seen.append(environment().provider)
    monkeypatch.setenv("HANDAI_PROVIDER", "openai")
    seen.append(environment().provider)
    monkeypatch.delenv("HANDAI_PROVIDER")
    (folder / ".env").unlink()
    seen.append(environment().provider)

    assert seen == [None, "groq", "azure", "openai", None]


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.rmtree(folder)

    assert environment().home is not None


def test_the_same_is_read_once() -> None:
    assert environment() is environment()

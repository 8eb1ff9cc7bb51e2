"""The front door of a clone: sets up once, says clearly what is missing, and hands over what was typed."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

RUN_SH = Path(__file__).parents[1] / "run.sh"
TOOLS = ["bash", "cat", "dirname", "env", "ln", "mkdir", "mv", "readlink", "rm", "sleep", "uname"]
FAKE_UV = """#!/usr/bin/env bash
set -e
echo "uv $*" >>"$CALLS"
case $1 in
venv)
    mkdir -p "${@: -1}/bin"
    ln -sf "$REAL_PYTHON" "${@: -1}/bin/python"
    ;;
pip) [ ! -e "$BROKEN_NETWORK" ] || { echo "no network"; exit 1; } ;;
esac
"""
FAKE_CLI = "import os, sys; print(os.getcwd(), sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone in a folder with a blank in its name, on a machine with nothing but `bin`."""

    folder: Path
    bin: Path
    elsewhere: Path

    @property
    def broken_network(self) -> Path:
        return self.bin / "broken-network"

    @property
    def stamp(self) -> Path:
        return self.folder / ".venv" / ".handai-requirements.txt"

    def run(self, *arguments: str, script: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "PATH": str(self.bin),
            "CALLS": str(self.bin / "calls"),
            "REAL_PYTHON": sys.executable,
            "BROKEN_NETWORK": str(self.broken_network),
        }
        return subprocess.run(
            [str(script or self.folder / "run.sh"), *arguments],
            cwd=self.elsewhere,
            env=settings | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def add_tool(self, name: str, text: str) -> None:
        tool = self.bin / name
        tool.write_text(text)
        tool.chmod(0o755)

    def add_python(self, name: str, *, complete: bool = True) -> None:
        refusal = "" if complete else 'case "$*" in *ensurepip*) exit 1 ;; esac\n'
        self.add_tool(name, f'#!/usr/bin/env bash\n{refusal}exec "$REAL_PYTHON" "$@"\n')

    def installs(self) -> int:
        calls = self.bin / "calls"
        return calls.read_text().count("uv pip install") if calls.exists() else 0


@pytest.fixture
def bare(tmp_path: Path) -> Clone:
    """A clone on a machine without Python and uv."""
    clone = Clone(tmp_path / "a clone", tmp_path / "bin", tmp_path / "else where")
    for folder in (clone.folder, clone.bin, clone.elsewhere):
        folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (clone.bin / tool).symlink_to(found)
    shutil.copy(RUN_SH, clone.folder)
    (clone.folder / "requirements.txt").write_text("nothing==1\n")
    (clone.folder / "handai_cli.py").write_text(FAKE_CLI)
    return clone


@pytest.fixture
def clone(bare: Clone) -> Clone:
    """A clone on a machine with Python and a stand-in for uv."""
    bare.add_python("python3")
    bare.add_tool("uv", FAKE_UV)
    return bare


def test_what_was_typed_reaches_the_command_line_where_it_was_typed(clone: Clone) -> None:
    result = clone.run("transform", "my file.csv", "-i", "two  words")

    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{clone.elsewhere} ['transform', 'my file.csv', '-i', 'two  words']\n"


def test_the_second_start_installs_nothing_and_says_nothing(clone: Clone) -> None:
    clone.run("history")
    (clone.bin / "uv").unlink()
    second = clone.run("history")

    assert (clone.installs(), second.returncode, second.stderr) == (1, 0, "")


def test_new_pins_are_installed_into_the_same_environment(clone: Clone) -> None:
    clone.run("history")
    (clone.folder / "requirements.txt").write_text("nothing==2\n")
    clone.run("history")

    assert clone.installs() == 2
    assert (clone.bin / "calls").read_text().count("uv venv") == 1


def test_a_set_up_that_broke_off_is_finished_by_the_next_start(clone: Clone) -> None:
    clone.broken_network.touch()
    broken = clone.run("history")
    clone.broken_network.unlink()
    mended = clone.run("history")

    assert broken.returncode == 1
    assert broken.stdout == ""
    assert "start again" in broken.stderr
    assert mended.returncode == 0
    assert clone.stamp.exists()


def test_an_environment_whose_python_is_gone_is_made_again(clone: Clone) -> None:
    clone.run("history")
    (clone.folder / ".venv" / "bin" / "python").unlink()

    assert clone.run("history").returncode == 0
    assert clone.installs() == 2


def test_the_lock_of_a_dead_process_holds_nobody_up(clone: Clone) -> None:
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    (clone.folder / ".venv.lock").symlink_to(str(dead.pid))

    assert clone.run("history").returncode == 0
    assert not (clone.folder / ".venv.lock").is_symlink()


def test_starts_at_the_same_time_set_up_once(clone: Clone) -> None:
    (clone.folder / ".venv.lock").symlink_to(str(os.getpid()))  # this test sets up, so to say
    command = [str(clone.folder / "run.sh"), "history"]
    settings = {"PATH": str(clone.bin), "CALLS": str(clone.bin / "calls"), "REAL_PYTHON": sys.executable}
    with subprocess.Popen(
        command, env=settings | {"BROKEN_NETWORK": "/none"}, stderr=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stderr is not None
        assert "waiting for it" in waiting.stderr.readline()
        assert clone.installs() == 0
        (clone.folder / ".venv.lock").unlink()
        assert waiting.wait(30) == 0

    assert clone.installs() == 1


def test_it_works_through_a_link(clone: Clone) -> None:
    link = clone.elsewhere / "handai"
    link.symlink_to(Path("..") / "a clone" / "run.sh")

    assert "['show', 'last']" in clone.run("show", "last", script=link).stdout


def test_without_python_it_says_what_to_install(bare: Clone) -> None:
    result = bare.run("history")

    assert result.returncode == 1
    assert "Python 3.11 or newer" in result.stderr
    assert "nstall it" in result.stderr
    assert not (bare.folder / ".venv").exists()


def test_a_python_without_venv_is_named_with_its_package(bare: Clone) -> None:
    bare.add_python("python3", complete=False)
    result = bare.run("history")

    assert result.returncode == 1
    assert "without the part that makes environments" in result.stderr
    if sys.platform == "linux":
        assert f"python{sys.version_info.major}.{sys.version_info.minor}-venv" in result.stderr


def test_a_complete_python_is_preferred_to_a_newer_incomplete_one(clone: Clone) -> None:
    (clone.bin / "uv").unlink()
    clone.add_python("python3.14", complete=False)
    clone.add_tool(
        "python3.11",
        '#!/usr/bin/env bash\ncase "$*" in *"-m venv"*) echo chosen >&2; exit 1 ;; esac\nexec "$REAL_PYTHON" "$@"\n',
    )

    assert "chosen" in clone.run("history").stderr


def test_a_named_python_must_be_new_enough(clone: Clone) -> None:
    clone.add_tool("old", "#!/usr/bin/env bash\nexit 1\n")
    result = clone.run("history", HANDAI_PYTHON=str(clone.bin / "old"))

    assert result.returncode == 1
    assert "is not a Python 3.11 or newer" in result.stderr

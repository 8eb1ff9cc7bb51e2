"""What is in the repository: no secret, no trace of a machine, pins that fit, one version."""

import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import secret_scan

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = {name: (ROOT / name).read_text("utf-8") for name in ("requirements.txt", "requirements-dev.txt")}
PIN = re.compile(
    r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+))? \\\n(?P<hashes>(?:    --hash=.*\n?)+)",
    re.MULTILINE,
)
LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"

Scan = Callable[[str], Iterator[str]]


def repository_files() -> list[Path]:
    """Every file that is in the repository or would be with the next commit."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    "scan", [secret_scan.secrets, secret_scan.machine_paths, secret_scan.registry_hosts], ids=lambda scan: scan.__name__
)
def test_no_file_holds_what_must_stay_out(scan: Scan) -> None:
    found = {
        str(file.relative_to(ROOT)): hits
        for file in repository_files()
        if (hits := list(scan(file.read_text("utf-8", errors="replace"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "sk-" + "or-v1-" + LETTERS,
        "gsk" + "_" + LETTERS,
        "AIza" + LETTERS + LETTERS,
        "AQ" + "." + LETTERS,
        "xai" + "-" + LETTERS,
        "Authorization: Bearer" + " " + LETTERS,
        "-----BEGIN RSA" + " PRIVATE KEY-----",
        "GROQ_API" + "_KEY = '" + LETTERS + "'",
        '"api' + '_key": "' + LETTERS + '"',
    ],
)
def test_a_key_is_found_and_not_repeated_in_the_report(text: str) -> None:
    found = list(secret_scan.secrets(f"first line\n{text}"))

    assert found
    assert all(report.startswith("line 2") and LETTERS not in report for report in found)


@pytest.mark.parametrize(
    "text",
    [
        "a task-management-tool-for-everyone-here",
        "api_key = settings_of_the_provider_that_was_selected",
        'key_pattern="sk-or-v1-..."',
        'headers = {"Authorization": f"Bearer {key.get_secret_value()}"}',
        "next_token = read_the_next_token_from_the_stream_of_tokens",
    ],
)
def test_ordinary_code_is_not_taken_for_a_key(text: str) -> None:
    assert list(secret_scan.secrets(text)) == []


def test_a_path_of_a_machine_is_found_and_an_address_is_not() -> None:
    assert list(secret_scan.machine_paths('open("/ho' + 'me/ada/table.csv")'))
    assert list(secret_scan.machine_paths("see /wo" + "rk/x"))
    assert list(secret_scan.machine_paths("https://example.org/ho" + "me/ada and ~/table.csv")) == []


def test_a_registry_is_found() -> None:
    assert list(secret_scan.registry_hosts("--index-url https://py" + "pi.org/simple"))


def test_no_database_and_no_settings_of_a_person_are_in_the_repository() -> None:
    names = [file.name for file in repository_files()]
    assert [name for name in names if re.search(r"\.(db|sqlite3?)(-\w+)?$|^\.env$|^secrets\.(toml|env)$", name)] == []


@pytest.mark.parametrize("name", ["run.sh", ".ci/run"])
def test_scripts_can_be_started(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def pinned(text: str) -> dict[str, set[str]]:
    """Name → versions; a few packages need one version for old Pythons and one for new."""
    versions: dict[str, set[str]] = {}
    for match in PIN.finditer(text):
        versions.setdefault(match["name"], set()).add(match["version"])
    return versions


def declared() -> dict[str, list[str]]:
    project: list[str] = PYPROJECT["project"]["dependencies"]
    return {"requirements.txt": project, "requirements-dev.txt": project + PYPROJECT["dependency-groups"]["dev"]}


@pytest.mark.parametrize("name", PINS)
def test_every_dependency_is_pinned_to_a_version_that_fits(name: str) -> None:
    pins = pinned(PINS[name])
    for requirement in map(Requirement, declared()[name]):
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} has no pin in {name}: docs/development.md has the command"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement} has {versions}"


@pytest.mark.parametrize("name", PINS)
def test_pins_are_all_there_is_and_each_has_hashes(name: str) -> None:
    assert PIN.sub("", PINS[name]).strip() == ""


def test_tests_run_with_the_versions_that_people_get() -> None:
    everything = pinned(PINS["requirements-dev.txt"])
    assert {name: everything.get(name) for name in pinned(PINS["requirements.txt"])} == pinned(PINS["requirements.txt"])


def test_a_missing_pin_or_hash_would_be_noticed() -> None:
    assert pinned("a==1 \\\n    --hash=sha256:00\n") == {"a": {"1"}}
    assert pinned("a==1\n") == {}
    assert PIN.sub("", "--find-links x\n") == "--find-links x\n"


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == PYPROJECT["project"]["version"]


def test_every_package_is_listed_for_an_installation() -> None:
    folders = {file.parent.relative_to(ROOT).as_posix() for file in repository_files() if file.name == "__init__.py"}
    code = {folder.replace("/", ".") for folder in folders if folder.partition("/")[0] not in {"tests", "bench"}}
    assert code == set(PYPROJECT["tool"]["setuptools"]["packages"])

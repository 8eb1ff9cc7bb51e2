"""Which key is in force: the order of places, the keyring, the session, and the host that a key is for."""

import sys
import time
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from pydantic import SecretStr

from handai_errors import InputError
from providers.specs import PROVIDERS
from services import preferences
from services.models import key_hosts, keyring_store, keys
from services.models.keys import KeySource, VisitKeys
from tests.file_keyring import FileKeyring, made, use_file_keyring

BODY = "k3y" * 8
FOREIGN = "http://elsewhere.example:8000/v1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, where .env files would be, and no keyring."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setattr(keyring.core, "_keyring_backend", made(NoKeyring))
    return place


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of the test's own."""
    use_file_keyring(monkeypatch, tmp_path / "keyring.json")
    return tmp_path / "keyring.json"


def secret(name: str) -> SecretStr:
    return SecretStr(f"sk-proj-{name}-{BODY}")


def in_force(provider: str = "openai", base_url: str | None = None) -> str | None:
    found = keys.find_key(provider, base_url=base_url)
    return found.key.get_secret_value() if found else None


def test_the_places_come_in_designs_order(folder: Path, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """design.md, row 002-12: typed > environment > .env > secrets.env > keyring."""
    keys.store_in_keyring("openai", secret("keyring"))
    (folder / "secrets.env").write_text(f"OPENAI_API_KEY={secret('secrets').get_secret_value()}\n")
    (folder / ".env").write_text(f"OPENAI_API_KEY={secret('dotenv').get_secret_value()}\n")
    monkeypatch.setenv("OPENAI_API_KEY", secret("environment").get_secret_value())
    found = keys.all_keys("openai", secret("typed"))
    assert [item.place for item in found] == list(KeySource)
    assert [item.key for item in found] == [
        secret(name) for name in ("typed", "environment", "dotenv", "secrets", "keyring")
    ]
    for weaker in found:  # each is in force once the stronger ones are gone
        assert keys.find_key("openai", secret("typed") if weaker.place is KeySource.TYPED else None) == weaker
        if weaker.place is KeySource.ENVIRONMENT:
            monkeypatch.delenv("OPENAI_API_KEY")
        elif weaker.place in {KeySource.DOTENV, KeySource.SECRETS}:
            (folder / weaker.place).unlink()
        elif weaker.place is KeySource.KEYRING:
            assert keys.delete_from_keyring("openai")
    assert keys.find_key("openai") is None


@pytest.mark.parametrize("spec", [spec for spec in PROVIDERS if spec.key_variables], ids=lambda spec: spec.id)
def test_each_provider_has_a_variable_of_its_own(spec: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 002-12: keys per provider from the environment; one provider's key is never another's."""
    assert hasattr(spec, "key_variables")
    monkeypatch.setenv(spec.key_variables[0], BODY)
    holders = [other.id for other in PROVIDERS if keys.find_key(other.id) is not None]
    assert holders == [getattr(spec, "id", "")]


def test_it_is_said_which_key_is_in_force_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", secret("environment").get_secret_value())
    state = keys.key_state("openai", SecretStr(f"gsk_{BODY}"))
    assert state.in_force is not None
    assert state.in_force.place is KeySource.TYPED
    assert [item.place for item in state.hidden] == [KeySource.ENVIRONMENT]
    assert "typed here, for this visit. It comes before" in state.why
    assert "the environment variable OPENAI_API_KEY" in state.why
    assert state.hint is not None
    assert state.hint.startswith("This looks like a Groq key")
    assert BODY not in f"{state!r} {state.why} {state.hint}"
    assert not state.keyring
    assert keys.key_state("groq").why == "No key yet: Groq needs one, and there is none."


def test_a_key_is_stored_in_the_keyring_and_deleted_from_it(stored: Path) -> None:
    keys.store_in_keyring("openai", SecretStr(f" {BODY}\n"))
    assert in_force() == BODY
    assert keys.key_state("openai").keyring
    assert keys.delete_from_keyring("openai")
    assert in_force() is None
    assert not keys.delete_from_keyring("openai")
    assert BODY not in stored.read_text()


def test_a_key_for_another_host_has_a_place_of_its_own_in_the_keyring(stored: Path) -> None:
    keys.store_in_keyring("custom", secret("a"), "http://a.example/v1")
    keys.store_in_keyring("custom", secret("b"), "http://b.example/v1")
    assert in_force("custom", "http://a.example/v1") == secret("a").get_secret_value()
    assert in_force("custom", "http://B.example./v1/") == secret("b").get_secret_value()
    assert in_force("custom", "http://b.example:81/v1") is None
    assert keys.require_key("custom", base_url="http://a.example/v1") == secret("a")


class Broken(FileKeyring):
    """Another program's fault, whose text holds the key."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(BODY)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(password)


class Slow(FileKeyring):
    """Locked, and waiting for somebody to unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(30)
        return BODY


@pytest.mark.parametrize("backend", [made(NoKeyring), made(Broken), made(Slow)], ids=["none", "broken", "locked"])
def test_a_keyring_that_cannot_be_used_is_never_an_error(
    backend: keyring.backend.KeyringBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    monkeypatch.setattr(keyring_store, "_PATIENCE_S", 0.05)
    assert keys.find_key("openai") is None
    with pytest.raises(InputError, match="OPENAI_API_KEY"):
        keys.require_key("openai")
    assert not keys.delete_from_keyring("openai")


@pytest.mark.parametrize("backend", [made(NoKeyring), made(Broken)], ids=["none", "broken"])
def test_storing_without_a_keyring_says_what_to_do_instead(
    backend: keyring.backend.KeyringBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    with pytest.raises(InputError, match=r"secrets\.env") as caught:
        keys.store_in_keyring("openai", SecretStr(BODY))
    assert caught.value.__context__ is None  # a back end's error can hold the key
    assert BODY not in str(caught.value)


def test_a_missing_keyring_library_is_no_error_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert keys.find_key("openai") is None
    assert not keyring_store.is_usable()


def test_a_local_server_does_not_wait_for_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(keyring_store, "lookup", asked.append)
    keys.find_key("ollama")
    keys.find_key("custom", base_url=FOREIGN)
    assert asked == []


@pytest.mark.parametrize("content", [b"OPENAI_API_KEY=\xff\xfe\n", b"\x00\x01"])
def test_a_file_that_cannot_be_read_is_passed_over(folder: Path, content: bytes) -> None:
    (folder / ".env").write_bytes(content)
    (folder / "secrets.env").write_text(f"OPENAI_API_KEY={BODY}\n")
    assert in_force() == BODY


@pytest.mark.parametrize(
    "line", ["OPENAI_API_KEY='a$b${c}'", 'export OPENAI_API_KEY="a$b${c}"', "OPENAI_API_KEY=a$b${c}"]
)
def test_a_dollar_sign_in_a_key_is_just_that(folder: Path, line: str) -> None:
    (folder / ".env").write_text(line + "\n")
    assert in_force() == "a$b${c}"


def test_switching_providers_keeps_each_ones_key_for_this_session() -> None:
    """Row 004-17: separate key per provider; switching keeps keys."""
    visit = VisitKeys()
    visit.put("openai", None, secret("openai"))
    visit.put("groq", None, SecretStr(f"gsk_{BODY}"))
    visit.put("custom", "http://a.example/v1", secret("a"))
    assert visit.get("openai", None) == secret("openai")
    assert visit.get("groq", None) == SecretStr(f"gsk_{BODY}")
    assert visit.get("custom", "http://a.example/v1/") == secret("a")
    visit.put("groq", None, SecretStr(" "))
    assert visit.get("groq", None) is None
    assert visit.get("openai", "https://api.openai.com/v1") == secret("openai")
    assert BODY not in repr(visit)


def test_a_key_typed_for_one_host_is_not_another_hosts() -> None:
    visit = VisitKeys()
    visit.put("custom", "http://a.example/v1", secret("a"))
    visit.put("openai", None, secret("openai"))
    assert visit.get("custom", "http://b.example/v1") is None
    assert visit.get("openai", FOREIGN) is None


def test_a_spec_from_elsewhere_does_not_get_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", secret("mine").get_secret_value())
    monkeypatch.setenv("HANDAI_API_KEY", secret("mine").get_secret_value())
    for provider in ("openai", "custom"):
        with pytest.raises(InputError, match=r"not for elsewhere\.example:8000: nothing was sent") as caught:
            keys.require_key(provider, base_url=FOREIGN)
        assert BODY not in str(caught.value)
    assert keys.require_key("openai", base_url="https://api.openai.com/v1/") == secret("mine")
    for disguise in (
        "http://api.openai.com/v1",
        "https://api.openai.com:444/v1",
        "https://api.openai.com.x.example/v1",
    ):
        with pytest.raises(InputError):
            keys.require_key("openai", base_url=disguise)


@pytest.fixture(params=["variable", "remembered", "saved", "typed"])
def named_by_the_person(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SecretStr | None:
    """The ways to say that an address is meant; the typed key, if that is the way."""
    monkeypatch.setenv("HANDAI_API_KEY", secret("mine").get_secret_value())
    match request.param:
        case "variable":
            monkeypatch.setenv("HANDAI_BASE_URL", FOREIGN)
        case "remembered":
            key_hosts.remember_host("custom", FOREIGN)
        case "saved":
            preferences.save(preferences.Preferences(base_urls={"custom": FOREIGN}))
    return secret("mine") if request.param == "typed" else None


def test_an_address_that_the_person_named_gets_the_key(named_by_the_person: SecretStr | None) -> None:
    assert keys.require_key("custom", named_by_the_person, FOREIGN) == secret("mine")
    with pytest.raises(InputError):
        keys.require_key("custom", base_url="http://third.example/v1")


def test_azures_address_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", BODY)
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com")
    assert keys.require_key("azure", base_url="https://mine.openai.azure.com/openai/v1") == SecretStr(BODY)
    with pytest.raises(InputError, match="AZURE_OPENAI_ENDPOINT"):
        keys.require_key("azure", base_url="https://theirs.openai.azure.com")


@pytest.mark.parametrize("provider", [spec.id for spec in PROVIDERS if spec.requires_api_key])
def test_a_missing_key_names_its_variable_and_its_page(provider: str) -> None:
    spec = next(spec for spec in PROVIDERS if spec.id == provider)
    with pytest.raises(InputError) as caught:
        keys.require_key(provider)
    assert spec.key_variables[0] in caught.value.remedy
    assert spec.key_page in caught.value.remedy


def test_a_missing_key_is_told_with_every_place_for_it() -> None:
    with pytest.raises(InputError) as caught:
        keys.require_key("groq")
    remedy = caught.value.remedy
    assert "Key for Groq" in remedy
    assert "GROQ_API_KEY=your-key" in remedy
    assert ".env" in remedy


def test_a_key_typed_before_its_address_is_for_the_first_one_named() -> None:
    visit = VisitKeys()
    visit.put("custom", None, secret("early"))
    assert visit.any_of("custom")
    assert visit.get("custom", "http://a.example/v1") == secret("early")
    assert visit.get("custom", "http://b.example/v1") is None
    assert visit.get("custom", "http://a.example/v1") == secret("early")

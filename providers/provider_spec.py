"""What a provider's entry can say; the entries themselves are in specs.py and more_specs.py."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class JsonMode(StrEnum):
    """How a provider is asked for a JSON object; NONE leaves it to the instructions."""

    NONE = "none"
    JSON_OBJECT = "json_object"
    OBJECT_SCHEMA = "object_schema"  # LM Studio refuses json_object but takes the schema {"type": "object"}


class Listing(StrEnum):
    """How a provider is asked which models it serves; TYPED: it can't be, their names are typed by the person."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    LMSTUDIO = "lmstudio"
    OLLAMA = "ollama"
    TYPED = "typed"


class ProviderSpec(BaseModel):
    """What Handai knows about one provider.

    `key_variables` are environment variables in the order in which they are looked at; `key_prefixes` only ever
    warn. `json_schema`: its models take a JSON Schema, or some do and the others say so; with `bounds_in_schema` also
    one with bounds. `sent_with_schema` goes into the body beside a schema. `json_word_needed`: JSON mode is refused
    unless a message contains the word JSON.
    `lists_models`: its list can be had without a key; `says_prices`: with all prices and contexts in it.
    `max_tokens_parameter` and `seed_parameter` are their names on the wire. `usage_on_request`: a streamed answer tells
    its usage only when asked to; one that always does may refuse to be asked. `routes`: an aggregator that takes
    fallback models and preferences about whom it asks; `cuts_prompts`: a prompt that is too long loses its beginning
    without a word. `header_variables` name, by header, environment variables whose values go out instead of those in
    `headers`. `generation_path` is asked afterwards what an answer cost and who gave it.
    `base_url_variable` names the environment variable of a base URL that only the user knows. `key_path` is asked with
    a key to prove it: the cheapest call that a wrong key can't make.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    base_url: str = ""
    default_model: str = ""
    models: tuple[str, ...] = ()
    requires_api_key: bool = True
    key_variables: tuple[str, ...] = ()
    key_prefixes: tuple[str, ...] = ()
    key_page: str = ""
    key_path: str = "/models"
    billing_page: str = ""
    base_url_variable: str = ""
    json_mode: JsonMode = JsonMode.JSON_OBJECT
    json_schema: bool = True
    bounds_in_schema: bool = False
    sent_with_schema: dict[str, Any] = Field(default_factory=dict)
    json_word_needed: bool = False
    max_tokens_parameter: str = "max_tokens"
    seed_supported: bool = True
    seed_parameter: str = "seed"
    usage_on_request: bool = True
    routes: bool = False
    cuts_prompts: bool = False
    generation_path: str = ""
    lists_models: bool = False
    listing: Listing = Listing.OPENAI
    says_prices: bool = False
    local: bool = False
    start_hint: str = ""
    pull_hint: str = ""
    price_provider: str | None = None
    free_suffix: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    header_variables: dict[str, str] = Field(default_factory=dict)

    @property
    def needs_base_url(self) -> bool:
        """Whether the user has to say where the provider is."""
        return not self.base_url and self.id != "demo"

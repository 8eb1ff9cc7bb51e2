"""How the fake provider answers: a plain object that a test or POST /config changes while the server runs."""

from dataclasses import dataclass, field, fields
from typing import Any

from bench.bucket import Bucket
from tests.fake_faults import FAULTS
from tests.fake_json import JSON_FORMS, SPOILT


class TokenBucket(Bucket):
    """A bucket told by x-ratelimit headers as OpenAI does."""

    def headers(self) -> dict[str, str]:
        """What is left, in OpenAI's words."""
        return {
            "x-ratelimit-limit-requests": str(self.burst),
            "x-ratelimit-remaining-requests": str(self.remaining),
            "x-ratelimit-reset-requests": f"{self.full_in_s:.3f}s",
        }

    def retry_after_s(self) -> float:
        """Seconds until one more request is allowed."""
        return max(0.0, (1 - self.level) / self.rate)


@dataclass(slots=True)
class Behaviour:
    """Every knob; the defaults are a fast server that echoes and never fails.

    `faults` maps a name of tests.fake_faults.FAULTS to its probability per request; `canned` answers every chat
    request with one fixed {"status", "headers", "body"}, or only the next `canned_left` ones; `key` is the only
    accepted key, None accepts any, `list_key` that of GET /models;
    `models` are the ids served, None serves any; `hold` keeps every answer back until it is False again;
    `reply` is the fixed text of every answer, None echoes, or with
    `invents` makes up a text; `fail_first` answers each row's first N requests
    with `fail_first_fault`. `json_form` is what it takes of response_format: "schema" (all), "object" (refuses a
    schema), "none" (refuses any), "ignore"; JSON is then answered as the schema or else the instructions ask. `spoilt`
    maps a name of tests.fake_json.SPOILT to its probability per JSON answer; `refused_settings` are request
    parameters that the model does not take.
    """

    latency_s: float = 0.0
    tail_s: float = 0.0
    tail_share: float = 0.0
    faults: dict[str, float] = field(default_factory=dict)
    fail_first: int = 0
    fail_first_fault: str = "500"
    retry_after_s: float | None = 1.0
    bucket: TokenBucket | None = None
    key: str | None = None
    list_key: str | None = None
    models: list[str] | None = None
    hold: bool = False
    reply: str | None = None
    invents: bool = False
    json_form: str = "schema"
    spoilt: dict[str, float] = field(default_factory=dict)
    refused_settings: list[str] = field(default_factory=list)
    canned: dict[str, Any] | None = None
    canned_left: int | None = None
    model_list: Any = None
    drip_s: float = 0.05
    echo_headers: bool = False

    def next_canned(self) -> dict[str, Any] | None:
        """The fixed answer to the next request, if there is one; this counts `canned_left` down."""
        if self.canned is None or self.canned_left == 0:
            return None
        if self.canned_left is not None:
            self.canned_left -= 1
        return self.canned

    def update(self, changes: dict[str, Any]) -> None:
        """Take over `changes` as POST /config sends them; an unknown name is a ValueError."""
        known = {f.name for f in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {name}")
            setattr(self, name, TokenBucket(**value) if name == "bucket" and isinstance(value, dict) else value)
        for said, known_names in ((self.faults, FAULTS), (self.spoilt, SPOILT), ([self.json_form], JSON_FORMS)):
            unknown = set(said) - set(known_names)
            if unknown:
                raise ValueError(f"unknown faults {sorted(unknown)}; there are {sorted(known_names)}")

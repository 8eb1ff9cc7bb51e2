"""The base of everything a person declares: validated, frozen, unknown fields refused."""

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """A value object from a form, a flag or a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False, serialize_by_alias=True)

"""Which kinds and locales Faker has; asked late, because importing Faker takes a third of a second."""

from functools import lru_cache

from handai_errors import SpecError

_ARE_NO_VALUES = frozenset(
    {
        "add_provider", "binary", "csv", "del_arguments", "dsv", "enum", "fixed_width", "format",
        "get_arguments", "get_formatter", "get_providers", "get_words_list", "image", "json", "json_bytes",
        "parse", "profile", "provider", "providers", "psv", "pydict", "pyiterable", "pylist", "pyobject",
        "pyset", "pystruct", "pytuple", "random", "random_choices", "random_element", "random_elements",
        "random_sample", "seed", "seed_instance", "set_arguments", "set_formatter", "simple_profile", "tar",
        "time_series", "tsv", "xml", "zip",
    }
)  # fmt: skip


_DEPRECATED = frozenset({"fr_QC"})


@lru_cache(maxsize=1)
def locales() -> tuple[str, ...]:
    """The locales, sorted."""
    from faker.config import AVAILABLE_LOCALES

    return tuple(sorted(set(AVAILABLE_LOCALES) - _DEPRECATED))


@lru_cache(maxsize=32)
def kinds(locale: str) -> tuple[str, ...]:
    """What can be made for a locale: Faker's providers that need no arguments and give a value for a cell."""
    from faker import Faker

    factory = Faker(locale).factories[0]
    return tuple(name for name in dir(factory) if not name.startswith("_") and name not in _ARE_NO_VALUES)


def unmakeable(kind: str, locale: str) -> SpecError | None:
    """Why a kind that there is gives no values: a locale may lack its data, or no seed can repeat it."""
    from engine.sampling.fakes import kind_of_fakes

    try:
        kind_of_fakes(kind, locale)
    except SpecError as error:
        return error
    return None

"""Faker's clock, stopped: its dates are counted from today, and a seed must give the same table tomorrow.

Faker can't be given another clock, so the names `date` and `datetime` in its own modules are replaced.
"""

import datetime as real
import sys
from types import ModuleType, SimpleNamespace
from typing import Self

TODAY = real.date(2026, 1, 1)
_NOW = real.datetime(2026, 1, 1)  # noqa: DTZ001 Faker's times have no zone
_PROVIDERS = "faker.providers."


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, real.datetime)


class _AnyDate(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, real.date)


class _StoppedDatetime(real.datetime, metaclass=_AnyDatetime):
    """A datetime for which it is always the same moment."""

    @classmethod
    def now(cls, tz: real.tzinfo | None = None) -> Self:
        moment = _NOW if tz is None else _NOW.replace(tzinfo=real.UTC).astimezone(tz)
        return cls.combine(moment.date(), moment.timetz())


class _StoppedDate(real.date, metaclass=_AnyDate):
    """A date for which it is always the same day."""

    @classmethod
    def today(cls) -> Self:
        return cls(TODAY.year, TODAY.month, TODAY.day)


_MODULE = SimpleNamespace(**{**vars(real), "datetime": _StoppedDatetime, "date": _StoppedDate})
_STOPPED = {id(real.datetime): _StoppedDatetime, id(real.date): _StoppedDate, id(real): _MODULE}


def stop_clock() -> None:
    """Stop the clock of every Faker provider that is loaded."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_PROVIDERS):
            _stop(module)


def _stop(module: ModuleType) -> None:
    for name, value in list(vars(module).items()):
        if id(value) in _STOPPED:
            setattr(module, name, _STOPPED[id(value)])

"""Drawing what needs no distribution: dates, counted values, UUIDs and constants."""

from datetime import UTC, date, datetime, timedelta

from engine.fitting import fit_text, fit_value
from engine.sampling.block import Block, Draw
from engine.sampling.words import places
from engine.schema.columns import ID_NUMBER, ConstantColumn, DateColumn, IdColumn, SequenceColumn, UuidColumn
from engine.tables.model import Cell

_VERSION, _VARIANT = "4", "89ab"  # of a random UUID, RFC 9562


def dates(column: DateColumn) -> Draw:
    """A day from start to end, or a second where both have a time; a time zone's times are given in UTC."""
    start, end = column.start, column.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        begin = naive(start)
        seconds = int((naive(end) - begin).total_seconds()) + 1
        return lambda block: [begin + timedelta(seconds=after) for after in _places(block, column.name, seconds)]
    first = start.toordinal()
    days = end.toordinal() - first + 1
    return lambda block: [date.fromordinal(first + after) for after in _places(block, column.name, days)]


def naive(moment: datetime) -> datetime:
    """A time as tables store it: without a zone, in UTC if it had one."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _places(block: Block, stream: str, count: int) -> list[int]:
    found: list[int] = places(block.words(stream)[:, 0], count).tolist()
    return found


def sequence(column: SequenceColumn) -> Draw:
    """From start on by step, row by row."""
    start, step = column.start, column.step
    return lambda block: [start + step * row for row in range(block.start, block.start + block.count)]


def ids(column: IdColumn) -> Draw:
    """The pattern with the row's number; without a place for it, the pattern as it is."""
    parts = ID_NUMBER.split(column.pattern, maxsplit=1)
    if len(parts) == 1:
        return lambda block: [fit_text(column.pattern)] * block.count
    before, number, after = fit_text(parts[0]), parts[1], fit_text(parts[2])
    first, width = int(number), len(number)

    def draw(block: Block) -> list[Cell]:
        start = first + block.start
        return [f"{before}{count:0{width}d}{after}" for count in range(start, start + block.count)]

    return draw


def uuids(column: UuidColumn) -> Draw:
    """Random UUIDs, made from two words each."""

    def draw(block: Block) -> list[Cell]:
        pairs = block.words(column.name)[:, :2].tolist()
        return [_uuid(f"{high:016x}{low:016x}") for high, low in pairs]

    return draw


def _uuid(digits: str) -> str:
    variant = _VARIANT_OF[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-{_VERSION}{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


_VARIANT_OF = {f"{digit:x}": _VARIANT[digit % 4] for digit in range(16)}


def constant(column: ConstantColumn) -> Draw:
    """The same value in every row."""
    value = fit_value(naive(column.value) if isinstance(column.value, datetime) else column.value)
    return lambda block: [value] * block.count

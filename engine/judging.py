"""What becomes of a drawn row: whether it repeats another, whether it passes its schema's checks."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from engine.checking import RowCheck
from engine.columns import ColumnType
from engine.diversity import Diversity, DiversityMeter, TextIndex
from engine.gate import Gate, Judged, Judgement, Place, Verdict
from engine.schema.columns import CategoryColumn, Duplicates, ModelColumn, Schema
from engine.tables.model import Cell, Row

_SHORTEST_COMPARED = 20  # characters: short answers may well be equal unless a person says otherwise
_CHECK_REDRAWS = 3
NEAR = 0.9


class Judging:
    """Decides on drawn rows one after the other; what was accepted before counts."""

    def __init__(self, schema: Schema) -> None:
        duplicates = schema.duplicates or None
        self._texts = compared_columns(schema)
        self._named = bool(duplicates and duplicates.columns)
        self._redraws = duplicates.redraws if duplicates else _CHECK_REDRAWS
        self._index = TextIndex(duplicates.near) if duplicates and self._texts else None
        self._checks = [RowCheck(check) for check in schema.checks]
        self.stop_share = duplicates.stop_share if duplicates else 1.0
        # Near repeats are found here already: what is accepted has none.
        self._meter = meter_of(schema, near=None if self._index else NEAR)
        self._judged = self._repeated = 0

    @property
    def has_rules(self) -> bool:
        """Whether any row can be refused, marked or dropped."""
        return self._index is not None or bool(self._checks)

    def judge(self, row: int, draw: int, values: Row) -> Judgement:
        """The verdict on one draw of a row; an accepted one counts from now on."""
        refused = self._repetition(values)
        self._judged += 1
        if refused:
            self._repeated += 1
            verdict = Verdict.REFUSED if draw < self._redraws else Verdict.SPENT
            return Judgement(row, draw, verdict, refused)
        verdict, cause = self._checked(values, draw)
        if verdict is not Verdict.REFUSED:
            self.accept(row, values)
        return Judgement(row, draw, verdict, cause)

    def accept(self, row: int, values: Mapping[str, Cell]) -> None:
        """Count a row that is accepted."""
        text = self._text(values)
        if self._index is not None and text is not None:
            self._index.add(row, text)
        self._meter.add(values)

    def diversity(self) -> Diversity:
        """How varied the accepted rows are; the share of duplicates counts the draws refused in this execution."""
        figures = self._meter.figures()
        if self._index is None:
            return figures
        return figures.model_copy(update={"duplicate_share": self._repeated / self._judged if self._judged else None})

    def _repetition(self, values: Mapping[str, Cell]) -> str | None:
        text = self._text(values)
        if self._index is None or text is None:
            return None
        found = self._index.find(text)
        if found is None:
            return None
        how = "the same" if found.similarity >= 1 else f"{found.similarity:.0%} alike"
        return f"It repeats row {found.row + 1} ({how})."

    def _text(self, values: Mapping[str, Cell]) -> str | None:
        text = "\n".join(str(values[name]) for name in self._texts if values.get(name) is not None)
        return text if text and (self._named or len(text) >= _SHORTEST_COMPARED) else None

    def _checked(self, values: Row, draw: int) -> tuple[Verdict, str]:
        failed = [(item.check.on_fail, said) for item in self._checks if (said := item.failure(values))]
        causes = " ".join(said for _, said in failed)
        wishes = {wish for wish, _ in failed}
        if "redraw" in wishes and draw < self._redraws:
            return Verdict.REFUSED, causes
        if "drop" in wishes:
            return Verdict.DROPPED, causes
        return (Verdict.MARKED if failed else Verdict.ACCEPTED), causes


def judged_so_far(
    schema: Schema,
    at: Place,
    refused: Sequence[frozenset[int]],
    ended: Iterable[tuple[int, int, Row | None]],
    late: Collection[int] = frozenset(),
) -> Judged:
    """The gate of a run that goes on: `ended` are its rows so far as (row, draw, values), None where one failed.

    What was accepted before counts; what ended without having been judged waits before the gate. Of `late` rows, asked
    again after their turn, nobody knows: they are judged, again perhaps, against all that was accepted.
    """
    judging = Judging(schema)
    unjudged: list[tuple[int, int, Row | None]] = []
    for row, draw, values in ended:
        if not at.is_past(row, draw) or (row in late and values is not None):
            unjudged.append((row, draw, values))
        elif values is not None:
            judging.accept(row, values)
    gate = Gate(judging.judge, schema.rows, at, refused)
    return Judged(gate, judging.stop_share, tuple(unjudged), judging.diversity)


def compared_columns(schema: Schema) -> tuple[str, ...]:
    """The columns whose texts must not repeat: those named, or the model's free texts."""
    duplicates = schema.duplicates
    if not isinstance(duplicates, Duplicates):
        return ()
    return duplicates.columns or free_texts(schema)


def free_texts(schema: Schema) -> tuple[str, ...]:
    """The columns that a model fills with free text."""
    text = {None, ColumnType.TEXT}
    return tuple(c.name for c in schema.columns if isinstance(c, ModelColumn) and c.type in text)


def meter_of(schema: Schema, near: float | None) -> DiversityMeter:
    """A meter for a schema's categories and texts; texts from `near` on count as repeats."""
    weights: dict[str, Mapping[str, float] | None] = {}
    for column in schema.columns:
        if isinstance(column, CategoryColumn):
            weights[column.name] = None if column.when else _weights(column.values)
        elif isinstance(column, ModelColumn) and column.type is ColumnType.CATEGORY:
            weights[column.name] = None
    return DiversityMeter(weights, free_texts(schema), near)


def _weights(values: Mapping[str, float] | Sequence[str]) -> Mapping[str, float]:
    return values if isinstance(values, Mapping) else dict.fromkeys(values, 1.0)

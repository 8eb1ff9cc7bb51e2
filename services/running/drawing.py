"""Draws the sampled columns of a generate run before its rows need them; a stop breaks it off, a crash repeats it."""

import asyncio

from engine.flow import RunEnd
from engine.gate import Judgement, Verdict
from engine.judging import Judging
from engine.spec import GenerateInput
from engine.tables.model import Cell, Row
from handai_db import RunReader, RunRecord, note_drawing, note_event, note_table
from services.home import run_path
from services.running.listening import Stops, hearing_requests
from services.tables.run_tables import sampled_path, sampler_of


async def draw_table(record: RunRecord, source: GenerateInput, stops: Stops) -> RunEnd | None:
    """Write the run's sampled columns unless they are there; None when a model's turn comes now, else how it ended."""
    with RunReader(run_path(record.id)) as reader:
        needs_model = bool(reader.numbering.steps)
        is_noted = reader.progress().done > 0
    drawing = _Drawing(record, source, finishes=not needs_model)
    path = sampled_path(record.id)
    if not path.exists() or not (needs_model or is_noted):
        async with hearing_requests(record.id, drawing, stops):
            await asyncio.to_thread(drawing.draw)
    if drawing.draining_for is not None and not path.exists():
        return drawing.draining_for
    return None if needs_model else drawing.draining_for or RunEnd()


class _BrokenOffError(Exception):
    """Ends a drawing that a person stopped."""


class _Drawing:
    """One drawing of one table, in a thread; without model columns it is the whole run."""

    def __init__(self, record: RunRecord, source: GenerateInput, *, finishes: bool) -> None:
        self._record = record
        self._source = source
        self._finishes = finishes
        self._sampler = sampler_of(source)
        self._judging = Judging(source)
        self._judgements: list[Judgement] = []
        self.draining_for: RunEnd | None = None

    def drain(self, end: RunEnd) -> None:
        """Break it off; nothing of it is kept, for drawing it again gives the same."""
        self.draining_for = self.draining_for or end

    def cancel(self) -> None:
        """The same: nothing is in flight."""

    def draw(self) -> None:
        """Write the table and, if it is the whole run, that its rows are done."""
        from engine.sampling.write import write_table  # numpy and pyarrow load when a table is drawn

        path, rows = run_path(self._record.id), self._source.rows
        try:
            write_table(sampled_path(self._record.id), self._sampler.columns, rows, self._block, self._drawn)
        except _BrokenOffError:
            return
        for column, problem in self._sampler.problems.items():
            count = self._sampler.empty_cells[column]
            note_event(path, "warning", f"{count:,} cells of `{column}` are empty. {problem}")
        if self._finishes:
            note_table(path, rows, self._judgements)

    def _drawn(self, rows: int) -> None:
        if self.draining_for is not None:
            raise _BrokenOffError
        waiting = f"drawing the table: {rows:,} of {self._source.rows:,} rows"
        note_drawing(run_path(self._record.id), waiting)

    def _block(self, start: int, stop: int) -> dict[str, list[Cell]]:
        """A block's cells; where no model follows, its rows are judged in order and drawn again if they are refused."""
        block = self._sampler.block(start, stop)
        if self._finishes and self._judging.has_rules:
            for place in range(stop - start):
                row = {name: cells[place] for name, cells in block.items()}
                for name, cell in self._settled(start + place, row).items():
                    block[name][place] = cell
        return block

    def _settled(self, index: int, row: Row) -> Row:
        draw = 0
        while (found := self._judging.judge(index, draw, row)).verdict is Verdict.REFUSED:
            draw += 1
            row = {**row, **self._sampler.row(index, draw)}
        if found.verdict is Verdict.SPENT:  # its columns have no other values left
            found = Judgement(index, draw, Verdict.DROPPED, found.cause)
        if found.verdict is not Verdict.ACCEPTED:
            self._judgements.append(found)
        return row

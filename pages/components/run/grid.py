"""Answers corrected in the table itself: what is changed and not saved yet, what of it is wrong, and saving it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.tables import Cell
from engine.tables.cells import cell_as_text, is_same
from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run.cells import grid_name, grid_of
from pages.components.run_frames import tinted
from pages.components.state import forget, held, put
from services.forms import drafts
from services.forms.drafts import Cells
from services.results import corrections
from services.results.corrections import Edit, Wrong
from services.results.inspect import TableRow

_SWITCH = "run_edit"
_MOST_TOLD = 6


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What a person changed in a run's cells, by row and column; it outlives the visit, and saving empties it."""

    run_id: str

    @property
    def cells(self) -> Cells:
        """The changed cells."""
        found = held(self._cells)
        if not isinstance(found, dict):
            found = drafts.load_cells(self.run_id)
            put(self._cells, found)
        return found

    @property
    def edits(self) -> list[Edit]:
        """The same as one writes cells."""
        return [
            Edit(row, {name: cell_as_text(cell) for name, cell in cells.items()}) for row, cells in self.cells.items()
        ]

    @property
    def grid(self) -> str:
        """The key of the grid; another one after each saving, so that it shows what is stored."""
        return f"run_grid_{self.run_id}_{held(self._times) or 0}"

    def take(self, widget: str, rows: Sequence[TableRow]) -> None:
        """Remember what was changed in a grid of these rows. For callbacks."""
        found = held(widget)
        changed: dict[str, Any] = found.get("edited_rows", {}) if isinstance(found, dict) else {}
        mine: dict[int, dict[str, Cell]] = {}
        back: list[tuple[int, str]] = []
        for place, cells in changed.items():
            row = rows[int(place)]
            names = {grid_name(name, row): name for name in row.answers}
            for shown, cell in cells.items():
                name = names[shown]
                if _is_back(cell, row.answers.get(name)):
                    back.append((row.index, name))
                else:
                    mine.setdefault(row.index, {})[name] = cell
        self._change(mine, back)

    def keep_only(self, wrong: Sequence[Wrong]) -> None:
        """Forget what is changed but for what is wrong."""
        still = {(one.row, one.column) for one in wrong}
        here = {(row, name) for row, cells in self.cells.items() for name in cells}
        self._change({}, here - still)
        times = held(self._times)
        put(self._times, (times if isinstance(times, int) else 0) + 1)

    def _change(self, changed: Cells, gone: Collection[tuple[int, str]]) -> None:
        here = drafts.merged_cells(self.cells, changed, gone)
        try:
            kept = drafts.change_cells(self.run_id, here if held(self._only_here) else changed, gone)
            forget(self._only_here)
        except HandaiError:  # then they are here for this visit
            kept = here
            put(self._only_here, True)
        put(self._cells, kept)

    @property
    def _only_here(self) -> str:
        return f"run_unsaved_here_{self.run_id}"

    @property
    def _cells(self) -> str:
        return f"run_unsaved_{self.run_id}"

    @property
    def _times(self) -> str:
        return f"run_grid_times_{self.run_id}"


def _is_back(cell: Cell, stands: Cell) -> bool:
    """Whether a cell of the grid is what stands there; lists come back from a browser as texts."""
    if isinstance(cell, list) and isinstance(stands, list):
        return [cell_as_text(item) for item in cell] == [cell_as_text(item) for item in stands]
    return is_same(cell, stands) or cell_as_text(cell) == cell_as_text(stands)


def draw_switch() -> bool:
    """Whether the table is to be edited."""
    return st.toggle(
        "Edit cells",
        key=_SWITCH,
        help="Correct answers in the table. Save keeps them beside the model's own.",
    )


def draw_saving(record: RunRecord) -> None:
    """Save what is changed, or take it back; always there while the table is edited, so that nothing jumps."""
    unsaved = Unsaved(record.id)
    wrong = corrections.wrong_in(record, unsaved.edits) if unsaved.cells else ()
    good = sum(len(cells) for cells in unsaved.cells.values()) - len(wrong)
    st.button(
        f"Save {good:,} change{'' if good == 1 else 's'}" if good else "Save",
        key="run_grid_save",
        type="primary",
        icon=":material/save:",
        disabled=not good,
        on_click=_save,
        args=(record,),
    )
    st.button(
        "Discard",
        key="run_grid_discard",
        icon=":material/undo:",
        disabled=not unsaved.cells,
        on_click=unsaved.keep_only,
        args=((),),
        help="Take back what is not saved.",
    )


def draw_grid(record: RunRecord, rows: Sequence[TableRow], height: int) -> None:
    """The page of rows as a grid, and below it what can't be saved as it is."""
    unsaved = Unsaved(record.id)
    grid = grid_of(rows, record, corrections.declared_by_column(record), unsaved.cells)
    key = f"{unsaved.grid}_{hash(tuple(row.index for row in rows)):x}"
    st.caption("Press Enter on a cell, or click it twice, to change it. Only answers can be changed.")
    with st.container(key="run_grid"):
        st.data_editor(
            tinted(grid.frame, grid.corrected) if grid.corrected else grid.frame,
            key=key,
            hide_index=True,
            num_rows="fixed",
            height=height,
            disabled=grid.fixed,
            column_config=grid.config,
            placeholder="",
            on_change=unsaved.take,
            args=(key, rows),
            alt=f"Rows of {record.name}: answers to correct, the other columns to read",
        )
    _draw_wrong(record, unsaved)


def _draw_wrong(record: RunRecord, unsaved: Unsaved) -> None:
    wrong = corrections.wrong_in(record, unsaved.edits) if unsaved.cells else ()
    if not wrong:
        return
    lines = [f"- Row {one.row + 1:,}: {words.plain(one.why)}" for one in wrong[:_MOST_TOLD]]
    lines += [f"- and {len(wrong) - _MOST_TOLD:,} more"] if len(wrong) > _MOST_TOLD else []
    with st.container(key="run_grid_wrong"):
        title = "1 change can't be saved yet" if len(wrong) == 1 else f"{len(wrong):,} changes can't be saved yet"
        st.error("\n".join(lines), title=title)


def _save(record: RunRecord) -> None:
    unsaved = Unsaved(record.id)
    wrong = corrections.wrong_in(record, unsaved.edits)
    bad = {(one.row, one.column) for one in wrong}
    good = [
        Edit(one.row, {name: text for name, text in (one.values or {}).items() if (one.row, name) not in bad})
        for one in unsaved.edits
    ]
    try:
        written = corrections.edit(record.id, [one for one in good if one.values])
    except HandaiError as error:
        st.toast(words.error_words(error), icon=":material/error:", duration="long")
        return
    unsaved.keep_only(wrong)
    count = sum(len(one.values or {}) for one in good)
    changes, waits = ("1 change", "waits") if count == 1 else (f"{count:,} changes", "wait")
    st.toast(f"{changes} {'saved' if written else f'{waits} until the run has ended'}.", icon=":material/save:")

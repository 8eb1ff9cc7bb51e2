"""The face of storage: the catalogue, the run files, and the values they give back."""

from pathlib import Path

from storage.accounts import AccountRun, AccountRuns
from storage.answer_cache import AnswerCache, CacheUse, cache_use, clear_cache, forget_answers
from storage.catalogue import Database, Datasets, Sessions, Settings
from storage.connect import SQLITE_VERSION, private_directory
from storage.control import RunControl
from storage.damage import Damage, find_damage, is_at_rest, state_of
from storage.filtered_rows import Among, Standing, cells_in, filtered_rows, results_of
from storage.generations import OpenAnswer, Told, note_told, open_answers
from storage.marks import (
    Mark,
    MarkState,
    Replaced,
    add_marks,
    empty_rows,
    history_in,
    marks_in,
    reopen_rows,
    replaced_in,
    replaced_rows,
    set_aside,
    set_aside_in,
    stale_rows,
    when_set_aside,
)
from storage.model_habits import Habit, ModelHabits
from storage.model_health import CheckRecord, ModelHealth, health_in
from storage.models import Filled, ListRecord, ModelNotes, Models, Place, Stored
from storage.personas import PersonaRecord, Personas
from storage.records import (
    AnsweredBy,
    DatasetRecord,
    ErrorGroup,
    Event,
    Lease,
    Progress,
    RunRecord,
    SessionRecord,
    StoredAnswer,
    StoredAttempt,
    StoredResult,
    StoredStep,
)
from storage.run_copy import check_foreign, copy_for_others, lines_of_log, seal
from storage.run_file import (
    begin_execution,
    create_run_file,
    end_execution,
    note_drawing,
    note_event,
    note_table,
    reopen_failed,
)
from storage.run_latency import latency_quantiles
from storage.run_metrics import AttemptFigures, attempt_figures
from storage.run_reader import RunReader
from storage.run_rows import PENDING
from storage.run_table import Leases, RunFilter, Runs
from storage.run_timeline import Period, executions_in, latencies_in, periods_in
from storage.run_writer import RunWriter
from storage.salvage import damaged_paths, put_in_place, salvage
from storage.totals import Total, Totals

__all__ = [
    "PENDING",
    "SQLITE_VERSION",
    "AccountRun",
    "AccountRuns",
    "Among",
    "AnswerCache",
    "AnsweredBy",
    "AttemptFigures",
    "CacheUse",
    "Catalogue",
    "CheckRecord",
    "Damage",
    "DatasetRecord",
    "ErrorGroup",
    "Event",
    "Filled",
    "Habit",
    "Lease",
    "ListRecord",
    "Mark",
    "MarkState",
    "OpenAnswer",
    "Period",
    "PersonaRecord",
    "Place",
    "Progress",
    "Replaced",
    "RunControl",
    "RunFilter",
    "RunReader",
    "RunRecord",
    "RunWriter",
    "SessionRecord",
    "Standing",
    "Stored",
    "StoredAnswer",
    "StoredAttempt",
    "StoredResult",
    "StoredStep",
    "Told",
    "Total",
    "add_marks",
    "attempt_figures",
    "begin_execution",
    "cache_use",
    "cells_in",
    "check_foreign",
    "clear_cache",
    "copy_for_others",
    "create_run_file",
    "damaged_paths",
    "empty_rows",
    "end_execution",
    "executions_in",
    "filtered_rows",
    "find_damage",
    "forget_answers",
    "health_in",
    "history_in",
    "is_at_rest",
    "latencies_in",
    "latency_quantiles",
    "lines_of_log",
    "marks_in",
    "note_drawing",
    "note_event",
    "note_table",
    "note_told",
    "open_answers",
    "periods_in",
    "private_directory",
    "put_in_place",
    "reopen_failed",
    "reopen_rows",
    "replaced_in",
    "replaced_rows",
    "results_of",
    "salvage",
    "seal",
    "set_aside",
    "set_aside_in",
    "stale_rows",
    "state_of",
    "when_set_aside",
]


class Catalogue:
    """An open handai.db with its tables."""

    def __init__(self, path: Path) -> None:
        private_directory(path.parent)
        self.database = Database(path)
        self.sessions = Sessions(self.database)
        self.datasets = Datasets(self.database)
        self.runs = Runs(self.database)
        self.leases = Leases(self.database)
        self.settings = Settings(self.database)
        self.models = Models(self.database)
        self.model_notes = ModelNotes(self.database)
        self.model_health = ModelHealth(self.database)
        self.model_habits = ModelHabits(self.database)
        self.personas = Personas(self.database)
        self.accounts = AccountRuns(self.database)
        self.totals = Totals(self.database)

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

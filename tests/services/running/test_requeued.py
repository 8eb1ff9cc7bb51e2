"""A run whose process was killed is queued again, and stays so until its new process comes."""

from engine.results import RunStatus
from engine.spec import ModelSettings, Prompt, RunSpec, TransformInput
from handai_db import Lease
from services.home import open_catalogue
from services.running import runs
from services.tables import datasets


def test_a_killed_run_that_is_resumed_waits_for_its_new_process() -> None:
    table = datasets.store_file(datasets.samples()[0].path, sample=True)
    spec = RunSpec(
        input=TransformInput(dataset=table.id),
        prompt=Prompt(instructions="Say hello."),
        model=ModelSettings(provider="demo", model="demo"),
    )
    record = runs.create(runs.NewRun(spec, table.id))
    with open_catalogue() as catalogue:
        catalogue.leases.take(Lease(record.id, pid=2**22 + 1, pid_started=1.0), lambda lease: True)
        catalogue.runs.set_status(record.id, RunStatus.RUNNING)
    assert runs.get(record.id).status is RunStatus.INTERRUPTED
    runs.prepare_resume(record.id)
    assert runs.get(record.id).status is RunStatus.QUEUED

"""A row's model call as a curl command: what a run sends, for anyone to send again without Handai."""

from dataclasses import replace

from engine.job import Member
from engine.left_out import LeftOut
from engine.plan import RunPlan
from engine.spec import ModelSettings
from handai_db import Place, RunReader, RunRecord
from handai_errors import InputError, NotFoundError
from providers.base import CompletionRequest
from providers.curl import curl_command
from providers.specs import get_provider
from services.home import run_path
from services.models.asking import addressed
from services.models.exact_ids import exact_id
from services.models.habits import known_of
from services.models.keys import find_key
from services.results.inspect import RowDetail, StepDetail, detail
from services.running.fallback import price_of_asked
from services.running.work import form_of
from services.tables.run_tables import table_of


def curl_of(record: RunRecord, row_index: int, step: int = 0) -> str:
    """The curl command for a row's model call; `step` is its place among the row's calls as `inspect.detail` has them.

    Raises NotFoundError for a row or call that is not there, InputError when nothing is sent anywhere.
    """
    shown = detail(record, row_index)
    if not shown.steps:
        raise InputError("No model is asked for this run's rows.", "There is no request to copy.")
    if not 0 <= step < len(shown.steps):
        raise NotFoundError(
            f"Row {row_index + 1} has no model call {step + 1}.", f"It has {len(shown.steps)}, the first one is 1."
        )
    return curl_for(record.spec.model, _request(record, shown, shown.steps[step]))


def curl_for(model: ModelSettings, request: CompletionRequest, *, stream: bool = False) -> str:
    """The curl command for any request to the provider and address of `model`; raises InputError for the demo.

    The model goes by the id that works at that address.
    """
    spec = get_provider(model.provider)
    if spec.id == "demo":
        raise InputError("The offline demo sends nothing.", "Choose a provider to have a request to copy.")
    address = addressed(model).base_url or ""
    _, sent_as = exact_id(Place(spec.id, address), request.model)
    request = replace(request, model=sent_as or request.model)
    with_key = spec.requires_api_key or find_key(spec.id, base_url=address) is not None
    return curl_command(spec, address, request, with_key=with_key, stream=stream)


def _request(record: RunRecord, shown: RowDetail, found: StepDetail) -> CompletionRequest:
    """The request in the form that the run has come to; a row that was asked for with others is asked for alone."""
    with RunReader(run_path(record.id)) as reader:
        meta = reader.meta()
    plan = RunPlan(record.spec, (), table=table_of(record).names)
    job = plan.job([Member(shown.row.index, shown.row.cells, found.draw)], found.index)
    job.messages = found.messages  # with what the steps before have answered
    known = known_of(record)
    job.form = form_of(record, meta.get("answer_form"), known)
    job.without = LeftOut(meta.get("left_out"), known.settings).names
    return plan.request(job, price=price_of_asked(plan.models[0]))

"""What DEV_MODE means for runs: new ones are the demo's, labelled as such for good; a real one is not gone on with."""

from engine.spec import NO_MODEL, RunSpec
from handai_errors import ConflictError
from providers.dev_mode import dev_mode, dev_mode_source
from providers.specs import get_provider

__all__ = ["answered_by_demo", "dev_mode", "dev_mode_notice", "refuse_in_dev_mode"]

_OFFLINE = ("demo", NO_MODEL.provider)


def dev_mode_notice() -> str | None:
    """What every screen says while DEV_MODE is on; None while it is off."""
    source = dev_mode_source()
    if source is None:
        return None
    return f"DEV_MODE is on ({source}): every answer comes from the offline demo, no AI, and nothing is sent."


def answered_by_demo(spec: RunSpec) -> tuple[RunSpec, list[str]]:
    """The spec as it runs in DEV_MODE, and what to say about it; unchanged while DEV_MODE is off.

    The run is the demo's own from its beginning, so that nobody ever takes its answers for a model's.
    """
    notice = dev_mode_notice()
    if notice is None or spec.model.provider in _OFFLINE:
        return spec, []
    demo = spec.model.model_copy(update={"provider": "demo", "model": "demo", "base_url": None})
    chosen = get_provider(spec.model.provider).name
    return spec.model_copy(update={"model": demo}), [f"{notice} {chosen} is not asked."]


def refuse_in_dev_mode(provider_id: str) -> None:
    """Raise ConflictError for a run of a real provider while DEV_MODE is on: the demo's answers must not mix in."""
    if dev_mode() and provider_id not in _OFFLINE:
        raise ConflictError(
            f"DEV_MODE is on: this run's other rows were answered by {get_provider(provider_id).name}.",
            "Switch DEV_MODE off to go on with it. Every finished row is safe.",
        )

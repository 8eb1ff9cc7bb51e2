"""A provider's usual model and address, a test of the model, and how long a prompt it takes."""

import streamlit as st
from pydantic import SecretStr

from handai_db import CheckRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.provider_errands import draw_errand, draw_problem, note_problem, start
from pages.components.provider_words import check_line, probe_lines
from pages.components.state import app_state, held, put, seed
from providers.dev_mode import dev_mode
from services.models import keys
from services.models.availability import Standing, Target, check_now, target_of
from services.models.context_probe import USUAL_LIMIT, ContextProbe, most_it_costs, probe_context
from services.models.provider_settings import save_defaults
from services.models.provider_view import ProviderView


def draw_defaults(view: ProviderView) -> None:
    """The model and the address that are used unless a run says otherwise."""
    spec, defaults = view.brief.spec, view.defaults
    model, address = _fields(spec.id)
    seed(model, defaults.model)
    seed(address, defaults.base_url or "")
    st.text_input("Default model", key=model, on_change=_save, args=(spec.id,))
    st.text_input(
        "Address (base URL)",
        key=address,
        placeholder=spec.base_url or "http://localhost:8000/v1",
        on_change=_save,
        args=(spec.id,),
        help="Your key goes to this address. Empty it for the provider's own.",
    )
    own = defaults.own_model or (defaults.own_base_url and spec.base_url)
    st.caption("Kept for next time: your own." if own else "The provider's own.")
    draw_problem("defaults")


def draw_test(view: ProviderView) -> None:
    """One short question to the default model, and longer and longer prompts on request."""
    spec, defaults = view.brief.spec, view.defaults
    off = dev_mode() or not defaults.model
    with st.container(horizontal=True):
        for name, label, icon, act in (
            ("test", "Test", ":material/bolt:", _test),
            ("probe", "Test the context limit", ":material/straighten:", _probe),
        ):
            st.button(label, key=f"provider_{name}_{spec.id}", icon=icon, disabled=off, on_click=act, args=(view,))
    st.caption(
        words.plain(
            f"Test asks {defaults.model or 'the model'} one short question. "
            f"The context test asks with prompts of up to {USUAL_LIMIT:,} tokens{_price(view)}; "
            "both may be billed."
        )
    )
    draw_errand(f"test:{spec.id}", f"Asking {words.plain(defaults.model)} …", _draw_check)
    draw_errand(f"probe:{spec.id}", "Trying longer and longer prompts …", _draw_probe)


def _draw_check(check: CheckRecord) -> None:
    (st.success if check.standing == Standing.WORKS else st.error)(check_line(check))


def _draw_probe(found: ContextProbe) -> None:
    st.info("  \n".join(words.plain(line) for line in probe_lines(found)))


def _price(view: ProviderView) -> str:
    try:
        target = target_of(view.brief.spec.id, view.defaults.base_url, view.defaults.model, None)
    except HandaiError:
        return ""
    most = most_it_costs(target, USUAL_LIMIT)
    return "" if most is None else f", at most about ${most:.2f}"


def _test(view: ProviderView) -> None:
    provider, defaults, typed = view.brief.spec.id, view.defaults, _typed(view)
    start(f"test:{provider}", lambda: check_now(provider, defaults.base_url, defaults.model, typed))


def _probe(view: ProviderView) -> None:
    typed = _typed(view)
    start(f"probe:{view.brief.spec.id}", lambda: probe_context(_target(view, typed)))


def _typed(view: ProviderView) -> SecretStr | None:
    return app_state().typed_keys.get(view.brief.spec.id, view.defaults.base_url)


def _target(view: ProviderView, typed: SecretStr | None) -> Target:
    provider, address = view.brief.spec.id, view.defaults.base_url
    key = keys.require_key(provider, typed, address)
    return target_of(provider, address, view.defaults.model, key)


def _save(provider_id: str) -> None:
    model, address = (str(held(name) or "") for name in _fields(provider_id))
    try:
        kept = save_defaults(provider_id, model, address)
    except HandaiError as error:
        note_problem("defaults", error)
    else:
        for name, value in zip(_fields(provider_id), (kept.model, kept.base_url or ""), strict=True):
            put(name, value)  # an emptied field shows what is used instead


def _fields(provider_id: str) -> tuple[str, str]:
    return f"provider_model_{provider_id}", f"provider_address_{provider_id}"

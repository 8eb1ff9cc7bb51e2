"""Which model is meant where none is named."""

import pytest

from handai_db import Place
from handai_errors import SpecError
from providers.base import ModelInfo
from providers.specs import get_provider
from services import preferences
from services.home import open_catalogue
from services.models.model_choice import chosen_model

OLLAMA = get_provider("ollama")


def listed(*models: ModelInfo, base_url: str = "http://localhost:11434/v1") -> None:
    with open_catalogue() as catalogue:
        catalogue.models.store(Place("ollama", base_url), models, 1.0)


def test_003_5_a_run_without_a_name_takes_the_usual_model_else_the_longest_of_the_list() -> None:
    with pytest.raises(SpecError, match=r"Ollama needs a model.*handai models ollama"):
        chosen_model(OLLAMA, None)
    listed(
        ModelInfo("short", "", 2048), ModelInfo("long", "", 8192), ModelInfo("e", "", 9999, output_modalities=("x",))
    )
    assert chosen_model(OLLAMA, None) == "long"
    saved = preferences.load()
    preferences.save(saved.model_copy(update={"models": {**saved.models, "ollama": "usual"}}))
    assert chosen_model(OLLAMA, None) == "usual"
    assert chosen_model(OLLAMA, "asked") == "asked"


def test_the_list_is_that_of_the_address() -> None:
    listed(ModelInfo("here", "", 10))
    listed(ModelInfo("there", "", 10), base_url="http://127.0.0.1:9/v1")
    assert chosen_model(OLLAMA, None, "http://127.0.0.1:9/v1") == "there"

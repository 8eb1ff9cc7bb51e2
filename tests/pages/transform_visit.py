"""A visit of the Transform page: what a person does there and reads there. Runs start only when a test says so."""

from streamlit.testing.v1 import AppTest

from handai_db import RunRecord
from services.running import runs
from services.tables.datasets import samples
from tests.pages.made_runs import executed

SMALL = b"id,text\n1,Good soup\n2,Cold soup\n3,No soup\n"
INSTRUCTIONS = "Say whether the person was happy."


class Launched:
    """The runs that a page started, with the keys that they were given, and the keys that it tried; nothing happens."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str | None]] = []
        self.tried: list[str] = []

    @property
    def last(self) -> RunRecord:
        """The run that was started last."""
        return runs.get(self.started[-1][0])

    def execute(self) -> RunRecord:
        """Have the last run done, in this process."""
        return executed(self.last)


def _script() -> None:
    from pages.transform_page import render

    render()


def visit(**query: str) -> AppTest:
    """The page as a new visitor opens it, with what the address says."""
    page = AppTest.from_function(_script, default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    return ran(page)


def ran(page: AppTest) -> AppTest:
    """The page after what was done took effect."""
    page.run()
    assert not page.exception
    return page


def upload(page: AppTest, content: bytes = SMALL, name: str = "soups.csv") -> AppTest:
    """Hand a file to the page."""
    page.file_uploader(key="transform_upload").upload(name, content)
    return ran(page)


def ready(page: AppTest | None = None) -> AppTest:
    """A small table with instructions, to be answered by the demo."""
    page = upload(page or visit())
    return write(page, INSTRUCTIONS)


def write(page: AppTest, instructions: str) -> AppTest:
    """Write instructions."""
    page.text_area(key="transform_instructions").set_value(instructions)
    return ran(page)


def press(page: AppTest, key: str) -> AppTest:
    """Press a button."""
    page.button(key=key).click()
    return ran(page)


def provider(page: AppTest, name: str) -> AppTest:
    """Choose a provider."""
    page.selectbox(key="provider_select").select(name)
    return ran(page)


def said(page: AppTest) -> str:
    """Everything that the page says in words."""
    told = [f"{item.proto.title} {item.value}" for item in (*page.success, *page.info, *page.warning, *page.error)]
    return "\n".join([*(str(item.value) for item in (*page.title, *page.markdown, *page.caption)), *told])


def sample_instructions() -> set[str]:
    """What the samples propose."""
    return {sample.instructions for sample in samples()}

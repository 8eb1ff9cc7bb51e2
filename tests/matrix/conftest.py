"""One server for all cells of the matrix; each sets what it answers."""

from collections.abc import Iterator

import pytest

from tests.fake_provider import FakeProvider


@pytest.fixture(scope="package")
def running_server() -> Iterator[FakeProvider]:
    with FakeProvider(drip_s=0.02) as server:
        yield server


@pytest.fixture
def server(running_server: FakeProvider) -> FakeProvider:
    running_server.configure(canned=None, canned_left=None, faults={})
    return running_server

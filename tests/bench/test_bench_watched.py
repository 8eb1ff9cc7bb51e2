"""What a run loses beside tabs is the median of its pairs, so that one busy moment of the machine decides nothing."""

import pytest

from bench.watched import lost


def test_the_share_that_is_lost_is_that_of_the_middle_pair() -> None:
    assert lost([(100.0, 95.0), (200.0, 50.0), (100.0, 99.0)]) == pytest.approx(0.05)
    assert lost([(100.0, 110.0)]) == pytest.approx(-0.1)

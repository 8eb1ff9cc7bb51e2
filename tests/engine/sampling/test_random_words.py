"""The random words that every draw is made from, and the normal values made of them."""

from statistics import NormalDist

import numpy as np
import pytest

from engine.sampling.normal import normal_of
from engine.sampling.words import key_of, places, units, words


def test_the_words_are_philox_as_published() -> None:
    zero = np.zeros(2, np.uint64)
    known = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]  # Random123, kat_vectors
    assert words(zero, 2**256 - 1, 1).tolist() == [known]


def test_the_words_of_a_column_never_change() -> None:
    assert words(key_of(7, "plan", 0), 0, 2).tolist() == [
        [14264540834819864917, 1917875009236492366, 3404472483912681397, 13297497516103762847],
        [15294492735868092856, 17400951616396989710, 7716035526747013954, 12246989530927368633],
    ]
    assert words(key_of(-1, "plan", 2), 10**7, 1).tolist() == [
        [2778405050499258490, 4409896764601772175, 1101599257455240701, 14670338531046005584]
    ]


def test_a_row_has_the_same_words_in_any_block() -> None:
    key = key_of(1, "größe ✨", 0)
    whole = words(key, 0, 100)
    assert (words(key, 37, 20) == whole[37:57]).all()
    assert (words(key, 99, 1) == whole[99]).all()


@pytest.mark.parametrize(
    "other",
    [key_of(8, "plan", 0), key_of(7, "plan2", 0), key_of(7, "plan", 1), key_of(-7, "plan", 0), key_of(70, "plan", 0)],
    ids=["seed", "column", "redraw", "sign", "digits"],
)
def test_seed_column_and_redraw_have_words_of_their_own(other: "np.ndarray[tuple[int], np.dtype[np.uint64]]") -> None:
    one, two = units(words(key_of(7, "plan", 0), 0, 5000)[:, 0]), units(words(other, 0, 5000)[:, 0])
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.06


def test_any_whole_number_is_a_seed() -> None:
    keys = {key_of(seed, "x", 0).tobytes() for seed in (0, -1, 1, 2**64, 2**64 + 1, -(10**40))}
    assert len(keys) == 6


def test_units_stay_below_one_and_places_below_their_count() -> None:
    extreme = np.array([0, 2**64 - 1], np.uint64)
    assert units(extreme).tolist() == [0.0, 1 - 2.0**-53]
    assert places(extreme, 3).tolist() == [0, 2]
    assert places(extreme, 2**52).tolist() == [0, 2**52 - 1]


def test_normal_values_are_the_inverse_of_the_normal_distribution() -> None:
    chances = [1e-300, 1e-12, 1e-5, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.925, 0.99, 1 - 1e-9, 1 - 2**-53]
    expected = [NormalDist().inv_cdf(chance) for chance in chances]
    assert normal_of(np.array(chances)).tolist() == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_normal_values_are_finite_at_the_ends() -> None:
    assert np.isfinite(normal_of(np.array([0.0, 1.0]))).all()

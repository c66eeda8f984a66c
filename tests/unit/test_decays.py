"""Weights of the decays, pooled over the types of a brand."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.decays import (
    CENTRE_DAYS,
    COMMON_TO_CHANNELS,
    INTERPOLATION,
    LOG_HALF_LIFE,
    SHARES,
    SPREAD_OF_CENTRES,
    SPREADS_OF_KINDS,
    is_poorly_identified,
    pooled_weights,
    prior_weights,
    with_unknown_size,
)

FINE = LOG_HALF_LIFE.size
STEP = (FINE - 1) // (DECAYS.size - 1)
FLAT = np.zeros(FINE)
APART = np.arange(6)
"""Every type is its own channel."""


def peaked_at(position: int, strength: float) -> np.ndarray:
    """Log-likelihood with its peak at a decay of the grid, on the fine grid."""
    return -strength * (np.arange(FINE) / STEP - position) ** 2.0


def test_the_prior_is_a_distribution_that_rules_nothing_out() -> None:
    prior = prior_weights()

    assert prior.sum() == pytest.approx(1.0)
    assert (prior > 1e-4).all()


def test_smooth_values_are_interpolated_between_the_decays_of_the_grid() -> None:
    places = np.arange(DECAYS.size)
    fine = np.linspace(0, DECAYS.size - 1, FINE)

    assert INTERPOLATION @ (3.0 - (places - 4.3) ** 2) == pytest.approx(
        3.0 - (fine - 4.3) ** 2, abs=0.15
    )
    assert (SHARES @ DECAYS)[::STEP] == pytest.approx(DECAYS)
    assert SHARES.sum(axis=1) == pytest.approx(np.ones(FINE))


def test_flat_likelihood_leaves_the_decay_unknown() -> None:
    alone = pooled_weights(np.array([FLAT]), APART[:1]) @ SHARES
    beside = pooled_weights(np.array([FLAT, peaked_at(5, 1.0)]), APART[:2]) @ SHARES
    channel = np.array([FLAT, *[peaked_at(5, 3.0)] * 3])
    together = pooled_weights(channel, np.zeros(4, dtype=np.int64)) @ SHARES

    assert list(is_poorly_identified(alone)) == [True]
    assert list(is_poorly_identified(beside)) == [True, False]
    assert list(is_poorly_identified(together)) == [False] * 4


def test_without_data_the_weights_are_the_prior() -> None:
    assert pooled_weights(np.array([FLAT]), APART[:1])[0] == pytest.approx(prior_weights())


@pytest.mark.parametrize("channels", [np.array([0, 1]), np.array([0, 0])])
def test_constant_in_the_log_likelihood_of_a_type_changes_nothing(channels: np.ndarray) -> None:
    rows = np.array([peaked_at(3, 1.0), FLAT])
    shifted = rows + np.array([[500.0], [-80.0]])

    assert pooled_weights(shifted, channels) == pytest.approx(pooled_weights(rows, channels))


def test_uninformative_type_takes_the_half_life_of_the_others() -> None:
    weights = pooled_weights(np.array([peaked_at(6, 3.0), peaked_at(6, 3.0), FLAT]), APART[:3])

    assert abs(np.argmax(weights[2]) - 6 * STEP) <= STEP
    assert weights[2, 6 * STEP] > 2 * prior_weights()[6 * STEP]


def test_type_with_strong_data_keeps_its_half_life() -> None:
    weights = pooled_weights(np.array([peaked_at(6, 3.0)] * 5 + [peaked_at(1, 10.0)]), APART[:6])

    assert np.argmax(weights[5]) == 1 * STEP
    assert weights.sum(axis=1) == pytest.approx(np.ones(6))


def test_uninformative_type_takes_the_half_life_of_its_channel() -> None:
    slow, fast = [peaked_at(8, 5.0)] * 2, [peaked_at(1, 5.0)] * 2
    weights = pooled_weights(np.array([*slow, *fast, FLAT, FLAT]), np.array([7, 7, 3, 3, 7, 3]))

    assert weights[4] @ LOG_HALF_LIFE > LOG_HALF_LIFE[6 * STEP]
    assert weights[5] @ LOG_HALF_LIFE < LOG_HALF_LIFE[3 * STEP]


def test_differing_types_of_a_channel_do_not_decide_about_another_type() -> None:
    rows = np.array([peaked_at(8, 5.0), peaked_at(1, 5.0), FLAT])

    together = pooled_weights(rows, np.array([0, 0, 0]))[2]
    apart = pooled_weights(rows, APART[:3])[2]

    assert together @ LOG_HALF_LIFE == pytest.approx(apart @ LOG_HALF_LIFE, abs=0.3)


def test_sum_over_brands_and_channels_equals_the_integral_of_normal_distributions() -> None:
    rows = np.array([peaked_at(7, 1.5), FLAT, peaked_at(3, 0.8)])
    channels = np.array([0, 0, 1])
    rng = np.random.default_rng(5)
    draws = 400_000
    spread = rng.choice(SPREADS_OF_KINDS, draws)
    common = rng.choice(COMMON_TO_CHANNELS, draws)
    brand = rng.normal(np.log(CENTRE_DAYS), SPREAD_OF_CENTRES, draws)
    channel = brand[:, None] + rng.normal(size=(draws, 2)) * (spread * common**0.5)[:, None]
    own = rng.normal(size=(draws, 3)) * (spread * (1 - common) ** 0.5)[:, None]
    log_half_life = channel[:, channels] + own
    inside = (log_half_life > LOG_HALF_LIFE[0]) & (log_half_life < LOG_HALF_LIFE[-1])
    weight = inside.all(axis=1) * np.exp(
        sum(np.interp(log_half_life[:, k], LOG_HALF_LIFE, rows[k]) for k in range(3))
    )

    expected = weight @ log_half_life / weight.sum()
    assert pooled_weights(rows, channels) @ LOG_HALF_LIFE == pytest.approx(expected, abs=0.12)


def test_without_effects_no_decay_is_chosen_by_chance() -> None:
    chance = np.array([FLAT, FLAT, FLAT])
    chance[0, -1] = 1.5  # a t-value of 1.7, at the slowest decay only
    variance = np.tile(np.linspace(1.0, 4.0, FINE), (3, 1))

    known = with_unknown_size(chance, variance)

    assert known[0, -1] - known[0, 0] < 0.3
    assert np.ptp(known[1]) < 0.1


def test_strong_effects_keep_their_likelihood_up_to_the_room_of_a_decay() -> None:
    strong = np.tile(200.0 + peaked_at(4, 2.0), (3, 1))
    variance = np.tile(np.linspace(1.0, 4.0, FINE), (3, 1))

    known = with_unknown_size(strong, variance)

    assert abs(np.argmax(known[0]) - 4 * STEP) <= 1
    assert known[0, -1] - known[0, 4 * STEP] == pytest.approx(-50.0, abs=2.0)

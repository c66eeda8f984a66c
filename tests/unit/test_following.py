"""Followers engage and buy more while they follow, which is no effect of their engagements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chalicelib.attribution.within_user.leads import controls, take_out
from chalicelib.attribution.within_user.panel import Follows
from chalicelib.attribution.within_user.pooling import Panel
from chalicelib.attribution.within_user.regression import (
    WithinUserFit,
    fit_within_user,
    reduce_panel,
)
from tests.contract.panels import Small, make_small

FOLLOWED = 0.4
"""Conversions per day that following causes."""


def with_followers(seed: int) -> tuple[Small, Follows]:
    """Half of the people begin to follow; then they buy more, and engage four times as much."""
    rng = np.random.default_rng(seed)
    small = make_small(seed, n=400, days=60, spells=0.3, engagements=0.1)
    people = np.flatnonzero(rng.random(400) < 0.5)
    start = rng.integers(10, 50, people.size)
    follows = Follows(people, start, np.ones(people.size))
    following = follows.of(np.arange(400), 400, 60).T
    more = rng.poisson(0.3 * following[:, :, None], small.counts.shape).astype(float)
    caused = rng.poisson(FOLLOWED * following)
    stock = np.zeros_like(more[:, :, 0])
    for day in range(60):
        stock[:, day] = more[:, day, 0] + (0.5 * stock[:, day - 1] if day else 0.0)
    outcome = small.outcome + caused + rng.poisson(0.25 * stock)
    return small.change(counts=small.counts + more, outcome=outcome), follows


def fit(small: Small, follows: Follows | None) -> WithinUserFit:
    people = replace(small.people, followed=follows)
    return fit_within_user(reduce_panel(people), small.inside)


def test_following_is_no_effect_of_engagements_and_no_hidden_cause() -> None:
    """Otherwise it looks like a hidden cause, and allowing for that costs most of the precision."""
    for seed in range(3):
        small, follows = with_followers(seed)
        told, untold = fit(small, follows), fit(small, None)

        for kind, truth in enumerate(small.truth):
            error = float(np.sqrt(told.cov[kind, kind]))
            assert abs(told.delta[kind] - truth) < 3 * error
            assert error < 0.7 * np.sqrt(untold.cov[kind, kind])
        assert told.change.pooled_z < 3
        assert untold.change.pooled_z > 5


def test_the_control_takes_the_state_out_of_every_column() -> None:
    small, follows = with_followers(1)
    panel: Panel = take_out(reduce_panel(replace(small.people, followed=follows)), controls(2))
    gram = panel.projection.gram

    assert np.abs(gram[:, -2]).max() < 1e-6 * np.abs(gram[:, -1]).max()

"""The same totals in another form give the same answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.estimates import GoalEstimates, estimate_goal
from chalicelib.attribution.observations import Observations
from tests.worlds.totals import TOTALS_WORLDS, observe_totals, simulate_totals

NAMES = ("calm", "demand_led", "few_a_day", "weekly_data")
WITHIN = 0.02
"""Half-widths of the intervals by which answers may differ."""


def observe(name: str) -> Observations:
    return observe_totals(simulate_totals(TOTALS_WORLDS[name], 1))


def half_widths(estimates: GoalEstimates) -> np.ndarray:
    return np.asarray(estimates.critical * np.sqrt(np.diag(estimates.cov)))


def assert_same(found: GoalEstimates, expected: GoalEstimates, scale: np.ndarray) -> None:
    half = half_widths(expected)
    assert np.abs(found.delta * scale - expected.delta).max() < WITHIN * half.min()
    assert half_widths(found) * scale == pytest.approx(half, rel=WITHIN)
    assert found.warnings == expected.warnings


@pytest.mark.parametrize("name", NAMES)
def test_order_of_types_does_not_matter(name: str) -> None:
    observed, order = observe(name), np.array([2, 0, 3, 1])
    turned = replace(
        observed, names=tuple(observed.names[k] for k in order), counts=observed.counts[:, order]
    )

    expected, found = estimate_goal(observed), estimate_goal(turned)

    back = np.argsort(order)
    assert found.delta[back] == pytest.approx(expected.delta, rel=1e-9)
    assert half_widths(found)[back] == pytest.approx(half_widths(expected), rel=1e-9)
    assert [found.warnings[k] for k in back] == expected.warnings


@pytest.mark.parametrize("name", NAMES)
def test_scale_of_counts_does_not_matter(name: str) -> None:
    observed, scale = observe(name), np.array([10.0, 1.0, 0.25, 7.0])

    found = estimate_goal(replace(observed, counts=observed.counts * scale))

    assert_same(found, estimate_goal(observed), scale)


@pytest.mark.parametrize("name", ["calm", "demand_led"])
def test_scale_of_order_values_and_names_do_not_matter(name: str) -> None:
    observed = observe(name)
    renamed = tuple(
        f"{channel}2/{type_}" for channel, type_ in (n.split("/") for n in observed.names)
    )
    changed = replace(observed, order_value=observed.order_value * 100.0, names=renamed)

    found, expected = estimate_goal(changed), estimate_goal(observed)

    assert np.array_equal(found.delta, expected.delta)
    assert np.array_equal(found.cov, expected.cov)


@pytest.mark.parametrize("name", NAMES)
def test_rare_type_does_not_affect_the_others(name: str) -> None:
    observed = observe(name)
    junk = np.zeros((observed.outcome.size, 1))
    junk[::30] = 1.0
    more = replace(
        observed,
        names=("a/junk", *observed.names),
        counts=np.column_stack([junk, observed.counts]),
        identified=np.zeros(5),
        roles=(*observed.roles, "cause"),
    )

    found, expected = estimate_goal(more), estimate_goal(observed)

    assert found.reasons[0] == ["too_few_engagements"]
    assert np.array_equal(found.delta[1:], expected.delta)
    assert np.array_equal(found.cov[1:, 1:], expected.cov)

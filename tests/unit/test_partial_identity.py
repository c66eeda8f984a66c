"""The estimate of a panel of identified people, combined with that of the totals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.draft import Draft
from chalicelib.attribution.partial_identity import BIASED, combine, set_aside

NORMAL = float(stats.norm.ppf(0.975))


def make_draft() -> Draft:
    """Two types estimated by a panel."""
    draft = Draft.of(2)
    weights = np.full((2, DECAYS.size), 1.0 / DECAYS.size)
    draft.accept(
        np.arange(2),
        "within_user",
        np.array([0.4, 0.1]),
        np.array([[0.01, 0.004], [0.004, 0.02]]),
        weights,
        np.array([2.2, NORMAL]),
        late_share=np.array([0.3, 0.0]),
    )
    draft.warnings[0] = ["identified_only"]
    return draft


def answer_by_totals(draft: Draft, delta: float, variance: float, **over: Any) -> None:
    weights = np.eye(DECAYS.size)[[2]]
    draft.accept(
        np.array([0]),
        "time_series",
        np.array([delta]),
        np.array([[variance]]),
        weights,
        over.get("critical", NORMAL),
    )
    draft.warnings[0] = list(over.get("warnings", []))


def combined(delta: float, variance: float, **over: Any) -> Draft:
    """The first type estimated by the panel and by totals."""
    draft = make_draft()
    kept = set_aside(draft, np.array([0]))
    answer_by_totals(draft, delta, variance, **over)
    combine(draft, kept)
    return draft


OURS = 0.01 * (2.2 / NORMAL) ** 2
"""The variance of the panel's estimate that has its interval with the normal quantile."""


def test_types_set_aside_are_open_for_totals_and_lose_their_covariances() -> None:
    draft = make_draft()

    kept = set_aside(draft, np.array([0]))

    assert [(one.kind, one.delta, one.variance, one.critical) for one in kept] == [
        (0, 0.4, 0.01, 2.2)
    ]
    assert kept[0].warnings == ["identified_only"]
    assert draft.open_kinds().tolist() == [0]
    assert draft.cov[0].tolist() == [0.0, 0.0]
    assert draft.cov[1, 1] == 0.02


def test_without_an_estimate_from_totals_the_panels_is_restored_unchanged() -> None:
    draft = make_draft()

    combine(draft, set_aside(draft, np.array([0])))

    assert draft.methods == ["within_user", "within_user"]
    assert draft.delta[0] == 0.4
    assert draft.critical[0] * np.sqrt(draft.cov[0, 0]) == pytest.approx(2.2 * 0.1)
    assert draft.late_share[0].tolist() == [0.3, 0.0]
    assert draft.warnings[0] == ["identified_only"]


def test_reasons_of_the_totals_do_not_reject_a_type_of_the_panel() -> None:
    draft = make_draft()
    kept = set_aside(draft, np.array([0]))
    draft.reject(np.array([0]), "sparse_totals")

    combine(draft, kept)

    assert draft.reasons[0] == []
    assert draft.delta[0] == 0.4


def test_agreeing_estimates_are_averaged_by_precision() -> None:
    draft = combined(0.5, 0.04)

    precision = 1 / OURS + 1 / 0.04
    assert draft.delta[0] == pytest.approx((0.4 / OURS + 0.5 / 0.04) / precision)
    assert draft.cov[0, 0] == pytest.approx(1 / precision)
    assert draft.critical[0] == pytest.approx(NORMAL)


def test_the_quantile_of_the_totals_widens_their_variance() -> None:
    usual, wider = (combined(0.6, 0.04, critical=critical) for critical in (NORMAL, 3.0))

    assert wider.delta[0] < usual.delta[0]


def test_difference_beyond_chance_widens_the_interval() -> None:
    draft = combined(2.4, 0.04)

    weight = 0.04 / (OURS + 0.04)
    apart = 2.0**2 - OURS - 0.04
    assert draft.delta[0] == pytest.approx(weight * 0.4 + (1 - weight) * 2.4)
    assert draft.cov[0, 0] == pytest.approx(weight * OURS + weight * (1 - weight) * apart)


@pytest.mark.parametrize("warning", sorted(BIASED))
def test_totals_suspected_of_bias_do_not_count(warning: str) -> None:
    draft = combined(0.9, 0.0001, warnings=[warning])

    assert draft.delta[0] == 0.4
    assert draft.warnings[0] == ["identified_only"]


@pytest.mark.parametrize(("variance", "carried"), [(0.001, True), (0.1, False)])
def test_warnings_of_dominant_totals_are_carried_over(variance: float, carried: bool) -> None:
    draft = combined(0.4, variance, warnings=["decay_at_edge", "identified_only"])

    expected = ["identified_only", "decay_at_edge"] if carried else ["identified_only"]
    assert draft.warnings[0] == expected


def test_decays_are_those_of_the_panel() -> None:
    draft = combined(0.5, 0.04)

    assert draft.decay_weights[0] == pytest.approx(np.full(DECAYS.size, 1.0 / DECAYS.size))

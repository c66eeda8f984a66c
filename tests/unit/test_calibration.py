"""Estimates and experiments combined, checked by hand: agreement and contradiction."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.estimates import GoalEstimates
from chalicelib.attribution.experiments.calibration import (
    BIAS,
    BIASED,
    UNUSABLE,
    Measurement,
    calibrate,
    pool,
)
from chalicelib.attribution.experiments.measured_lift import CRITICAL
from chalicelib.attribution.sensitivity import Sensitivity


def estimates(
    delta: list[float], cov: list[list[float]], critical: float = CRITICAL
) -> GoalEstimates:
    """The model's estimates; NaN is a type that it rejected."""
    known = [not np.isnan(value) for value in delta]
    weights = np.zeros((len(delta), DECAYS.size))
    weights[known, 3] = 1.0
    return GoalEstimates(
        delta=np.array(delta),
        cov=np.array(cov),
        critical=np.array([critical if one else CRITICAL for one in known]),
        methods=["time_series" if one else None for one in known],
        reasons=[[] if one else ["no_variation"] for one in known],
        warnings=[[] for _ in known],
        sensitivities=[Sensitivity("e_value", 2.0, 1.5) if one else None for one in known],
        decay_weights=weights,
        late_share=np.zeros((len(delta), 2)),
        value_mean=50.0,
        value_variance=1.0,
        diagnostics={},
    )


ONE = estimates([0.10], [[0.0004]])
TWO = estimates([0.10, 0.20], [[0.0004, -0.0003], [-0.0003, 0.0009]])


def test_without_an_experiment_nothing_changes() -> None:
    assert calibrate(TWO, []) == (TWO, ())


def test_two_sources_of_equal_precision_are_averaged_equally() -> None:
    after, (found,) = calibrate(ONE, [Measurement(0, 0.12, 0.0004)])

    assert after.delta[0] == pytest.approx(0.11)
    assert after.cov[0, 0] == pytest.approx(0.0002)
    assert after.methods == ["experiment"]
    assert after.critical[0] == pytest.approx(1.959964)
    assert found.p_agreement == pytest.approx(stats.chi2.sf(0.02**2 / 0.0008, 1))
    assert not found.contradicted
    assert found.weight == pytest.approx(0.5)


def test_update_equals_stacked_least_squares() -> None:
    rng = np.random.default_rng(4)
    root = rng.normal(size=(4, 4))
    cov = root @ root.T / 100 + 0.01 * np.eye(4)
    delta = rng.normal(size=4) / 20
    tested, y, r = [0, 2], np.array([0.03, -0.02]), np.array([0.02, 0.05])

    after, _ = calibrate(
        estimates(delta.tolist(), cov.tolist()),
        [Measurement(k, float(v), float(w)) for k, v, w in zip(tested, y, r, strict=True)],
    )

    picks = np.eye(4)[tested]
    precision = np.linalg.inv(cov) + picks.T @ np.diag(1 / r) @ picks
    mean = np.linalg.solve(precision, np.linalg.solve(cov, delta) + picks.T @ (y / r))
    assert after.delta == pytest.approx(mean)
    assert after.cov == pytest.approx(np.linalg.inv(precision))


def test_contradiction_is_reported_and_not_averaged() -> None:
    after, (found,) = calibrate(TWO, [Measurement(0, 0.0, 0.0004)])

    assert found.contradicted
    assert found.p_agreement is not None
    assert found.p_agreement < 0.001
    assert (found.observed, found.measured, found.weight) == (0.10, 0.0, 1.0)
    assert after.delta == pytest.approx([0.0, 0.20])
    assert after.cov == pytest.approx(np.diag([0.0004, 0.0009]))
    assert after.warnings == [["experiment_contradicts_model"], []]
    assert after.sensitivities[0] is None
    assert after.sensitivities[1] is not None
    assert after.methods == ["experiment", "time_series"]


def test_difference_within_chance_is_not_a_contradiction() -> None:
    after, (found,) = calibrate(ONE, [Measurement(0, 0.10 - 2.5 * 0.0008**0.5, 0.0004)])

    assert found.p_agreement == pytest.approx(0.0124, abs=1e-4)
    assert after.warnings == [[]]


def test_contradicted_type_does_not_affect_one_that_agrees() -> None:
    before = estimates([0.10, 0.20], [[0.0004, 0.0003], [0.0003, 0.0009]])

    after, _ = calibrate(before, [Measurement(0, 0.5, 0.0004), Measurement(1, 0.22, 0.0009)])

    assert after.delta == pytest.approx([0.5, 0.21])
    assert after.cov == pytest.approx(np.diag([0.0004, 0.00045]))


def test_agreement_is_rarely_rejected_if_both_measure_the_same() -> None:
    rng = np.random.default_rng(6)
    denied, held = [], []
    for _ in range(2_000):
        model, test = rng.normal(0.1, 0.02), rng.normal(0.1, 0.01)
        after, (found,) = calibrate(estimates([model], [[0.0004]]), [Measurement(0, test, 0.0001)])
        denied.append(found.contradicted)
        held.append(abs(after.delta[0] - 0.1) <= CRITICAL * after.cov[0, 0] ** 0.5)

    assert 0.004 <= np.mean(denied) <= 0.018
    assert 0.93 <= np.mean(held) <= 0.965


def test_rejected_type_gets_the_experiments_number() -> None:
    before = estimates([np.nan, 0.20], [[0.0, 0.0], [0.0, 0.0009]])

    after, (found,) = calibrate(before, [Measurement(0, 0.05, 0.0001)])

    assert (found.observed, found.p_agreement) == (None, None)
    assert after.delta == pytest.approx([0.05, 0.20])
    assert after.cov == pytest.approx(np.diag([0.0001, 0.0009]))
    assert (after.methods, after.reasons) == (["experiment", "time_series"], [[], []])
    assert after.decay_weights[0].tolist() == [1.0] + [0.0] * (DECAYS.size - 1)


def test_untouched_types_keep_their_interval_with_the_normal_quantile() -> None:
    before = estimates([0.10, 0.20], [[0.0004, 0.0], [0.0, 0.0009]], critical=2.5)

    after, _ = calibrate(before, [Measurement(0, 0.10, 1.0)])

    assert after.critical == pytest.approx([CRITICAL, CRITICAL])
    assert after.critical[1] * after.cov[1, 1] ** 0.5 == pytest.approx(2.5 * 0.03)


def test_agreeing_experiments_are_combined_by_precision() -> None:
    mean, variance, p_value = pool([Measurement(0, 0.10, 0.0001), Measurement(0, 0.11, 0.0004)])

    assert mean == pytest.approx((0.10 * 4 + 0.11) / 5)
    assert variance == pytest.approx(1 / (1 / 0.0001 + 1 / 0.0004))
    assert p_value == pytest.approx(stats.chi2.sf(0.01**2 / 0.0005, 1))


def test_disagreeing_experiments_are_reported_and_their_mean_is_less_certain() -> None:
    apart = [Measurement(0, 0.05, 0.0001), Measurement(0, 0.25, 0.0001)]

    after, (found,) = calibrate(estimates([0.12], [[0.01]]), apart)

    assert found.experiments == 2
    assert found.p_heterogeneity is not None
    assert found.p_heterogeneity < 1e-6
    assert found.measured == pytest.approx(0.15)
    # half of the variance between, 0.0199, and the own 0.0001
    assert found.measured_variance == pytest.approx(0.01)
    assert after.warnings == [["experiments_disagree"]]


# --- models with warnings that mean bias ------------------------------------------------------


def flagged(before: GoalEstimates, *warnings: str) -> GoalEstimates:
    """The same estimates with warnings for the first type."""
    return replace(before, warnings=[list(warnings), *before.warnings[1:]])


def test_bias_equals_the_published_comparison() -> None:
    errors = np.abs(np.random.default_rng(1).normal(0.0, BIAS, 200_000))

    assert np.median(errors) == pytest.approx(1.15, rel=0.01)


@pytest.mark.parametrize("warning", sorted(BIASED))
def test_flagged_model_is_combined_with_the_variance_of_a_bias(warning: str) -> None:
    after, (found,) = calibrate(flagged(ONE, warning), [Measurement(0, 0.08, 0.0004)])

    bias = (BIAS * 0.10) ** 2
    assert found.bias_variance == pytest.approx(bias)
    assert found.weight == pytest.approx((0.0004 + bias) / (0.0008 + bias))
    assert after.delta[0] == pytest.approx(0.10 - 0.02 * found.weight)
    assert after.cov[0, 0] == pytest.approx(0.0004 * found.weight)
    assert not found.alone


def test_bias_is_proportional_to_the_larger_of_the_two_effects() -> None:
    before = flagged(estimates([0.01], [[0.0004]]), "intent_confounding_suspected")

    _, (found,) = calibrate(before, [Measurement(0, -0.04, 0.0004)])

    assert found.bias_variance == pytest.approx((BIAS * 0.04) ** 2)


@pytest.mark.parametrize("warning", sorted(UNUSABLE))
def test_model_rejected_by_its_data_is_not_combined(warning: str) -> None:
    after, (found,) = calibrate(flagged(TWO, warning), [Measurement(0, 0.11, 0.0004)])

    assert found.alone
    assert not found.contradicted
    assert (found.bias_variance, found.weight) == (math.inf, 1.0)
    assert after.delta == pytest.approx([0.11, 0.20])
    assert after.cov == pytest.approx(np.diag([0.0004, 0.0009]))
    assert after.warnings == [["model_flagged_not_combined"], []]
    assert after.sensitivities[0] is None


@pytest.mark.parametrize("warning", ["autocorrelated_residuals", "shocks_removed", "weak_overlap"])
def test_warning_without_bias_changes_nothing(warning: str) -> None:
    plain, _ = calibrate(ONE, [Measurement(0, 0.12, 0.0004)])
    after, (found,) = calibrate(flagged(ONE, warning), [Measurement(0, 0.12, 0.0004)])

    assert (after.delta[0], after.cov[0, 0]) == (plain.delta[0], plain.cov[0, 0])
    assert found.bias_variance == 0.0
    assert after.warnings == [[warning]]


def test_experiment_with_nearly_all_of_the_weight_settles_warnings_of_bias() -> None:
    warnings = ("intent_confounding_suspected", "decay_unknown", "shocks_removed")
    before = flagged(ONE, *warnings)

    precise, (much,) = calibrate(before, [Measurement(0, 0.11, 0.005)])
    vague, (little,) = calibrate(before, [Measurement(0, 0.11, 0.03)])

    assert little.weight < 0.8 <= much.weight
    assert precise.warnings == [["decay_unknown", "shocks_removed"]]
    assert vague.warnings == [list(warnings)]


def test_contradiction_settles_warnings_of_bias_too() -> None:
    before = flagged(estimates([0.50], [[0.0004]]), "follows_demand")

    after, _ = calibrate(before, [Measurement(0, 0.0, 0.0004)])

    assert after.warnings == [["experiment_contradicts_model"]]


def test_flagged_type_moves_the_others_less() -> None:
    measured = [Measurement(0, 0.12, 0.0004)]

    plain, _ = calibrate(TWO, measured)
    after, _ = calibrate(flagged(TWO, "follows_demand"), measured)

    assert 0 < 0.20 - after.delta[1] < 0.1 * (0.20 - plain.delta[1])
    assert (np.linalg.eigvalsh(after.cov) > 0).all()


@pytest.mark.parametrize("bias", [-0.5, 0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("error", [0.25, 0.5, 1.0])
def test_flagged_model_with_a_bias_does_not_outweigh_the_experiment(
    bias: float, error: float
) -> None:
    rng = np.random.default_rng(9)
    held, widths = [], []
    for _ in range(1_500):
        model, test = rng.normal(1.0 + bias, 0.1), rng.normal(1.0, error)
        before = flagged(estimates([model], [[0.01]]), "intent_confounding_suspected")
        after, _ = calibrate(before, [Measurement(0, test, error**2)])
        width = after.cov[0, 0] ** 0.5
        held.append(abs(after.delta[0] - 1.0) <= CRITICAL * width)
        widths.append(width / error)

    assert np.mean(held) >= 0.93
    assert max(widths) <= 1.0
    assert np.mean(widths) > 0.75

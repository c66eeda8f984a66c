"""E-values and robustness values against the papers' examples, to the printed digits."""

from __future__ import annotations

import math

import pytest

from chalicelib.attribution.sensitivity import (
    Sensitivity,
    e_value,
    robustness_value,
    sensitivity_time_series,
    sensitivity_within_user,
)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(3.9, 7.26), (1.8, 3.0), (0.80, 1.81), (0.91, 1.43), (1.0, 1.0)],
    ids=["formula feeding", "its lower end", "leukaemia", "its upper end", "nothing"],
)
def test_e_values_are_those_of_vanderweele_and_ding(ratio: float, expected: float) -> None:
    assert e_value(ratio) == pytest.approx(expected, abs=0.005)


def test_robustness_values_are_those_of_cinelli_and_hazletts_darfur_example() -> None:
    t_value, dof, critical = 4.1844, 783, 1.963

    assert robustness_value(t_value, dof) == pytest.approx(0.139, abs=0.0005)
    assert robustness_value(t_value, dof, critical=critical) == pytest.approx(0.076, abs=0.0005)
    assert robustness_value(-t_value, dof) == robustness_value(t_value, dof)


def test_half_of_an_estimate_needs_a_weaker_hidden_cause() -> None:
    whole, half = (robustness_value(4.2, 783, q=q) for q in (1.0, 0.5))

    assert half == pytest.approx(robustness_value(2.1, 783))
    assert half < whole


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_hidden_cause_as_strong_as_the_robustness_value_explains_everything(share: float) -> None:
    # bias over estimate: sqrt(R2_y R2_d / (1 - R2_d)) / f, equation 12, at equal shares
    f = share / math.sqrt(1 - share)

    assert robustness_value(f * math.sqrt(50), 50) == pytest.approx(share)


def test_with_few_degrees_of_freedom_the_treatments_share_decides() -> None:
    dof, critical = 7, 2.4469
    f, f_critical = (1 / 0.3) / math.sqrt(dof), critical / math.sqrt(dof - 1)

    value = robustness_value(1 / 0.3, dof, critical=critical)

    assert f * f_critical > 1
    assert value == pytest.approx((f**2 - f_critical**2) / (1 + f**2))


def test_daily_totals_have_shares_and_zero_if_the_interval_includes_zero() -> None:
    clear, open_ = (sensitivity_time_series(t, 160, 1.975) for t in (-5.0, 1.5))

    assert clear.measure == open_.measure == "robustness_value"
    assert 0 < clear.value_ci < clear.value < 1
    assert open_.value > 0
    assert open_.value_ci == 0.0


def test_people_have_ratios_of_the_strongest_day_to_an_ordinary_one() -> None:
    found = sensitivity_within_user(0.02, 0.005, 2.0, 0.004, 0.002)

    assert found == Sensitivity("e_value", e_value(3.0), e_value(2.0))


def test_harmful_engagement_uses_the_upper_end_of_its_interval() -> None:
    found = sensitivity_within_user(-0.02, 0.005, 2.0, -0.001, 0.002)

    assert found == Sensitivity("e_value", e_value(0.5), e_value(0.75))


@pytest.mark.parametrize(("delta", "added"), [(0.01, 0.002), (-0.01, -0.0004), (0.0, 0.0)])
def test_interval_that_includes_zero_needs_no_hidden_cause(delta: float, added: float) -> None:
    found = sensitivity_within_user(delta, 0.008, 2.0, added, 0.002)

    assert found is not None
    assert found.value_ci == 1.0
    assert found.value >= 1.0


@pytest.mark.parametrize(("added", "baseline"), [(0.002, 0.0), (-0.002, 0.002), (-0.1, 0.01)])
def test_without_a_ratio_of_rates_there_is_no_sensitivity(added: float, baseline: float) -> None:
    assert sensitivity_within_user(added, 0.0001, 2.0, added, baseline) is None

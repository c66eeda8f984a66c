"""The strength of a hidden cause that would explain an effect.

No observational estimate is safe from an unrecorded cause: people who want to buy anyway
look, like and click. These measures quantify how strong such a cause would have to be.

There are two scales, one per method. *Panels of people* use the E-value, a ratio of rates that
compares the effect with the usual rate of the same people. A robustness value would be unreadable
there: it rests on t / sqrt(degrees of freedom). Nearly all of a million person-days have
neither an engagement nor a conversion, so even the clearest effect explains a ten-thousandth of the
variance. *Daily totals* use the robustness value: a share of the day-to-day variation is meaningful
to people who look at charts of it, and there is no person who could be "times as likely".

Pure standard library; references: the examples printed in the two papers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Measure = Literal["e_value", "robustness_value"]
E_VALUE: Measure = "e_value"
ROBUSTNESS_VALUE: Measure = "robustness_value"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The properties of a hidden cause that would explain an effect."""

    measure: Measure
    """``e_value`` (a ratio, at least 1) or ``robustness_value`` (a share, 0 to 1)."""
    value: float
    """The strength, for the engagement and for the outcome alike, at which a hidden cause could
    explain the whole estimate.
    """
    value_ci: float
    """The strength at which it could extend the interval to zero; the lowest possible one (1 for a
    ratio, 0 for a share) if the interval already includes zero.
    """


def sensitivity_within_user(
    delta: float,
    standard_error: float,
    critical: float,
    exposed_rate_added: float,
    baseline_rate: float,
) -> Sensitivity | None:
    """E-value of an effect from a panel of people.

    The rate ratio compares the day on which an engagement acts most strongly with an ordinary day
    of the same people. Conversions are rare per person-day, so ratios of rates, odds and
    risks are the same for this purpose.

    The result is None if there is no ratio of rates: the baseline rate is zero, or the negative
    effect exceeds it.

    Parameters
    ----------
    delta, standard_error, critical : float
        Conversions per engagement, its standard error, and the two-sided quantile.
    exposed_rate_added : float
        Conversions per person-day that an engagement adds on its strongest day, with the sign of
        `delta`. Its interval is that of `delta` on another scale.
    baseline_rate : float
        Conversions per person-day, on an ordinary day, of the people who engage.
    """
    if baseline_rate <= 0 or baseline_rate + exposed_rate_added <= 0:
        return None
    certain = abs(delta) - critical * standard_error
    nearest = 1.0
    if certain > 0:
        nearest = 1.0 + exposed_rate_added * (certain / abs(delta)) / baseline_rate
    return Sensitivity(E_VALUE, e_value(1.0 + exposed_rate_added / baseline_rate), e_value(nearest))


def sensitivity_time_series(t_value: float, dof: float, critical: float) -> Sensitivity:
    """Robustness values of a coefficient from daily totals.

    They are shares of the day-to-day variation that the model's level and season leave in the
    engagements and in the conversions.

    Parameters
    ----------
    t_value : float
        Estimate over standard error.
    dof : float
        Residual degrees of freedom, above 1.
    critical : float
        Two-sided quantile.
    """
    return Sensitivity(
        ROBUSTNESS_VALUE,
        robustness_value(t_value, dof),
        robustness_value(t_value, dof, critical=critical),
    )


def e_value(rate_ratio: float) -> float:
    """E-value of a ratio of rates (VanderWeele, Ding 2017, Annals of Internal Medicine 167).

    The smallest ratio between a hidden cause and the exposure, and between the cause and the
    outcome, that could produce a ratio of `rate_ratio` without any effect. Ratios below one are
    inverted.

    `rate_ratio`: above 0.
    """
    ratio = max(rate_ratio, 1.0 / rate_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1.0))


def robustness_value(t_value: float, dof: float, *, q: float = 1.0, critical: float = 0.0) -> float:
    """Robustness value RV_q, or RV_{q, alpha} with a quantile (Cinelli, Hazlett 2020, JRSS B 82).

    The share of the residual variance that a hidden cause must explain, of the treatment and of the
    outcome alike, to remove the share `q` of the estimate (with `critical`: to make the rest
    not significant). If the estimate is so large with so few degrees of freedom that the
    outcome's share can be smaller than the treatment's, the latter alone decides (the authors'
    package `sensemakr`, ``robustness_value``).

    It is in [0, 1]; 0 if the estimate is not significant in the first place.

    Parameters
    ----------
    t_value : float
        Estimate over standard error, of either sign.
    dof : float
        Residual degrees of freedom, above 1.
    q : float
        Share of the estimate, 1: all of it.
    critical : float
        Two-sided quantile at ``dof - 1`` degrees of freedom; 0: the estimate itself.
    """
    f = q * abs(t_value) / math.sqrt(dof)
    f_critical = critical / math.sqrt(dof - 1.0)
    f_left = f - f_critical
    if f_left <= 0:
        return 0.0
    if f * f_critical > 1.0:
        return (f**2 - f_critical**2) / (1.0 + f**2)
    return (math.sqrt(f_left**4 + 4.0 * f_left**2) - f_left**2) / 2.0

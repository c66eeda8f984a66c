"""How strong a hidden cause would have to be to explain an effect away.

No observational estimate is safe from a cause that nobody recorded (people who want to buy anyway
look, like and click).  What can be said is how strong such a cause would have to be.

Two scales, one per method.  *Panels of people* take the E-value: a ratio of rates, which depends on
the size of the effect next to what people do anyway.  The robustness value would be unreadable
there: it rests on t / sqrt(degrees of freedom), and over a million person-days, of which nearly all
hold neither an engagement nor a conversion, the clearest effect explains a ten-thousandth of the
variance.  *Daily totals* take the robustness value: their unit is the day, a share of the
day-to-day movements means something to those who look at charts of them, and there is nobody of
whom one could say that he is "times as likely".

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
    """What a hidden cause would have to be like.

    Attributes
    ----------
    measure : str
        ``e_value`` (a ratio, at least 1) or ``robustness_value`` (a share, 0 to 1).
    value : float
        The strength, towards the engagement and towards the outcome alike, from which on a hidden
        cause could make the whole estimate.
    value_ci : float
        The strength from which on it could bring the interval to zero; the least possible one
        (1 for a ratio, 0 for a share) where the interval holds zero as it is.
    """

    measure: Measure
    value: float
    value_ci: float


def sensitivity_within_user(
    delta: float,
    standard_error: float,
    critical: float,
    exposed_rate_added: float,
    baseline_rate: float,
) -> Sensitivity | None:
    """E-value of an effect from a panel of people.

    The rate ratio is that of a day on which an engagement works at its strongest to an ordinary day
    of the same people.  Conversions are rare per person-day, so that ratios of rates, odds and
    risks are the same for this purpose.

    Parameters
    ----------
    delta, standard_error, critical : float
        Conversions per engagement, its standard error, and the two-sided quantile.
    exposed_rate_added : float
        Conversions per person-day that an engagement adds on its strongest day; of the sign of
        `delta`.  Its interval is that of `delta` on another scale.
    baseline_rate : float
        Conversions per person-day, on an ordinary day, of the people who engage.

    Returns
    -------
    Sensitivity or None
        None where there is no ratio of rates: nobody buys on an ordinary day, or the engagement
        would take away more than there is.
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

    The shares are of what the model's own level and season leave of the engagements and of the
    conversions from day to day.

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

    The least ratio by which a hidden cause must go with the exposure and with the outcome, each, to
    make a ratio of `rate_ratio` out of nothing; ratios below one are turned over.

    Parameters
    ----------
    rate_ratio : float
        Above 0.
    """
    ratio = max(rate_ratio, 1.0 / rate_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1.0))


def robustness_value(t_value: float, dof: float, *, q: float = 1.0, critical: float = 0.0) -> float:
    """Robustness value RV_q, or RV_{q, alpha} with a quantile (Cinelli, Hazlett 2020, JRSS B 82).

    The share of the residual variance that a hidden cause must explain, of the treatment and of the
    outcome alike, to take away the share `q` of the estimate (with `critical`: to make what is left
    not significant).  Where the estimate is so large against so few degrees of freedom that the
    outcome's share need not be as large as the treatment's, the latter alone decides (the authors'
    package `sensemakr`, ``robustness_value``).

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

    Returns
    -------
    float
        In [0, 1]; 0 where the estimate is not significant to begin with.
    """
    f = q * abs(t_value) / math.sqrt(dof)
    f_critical = critical / math.sqrt(dof - 1.0)
    f_left = f - f_critical
    if f_left <= 0:
        return 0.0
    if f * f_critical > 1.0:
        return (f**2 - f_critical**2) / (1.0 + f**2)
    return (math.sqrt(f_left**4 + 4.0 * f_left**2) - f_left**2) / 2.0


def partial_r2(t_value: float, dof: float) -> float:
    """Share of the outcome's residual variance that the treatment explains (Cinelli, Hazlett)."""
    return t_value**2 / (t_value**2 + dof)

"""What a follower and a page are worth, from the stored form of an estimate.

Any horizon and any size can be asked. Pure standard library, so that the API can use it without
loading numpy. Money is in the currency of the mean order value.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.attribution.audience.audience_document import Document
from chalicelib.attribution.ratio import RatioInterval, fieller

Verdict = Literal["adds_value", "costs_sales", "nothing_shown", "at_most", "not_estimable"]

MONTH_DAYS = 30.0
MOST_PAGE_DAYS = 90
"""The rate at which today's followers leave holds for this long."""
DOUBTFUL = frozenset({"placebo_failed"})
"""Warnings under which a verdict for or against following is not given."""


@dataclass(frozen=True, slots=True)
class Worth:
    """A number with its standard error and its 95 % interval."""

    estimate: float
    error: float
    low: float
    high: float


def verdict_of(document: Document) -> Verdict:
    """The verdict on following.

    The interval decides; `low` and `high` contain the allowance for a possible bias.
    """
    if document["method"] == "ceiling":
        return "at_most"
    effect = document["effect"]
    if effect is None:
        return "not_estimable"
    if DOUBTFUL.intersection(document["warnings"]):
        return "nothing_shown"
    if effect["low"] > 0:
        return "adds_value"
    return "costs_sales" if effect["high"] < 0 else "nothing_shown"


def warnings_of(document: Document, horizon_days: float) -> list[str]:
    """Warnings about the values of a follower within a horizon, and of the page."""
    warnings = list(document["warnings"])
    if document["effect"] is not None:
        warnings.append("earlier_followers_assumed_alike")
    if is_extrapolated(document, horizon_days):
        warnings.append("extrapolated_lifetime")
    return warnings


def days_followed(document: Document, horizon_days: float) -> Worth | None:
    """Days that a new follower follows within a horizon; None if unknown.

    The interval is symmetric on the scale of the log odds of the missing days, which follow the
    rate of unfollows: few unfollows late in the history make the days' own scale skewed.
    """
    days = _days(document, horizon_days)
    if days is None:
        return None
    error = math.sqrt(_variance(days[1:]))
    if not all(0.0 < one < horizon_days for one in days):
        return _worth(days[0], error**2, document["critical"])
    odds = [math.log(horizon_days / one - 1.0) for one in days]
    reach = document["critical"] * math.sqrt(_variance(odds[1:]))
    low, high = (horizon_days / (1.0 + math.exp(odds[0] + side * reach)) for side in (1.0, -1.0))
    return Worth(days[0], error, low, high)


def is_extrapolated(document: Document, horizon_days: float) -> bool:
    """Whether a horizon exceeds the days over which follows were observed."""
    lifetime = document["lifetime"]
    return lifetime is not None and horizon_days > lifetime["seen_days"]


def follower_conversions(document: Document, horizon_days: float) -> Worth | None:
    """Conversions that a new follower brings within a horizon."""
    return _follower(document, horizon_days, 1.0, 0.0)


def follower_value(
    document: Document, horizon_days: float, order_value: float, order_variance: float
) -> Worth | None:
    """Value of a new follower within a horizon.

    Parameters
    ----------
    order_value, order_variance : float
        Mean value of a conversion, and the variance of that mean.
    """
    return _follower(document, horizon_days, order_value, order_variance)


def through_value(
    document: Document, horizon_days: float, order_value: float, order_variance: float
) -> Worth | None:
    """The part of a new follower's value that comes through recorded engagements."""
    days = _days(document, horizon_days)
    through = document["through"]
    if days is None or through is None or not _is_usable(order_value, order_variance):
        return None
    rate = through["estimate"]
    products = [r * d for r, d in zip(document["through_replicates"], days[1:], strict=True)]
    conversions = rate * days[0]
    variance = _variance(products) + document["through_fit_variance"] * days[0] ** 2
    return _in_money(conversions, variance, (0.0, 0.0), order_value, order_variance, document)


def page_value_per_30_days(
    document: Document, size: float, order_value: float, order_variance: float
) -> Worth | None:
    """Value per 30 days of a page with a number of followers."""
    return _page(document, size * MONTH_DAYS, 0.0, order_value, order_variance)


def page_value(
    document: Document,
    size: float,
    order_value: float,
    order_variance: float,
    horizon_days: float = MOST_PAGE_DAYS,
) -> Worth | None:
    """Value of today's followers of a page within a horizon of at most 90 days.

    Raises
    ------
    ValueError
        If the horizon is longer: the rate at which they leave is not known for so long.
    """
    stay = days_of_todays_followers(document, horizon_days)
    if stay is None:
        return None
    days, error = stay.estimate, stay.error
    return _page(document, size * days, (size * error) ** 2, order_value, order_variance)


def days_of_todays_followers(
    document: Document, horizon_days: float = MOST_PAGE_DAYS
) -> Worth | None:
    """Days that an average follower of today follows within the next days, at most 90.

    Raises
    ------
    ValueError
        If the horizon is longer.
    """
    if not 0 < horizon_days <= MOST_PAGE_DAYS:
        raise ValueError(f"the horizon must be above 0 and at most {MOST_PAGE_DAYS} days")
    unfollows, follower_days = document["unfollows"], document["follower_days"]
    if unfollows is None or not follower_days:
        return None
    hazard = min(unfollows / follower_days, 1.0)
    error = math.sqrt(max(unfollows, 1.0)) / follower_days
    step = max(1e-3 * error, 1e-9)
    slope = (_exponential(hazard + step, horizon_days) - _exponential(hazard, horizon_days)) / step
    return _worth(_exponential(hazard, horizon_days), (slope * error) ** 2, document["critical"])


def page_ceiling_per_30_days(document: Document, size: float, order_value: float) -> float | None:
    """Upper limit of a page's value per 30 days through engagements (upper end of its interval)."""
    ceiling = document["ceiling"]
    if ceiling is None or not order_value > 0:
        return None
    return float(max(ceiling["high"], 0.0) * size * MONTH_DAYS * order_value)


def in_paid_clicks(
    document: Document, horizon_days: float, click: float, click_variance: float
) -> RatioInterval | None:
    """How many paid clicks a new follower is worth (Fieller 1954).

    Both are counted in conversions. The mean order value, common to both, and its error cancel.

    Parameters
    ----------
    click, click_variance : float
        Conversions per paid click, and their variance.
    """
    days, effect = _days(document, horizon_days), document["effect"]
    if days is None or effect is None:
        return None
    products = [r * d for r, d in zip(document["effect_replicates"], days[1:], strict=True)]
    conversions, variance = effect["estimate"] * days[0], _variance(products)
    critical = document["critical"]
    down, up = (bias * days[0] for bias in document["bias"])
    middle = fieller(conversions, click, variance, click_variance, 0.0, critical)
    if not (down or up) or middle.shape != "bounded":
        return middle
    lower = fieller(conversions - down, click, variance, click_variance, 0.0, critical)
    upper = fieller(conversions + up, click, variance, click_variance, 0.0, critical)
    ends = [one for part in (lower, upper) for one in (part.low, part.high) if one is not None]
    return RatioInterval(middle.estimate, min(ends), max(ends), "bounded")


def _follower(
    document: Document, horizon_days: float, order_value: float, order_variance: float
) -> Worth | None:
    days, effect = _days(document, horizon_days), document["effect"]
    if days is None or effect is None or not _is_usable(order_value, order_variance):
        return None
    products = [r * d for r, d in zip(document["effect_replicates"], days[1:], strict=True)]
    bias = (document["bias"][0] * days[0], document["bias"][1] * days[0])
    return _in_money(
        effect["estimate"] * days[0],
        _variance(products),
        bias,
        order_value,
        order_variance,
        document,
    )


def _page(
    document: Document,
    follower_days: float,
    days_variance: float,
    order_value: float,
    order_variance: float,
) -> Worth | None:
    effect = document["effect"]
    if effect is None or not _is_usable(order_value, order_variance) or follower_days < 0:
        return None
    rate = effect["estimate"]
    variance = (effect["error"] * follower_days) ** 2 + rate**2 * days_variance
    bias = (document["bias"][0] * follower_days, document["bias"][1] * follower_days)
    whole = _in_money(rate * follower_days, variance, bias, order_value, order_variance, document)
    known = 1.0 - (document["audience"]["without_history"] or 0.0)
    # nothing is known about followers without a history: they may bring nothing
    low = whole.low * known if whole.low > 0 else whole.low
    return Worth(whole.estimate, whole.error, low, whole.high)


def _in_money(
    conversions: float,
    variance: float,
    bias: tuple[float, float],
    order_value: float,
    order_variance: float,
    document: Document,
) -> Worth:
    """Conversions times the mean order value, by the delta method for independent factors."""
    money = variance * order_value**2 + conversions**2 * order_variance
    worth = _worth(conversions * order_value, money, document["critical"])
    low, high = worth.low - bias[0] * order_value, worth.high + bias[1] * order_value
    return Worth(worth.estimate, worth.error, low, high)


def _is_usable(order_value: float, order_variance: float) -> bool:
    """Whether there is a mean order value (reason ``no_value`` otherwise)."""
    return math.isfinite(order_value) and order_value > 0 and order_variance >= 0


def _days(document: Document, horizon_days: float) -> list[float] | None:
    """Days followed within a horizon: the estimate, then the replicates."""
    lifetime = document["lifetime"]
    if lifetime is None or not horizon_days > 0:
        return None
    seen = lifetime["seen_days"]
    days = []
    for passed, survival, hazard in zip(
        lifetime["passed"], lifetime["survival"], lifetime["hazard"], strict=True
    ):
        if horizon_days <= seen:
            days.append(_interpolate(lifetime["grid"], passed, horizon_days))
        else:
            days.append(passed[-1] + survival * _exponential(hazard, horizon_days - seen))
    return days


def _interpolate(grid: Sequence[int], passed: Sequence[float], horizon_days: float) -> float:
    """Value between two points of the grid, from 0 to its last point."""
    place = min(bisect_right(grid, horizon_days), len(grid) - 1) - 1
    share = (horizon_days - grid[place]) / (grid[place + 1] - grid[place])
    return passed[place] + share * (passed[place + 1] - passed[place])


def _exponential(hazard: float, days: float) -> float:
    """Days followed within a time at a constant rate of unfollows per day."""
    return -math.expm1(-hazard * days) / hazard if hazard > 1e-12 else days


def _variance(replicates: Sequence[float]) -> float:
    """Variance by the jackknife over G groups."""
    groups = len(replicates)
    mean = sum(replicates) / groups
    return (groups - 1) / groups * sum((one - mean) ** 2 for one in replicates)


def _worth(estimate: float, variance: float, critical: float) -> Worth:
    error = math.sqrt(max(variance, 0.0))
    return Worth(estimate, error, estimate - critical * error, estimate + critical * error)

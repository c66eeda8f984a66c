"""The classical models' division of the conversions of one goal, stored in the fit for comparison.

The credit of rules (first, last, linear, position, time decay) adds up over days of conversion,
so it is stored per day. Markov chains and Shapley values use all journeys at once and are stored
for the window as a whole. None of these models measures what engagements caused.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.services.fitting.event_columns import ANONYMOUS, NOT_FOLLOWED, OrderSums
from chalicelib.services.fitting.fit_documents import ClassicalDocument, WholeCredit

if TYPE_CHECKING:
    from chalicelib.attribution.paths.journeys import Paths

RULES = ("first", "last", "linear", "position", "time_decay")
"""Models whose credit is stored per day of conversion."""
ORDERS = {"markov": 1, "markov_2": 2, "markov_3": 3, "markov_4": 4}
"""Markov chains by their order: the number of previous engagements in a state."""
MODELS = (*RULES, *ORDERS, "shapley")

LOOKBACK_DAYS = 30
"""Longest time in days between an engagement and a conversion on whose path it is."""
MAX_STATES = 50_000
"""A chain that could have more states (types to the power of its order) is not fitted."""
MAX_PERMUTATIONS, MIN_PERMUTATIONS, PERMUTED_ENGAGEMENTS = 200, 20, 40_000_000
"""Target for the number of permuted engagements, and bounds for the number of permutations."""
EPOCH = dt.date(1970, 1, 1).toordinal()


class EngagementColumns(Protocol):
    """Engagements in columns: day (ordinal), time (days since 1970 in UTC), type, person (-1:
    anonymous), count.
    """

    day: array[int]
    time: array[float]
    kind: array[int]
    person: array[int]
    count: array[float]


class ConversionColumns(Protocol):
    """Conversions of a goal in columns, as for engagements but without types.

    A count of 0 is a refund. Conversions that are not in the columns are sums by day and person
    status.
    """

    day: array[int]
    time: array[float]
    person: array[int]
    count: array[float]
    apart: dict[tuple[int, int], OrderSums]


def credit_goal(
    engagements: EngagementColumns,
    conversions: ConversionColumns,
    *,
    n_kinds: int,
    start: dt.date,
    n_days: int,
) -> ClassicalDocument:
    """Compute every model's credit for one goal.

    If the fit follows only a sample of people, credits are divided by the sample's share of the
    identified conversions, so they add up to no more than the actual conversions.

    Only events in the window count. Refunds are not conversions and do not cancel any.
    """
    import numpy as np

    from chalicelib.attribution.paths.journeys import build_paths

    first = start.toordinal()
    who = np.frombuffer(engagements.person, dtype=np.int64)
    day = np.frombuffer(engagements.day, dtype=np.int64) - first
    touched = np.flatnonzero((who >= 0) & (day >= 0) & (day < n_days))
    buyer = np.frombuffer(conversions.person, dtype=np.int64)
    number = np.frombuffer(conversions.count, dtype=np.float64)
    bought_on = np.frombuffer(conversions.day, dtype=np.int64) - first
    inside = (bought_on >= 0) & (bought_on < n_days) & (number > 0)
    known = np.flatnonzero(inside & (buyer >= 0))
    is_anonymous = np.flatnonzero(inside & (buyer == ANONYMOUS))
    paths = build_paths(
        who[touched],
        np.frombuffer(engagements.time, dtype=np.float64)[touched],
        np.frombuffer(engagements.kind, dtype=np.int64)[touched],
        buyer[known],
        np.frombuffer(conversions.time, dtype=np.float64)[known],
        number[known],
        np.zeros(known.size),  # credit uses the mean order value, as our estimates do
        n_kinds=n_kinds,
        lookback_days=LOOKBACK_DAYS,
    )
    ended_on = np.nan_to_num(np.floor(paths.ended) + (EPOCH - first)).astype(np.int64)
    credited = np.bincount(ended_on, paths.converted, minlength=n_days)
    identified = np.bincount(bought_on[known], number[known], minlength=n_days)
    anonymous = np.bincount(bought_on[is_anonymous], number[is_anonymous], minlength=n_days)
    elsewhere = np.zeros(n_days)
    for (on, whose), sums in conversions.apart.items():
        if 0 <= on - first < n_days:
            (elsewhere if whose == NOT_FOLLOWED else anonymous)[on - first] += sums.count
    known_to_all = float(identified.sum() + elsewhere.sum())
    followed = float(identified.sum()) / known_to_all if identified.any() else 1.0
    return {
        "lookback_days": LOOKBACK_DAYS,
        "daily": _by_day(paths, ended_on, n_days, followed),
        "whole": _of_the_window(paths, followed),
        "anonymous": [int(n) for n in anonymous],
        "untouched": [round(n) for n in (identified - credited) / followed],
    }


def count_anonymous(
    engagements: EngagementColumns,
    *,
    n_kinds: int,
    start: dt.date,
    n_days: int,
    apart: Mapping[tuple[int, int, int], float] | None = None,
) -> list[list[int]]:
    """Count engagements without a person, which are on no path, per type and day of the window.

    `apart`: counts of engagements that are not in the columns, by type, day and person status.
    """
    import numpy as np

    day = np.frombuffer(engagements.day, dtype=np.int64) - start.toordinal()
    is_anonymous = np.frombuffer(engagements.person, dtype=np.int64) == ANONYMOUS
    counted = np.flatnonzero(is_anonymous & (day >= 0) & (day < n_days))
    kind = np.frombuffer(engagements.kind, dtype=np.int64)[counted]
    number = np.frombuffer(engagements.count, dtype=np.float64)[counted]
    daily = np.bincount(kind * n_days + day[counted], number, minlength=n_kinds * n_days)
    daily = daily.reshape(n_kinds, n_days)
    for (one, on, who), times in (apart or {}).items():
        if who == ANONYMOUS and 0 <= on - start.toordinal() < n_days:
            daily[one, on - start.toordinal()] += times
    return [[int(n) for n in row] for row in daily]


def _by_day(
    paths: Paths, ended_on: Any, n_days: int, followed: float
) -> dict[str, list[list[float]]]:
    """Conversions by rule, type and day: each pair of a type and a day is credited like a type."""
    import numpy as np

    from chalicelib.attribution.paths import rules as credit

    dated = replace(
        paths,
        kind=paths.kind * n_days + np.repeat(ended_on, paths.length),
        n_kinds=paths.n_kinds * n_days,
    )
    rules = {
        "first": credit.credit_first,
        "last": credit.credit_last,
        "linear": credit.credit_linear,
        "position": credit.credit_position,
        "time_decay": credit.credit_time_decay,
    }
    daily = {}
    for name in RULES:
        rows = rules[name](dated).conversions.reshape(paths.n_kinds, n_days) / followed
        daily[name] = [np.round(row, 6).tolist() if row.any() else [] for row in rows]
    return daily


def _of_the_window(paths: Paths, followed: float) -> dict[str, WholeCredit | None]:
    """Conversions by type under the models that need all journeys at once."""
    import numpy as np

    from chalicelib.attribution.paths.markov import credit_markov
    from chalicelib.attribution.paths.shapley import credit_shapley

    kinds_on_paths = np.unique(paths.kind).size
    whole: dict[str, WholeCredit | None] = {}
    for name, order in ORDERS.items():
        if kinds_on_paths**order > MAX_STATES:
            whole[name] = None
        else:
            whole[name] = {
                "conversions": _rounded(credit_markov(paths, order=order).conversions / followed)
            }
    affordable = PERMUTED_ENGAGEMENTS // max(paths.kind.size, 1)
    permutations = max(MIN_PERMUTATIONS, min(MAX_PERMUTATIONS, affordable))
    credit = credit_shapley(paths, permutations=permutations)
    errors = credit.standard_errors
    whole["shapley"] = {
        "conversions": _rounded(credit.conversions / followed),
        "sampling_error": None if errors is None else _rounded(errors / followed),
    }
    return whole


def _rounded(numbers: Any) -> list[float]:
    return [round(float(number), 6) + 0.0 for number in numbers]

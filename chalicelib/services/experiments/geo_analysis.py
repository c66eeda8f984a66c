"""The analysis of the counts of a geo test: the only analysis that needs numpy and scipy.

Input and output are plain data, so a process without those libraries can call another process.
"""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import TypedDict

from chalicelib.services.experiments.experiment_bodies import GeoTest
from chalicelib.services.experiments.regions import RegionDays
from chalicelib.services.experiments.shown import (
    Findings,
    findings,
    interval_of,
    per_engagement,
    plain,
)


class GeoQuestion(TypedDict):
    """What `analyse_regions` needs to know of a geo test; JSON-able.

    ``regions``: conversions per day of each, all of the same length. ``treated``: names of regions.
    ``test_from``: index of the first day of the test. ``spend`` is in the tenant's currency.
    """

    regions: dict[str, list[float]]
    treated: list[str]
    test_from: int
    engagements: int | None
    spend: float | None


GeoAnalysis = Callable[[GeoQuestion], Findings]
"""`analyse_regions`, or a function that calls it in another process."""


def question_of(body: GeoTest, regions: RegionDays) -> GeoQuestion:
    """The input of `analyse_regions` for a geo test."""
    return {
        "regions": regions.counts,
        "treated": list(regions.treated),
        "test_from": regions.test_from,
        "engagements": body.engagements,
        "spend": None if body.spend is None else float(body.spend.amount),
    }


def analyse_regions(question: GeoQuestion) -> Findings:
    """Analyse a geo test; the result is JSON-able, without NaN and infinity.

    Raises
    ------
    ValueError
        If the counts do not allow it; see `attribution.experiments.geo_tests.analyse_geo_test`.
    """
    import numpy as np

    from chalicelib.attribution.experiments.geo_tests import analyse_geo_test

    regions, treated, test_from = question["regions"], question["treated"], question["test_from"]
    names = list(regions)
    result = analyse_geo_test(
        np.array([regions[name] for name in names], dtype=np.float64).T,
        np.array([names.index(name) for name in treated], dtype=np.int64),
        test_from,
    )
    total = result.conversions
    per = per_engagement(total, question["engagements"])
    found = findings("synthetic_control", total, per, total.p_value)
    spend = question["spend"]
    if spend is not None and spend > 0:
        found["conversions_per_spend"] = interval_of(total.per(spend))
    found |= {
        "lift": interval_of(result.lift),
        "p_value_in_time": plain(result.p_value_in_time),
        "difference_in_differences": {
            "incremental_conversions": interval_of(result.difference_in_differences),
            "p_value": plain(result.difference_in_differences.p_value),
        },
        "compared": "shares_of_level" if result.relative else "counts",
        "degrees_of_freedom": plain(result.degrees_of_freedom),
        "days_before": test_from,
        "days": len(regions[names[0]]) - test_from,
        "treated_regions": len(treated),
        "control_regions": len(names) - len(treated),
    }
    return found

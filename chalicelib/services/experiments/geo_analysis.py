"""What the counts of a geo test say: the one analysis here that needs numpy and scipy.

It is asked with plain data and answers with plain data, so that a process without those libraries
can have another analyse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.services.experiments.experiment_bodies import GeoTest
from chalicelib.services.experiments.regions import RegionDays
from chalicelib.services.experiments.shown import interval_of, per_engagement, plain, shown

GeoAnalysis = Callable[[dict[str, Any]], dict[str, Any]]
"""``analyse_regions``, or what has it done elsewhere."""


def asked_of(body: GeoTest, regions: RegionDays) -> dict[str, Any]:
    """What `analyse_regions` is asked; JSON-able.

    Returns
    -------
    dict
        ``regions``: conversions per day of each, all of the same length; ``treated``: names;
        ``test_from``: index of the first day of the test; ``engagements`` and ``spend`` (in the
        tenant's currency), or None.
    """
    return {
        "regions": regions.counts,
        "treated": list(regions.treated),
        "test_from": regions.test_from,
        "engagements": body.engagements,
        "spend": None if body.spend is None else float(body.spend.amount),
    }


def analyse_regions(asked: dict[str, Any]) -> dict[str, Any]:
    """The analysis of a geo test that `asked_of` asked for; JSON-able, without NaN and infinity.

    Raises
    ------
    ValueError
        If the counts do not allow it; see `attribution.geo_tests.analyse_geo_test`.
    """
    import numpy as np

    from chalicelib.attribution.experiments.geo_tests import analyse_geo_test

    regions: dict[str, list[float]] = asked["regions"]
    treated, test_from = asked["treated"], asked["test_from"]
    names = list(regions)
    result = analyse_geo_test(
        np.array([regions[name] for name in names], dtype=np.float64).T,
        np.array([names.index(name) for name in treated], dtype=np.int64),
        test_from,
    )
    total = result.conversions
    told = shown(total, per_engagement(total, asked["engagements"]), total.p_value)
    if asked["spend"] is not None and asked["spend"] > 0:
        told["conversions_per_spend"] = interval_of(total.per(asked["spend"]))
    return {
        "method": "synthetic_control",
        **told,
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

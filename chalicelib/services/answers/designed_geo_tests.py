"""The design of a geo test: which regions, from their conversions in the past."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.services.answers.design_questions import DesignAsked
from chalicelib.services.answers.designed_parts import (
    Designed,
    Subject,
    bounds_of,
    obstacle_of_size,
)
from chalicelib.services.experiments.geo_designing import (
    GeoDesigning,
    GeoDesignQuestion,
    lacks_of,
    regions_to_treat,
)


def design_geo(
    subject: Subject,
    asked: DesignAsked,
    days: int,
    series: Mapping[str, list[float]],
    design_by: GeoDesigning,
) -> Designed:
    """Design a geo test.

    Parameters
    ----------
    series : mapping
        Conversions per day of each region.
    design_by : callable
        Makes the numbers; not called if there are too few regions or days.
    """
    regions = dict(series)
    treated = regions_to_treat(regions) if asked.regions is None else asked.regions
    question: GeoDesignQuestion = {"regions": regions, "days": days, "treated": treated}
    shares = [subject.share_of_all(one) for one in bounds_of(subject.brings)]
    most = subject.share_of_all(subject.most)
    expected = (shares[0], shares[1], shares[2])
    if lacks := lacks_of(question):
        return Designed(
            "share_of_conversions",
            days,
            wanted=asked.effect,
            expected=expected,
            most=most,
            obstacles=tuple(lacks),
        )
    found = design_by(question)
    return Designed(
        "share_of_conversions",
        days,
        smallest=found["smallest_effect"],
        wanted=asked.effect,
        expected=expected,
        most=most,
        error_per_spend=subject.error_per_spend(found["error"], subject.conversions),
        days_lost=days * found["share"],
        false_positives=found["false_positives"],
        pseudo_tests=found["pseudo_tests"],
        obstacles=obstacle_of_size(found["smallest_effect"], asked.effect, most),
        regions=found["treated"],
    )

"""The design of a geo test from the counts of the past; it needs numpy and scipy.

Input and output are plain data, so a process without those libraries can call another process.
"""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import TypedDict

from chalicelib.attribution.experiments.measured_lift import MIN_CONTROLS, MIN_DAYS_BEFORE

SHARE_TREATED = 0.2
"""Share of the regions that are treated unless the caller says how many."""


class GeoDesignQuestion(TypedDict):
    """Conversions per day of each region in the past, and the test to design; JSON-able."""

    regions: dict[str, list[float]]
    days: int
    treated: int


class GeoDesignNumbers(TypedDict):
    """The chosen regions and what a test there would find; effects are shares of `conversions`.

    ``conversions``: expected in the chosen regions during the test; ``share``: theirs of all.
    """

    treated: list[str]
    error: float
    smallest_effect: float
    false_positives: float
    pseudo_tests: int
    conversions: float
    share: float


GeoDesigning = Callable[[GeoDesignQuestion], GeoDesignNumbers]
"""`design_regions`, or a function that calls it in another process."""


def regions_to_treat(regions: dict[str, list[float]]) -> int:
    """The default number of regions to treat."""
    usable = sum(1 for counts in regions.values() if sum(counts) > 0)
    return max(min(round(SHARE_TREATED * usable), usable - MIN_CONTROLS), 1)


def lacks_of(question: GeoDesignQuestion) -> list[str]:
    """Reasons why there is no design; empty if there is one."""
    usable = sum(1 for counts in question["regions"].values() if sum(counts) > 0)
    days = max(len(counts) for counts in question["regions"].values())
    reasons = []
    if usable - question["treated"] < MIN_CONTROLS:
        reasons.append("regions_too_few")
    if days < MIN_DAYS_BEFORE + question["days"]:
        reasons.append("past_too_short")
    return reasons


def design_regions(question: GeoDesignQuestion) -> GeoDesignNumbers:
    """Design a geo test; the result is JSON-able.

    Raises
    ------
    ValueError
        If `lacks_of` finds a reason against it.
    """
    import numpy as np

    from chalicelib.attribution.experiments.geo_design import design_geo_test

    names = sorted(question["regions"])
    counts = np.array([question["regions"][name] for name in names], dtype=np.float64).T
    design = design_geo_test(counts, question["days"], question["treated"])
    recent = counts[-max(question["days"], 28) :]
    return {
        "treated": [names[place] for place in design.treated.tolist()],
        "error": float(design.error),
        "smallest_effect": float(design.smallest_effect),
        "false_positives": float(design.false_positives),
        "pseudo_tests": int(design.pseudo_tests),
        "conversions": float(design.conversions),
        "share": float(recent[:, design.treated].sum() / max(recent.sum(), 1e-12)),
    }

"""The series of the regions of one goal, and the days for which each region has data."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.source_coverage import SourceDays, cover_goal, cover_types

if TYPE_CHECKING:
    from chalicelib.attribution.regions.region_series import RegionSeries

MAX_REGIONS = 60
"""With more regions than this, the smallest are merged into one."""
MAX_WORK = 6_000_000
"""Limit of regions times squared days, to which the time of a fit is proportional: about a minute.
With more regions, the smallest are merged; at least three remain."""
FEWEST = 100.0
"""Minimum number of conversions of a separate region; regions with fewer are merged into one."""
SMALLER = "smaller regions"


def observe_regions(
    columns: Columns,
    goal: str,
    start: dt.date,
    types: Sequence[SourceDays],
    covered: SourceDays,
) -> RegionSeries | None:
    """Daily totals by region; None if no conversion of the goal carries a region.

    Parameters
    ----------
    types : sequence of SourceDays, length K
        Covered days of the engagement types, over all regions.
    covered : SourceDays
        Those of the goal.
    """
    import numpy as np

    from chalicelib.attribution.regions.region_series import RegionSeries

    first, n_days = start.toordinal(), len(covered.days)
    sold: dict[str, Any] = defaultdict(lambda: np.zeros(n_days))
    for (name, day, region), count in columns.regions.conversions.items():
        if name == goal and 0 <= day - first < n_days:
            sold[region][day - first] += count
    if not sold:
        return None
    by_size = sorted(sold, key=lambda region: (-sold[region].sum(), region))
    most = min(MAX_REGIONS, max(MAX_WORK // n_days**2, 3))
    large = [region for region in by_size if sold[region].sum() >= FEWEST][:most]
    place = {region: number for number, region in enumerate(large)}
    rest = len(large)
    outcome = np.zeros((rest + 1, n_days))
    for region, series in sold.items():
        outcome[place.get(region, rest)] += series
    counts = np.zeros((rest + 1, n_days, len(types)))
    for (kind, day, region), count in columns.regions.engagements.items():
        if 0 <= day - first < n_days:
            counts[place.get(region, rest), day - first, kind] += count
    declared = list(columns.surroundings.declared.values())
    kinds = list(columns.kinds)
    outcome_known = np.array(
        [_known_days(covered, cover_goal(goal, one.tolist(), declared, start)) for one in outcome]
    )
    counts_known = np.ones(counts.shape, dtype=bool)
    for number, one in enumerate(counts):
        own = cover_types(kinds, one.T.tolist(), declared, start)
        for kind, (whole, part) in enumerate(zip(types, own, strict=True)):
            counts_known[number, :, kind] = _known_days(whole, part, only_gaps=True)
    names = (*large, SMALLER)
    return RegionSeries(names, outcome, counts, outcome_known, counts_known)


def conversions_by_region(
    columns: Columns, goal: str, start: dt.date, n_days: int
) -> dict[str, list[float]]:
    """Conversions per day of each region; empty if no conversion of the goal carries a region."""
    first = start.toordinal()
    found: dict[str, list[float]] = {}
    for (name, day, region), count in columns.regions.conversions.items():
        if name == goal and 0 <= day - first < n_days:
            found.setdefault(region, [0.0] * n_days)[day - first] += count
    return found


def _known_days(whole: SourceDays, part: SourceDays, *, only_gaps: bool = False) -> list[bool]:
    """Days that are covered over all regions and in one of them.

    `only_gaps`: days before the first event of a region and after its last are zeros, not missing,
    because campaigns begin in one region after the other.
    """
    if not any(part.days):
        return list(whole.days)
    missing = {day for first, last in part.gaps for day in range(first, last + 1)}
    return [
        everywhere and (day not in missing if only_gaps else here)
        for day, (everywhere, here) in enumerate(zip(whole.days, part.days, strict=True))
    ]

"""Counts by region: what a geo panel is made of, a few bytes for every region and day.

Events without a region are in none of them. Regions are whatever the sender calls them.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.services.fitting.declared_columns import COUNT, Declared, sums


@dataclass(slots=True)
class RegionCounts(Declared):
    """Sums over events that carry a region; days are ordinals.

    Attributes
    ----------
    engagements : dict of (kind, day, region) to float
        Lifetime counts are left out.
    conversions : dict of (goal, day, region) to float
        Without refunds.
    """

    engagements: dict[tuple[int, int, str], float] = sums(COUNT, "kinds", None, None)
    conversions: dict[tuple[str, int, str], float] = sums(COUNT, None, None, None)

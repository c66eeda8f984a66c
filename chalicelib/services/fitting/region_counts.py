"""Counts by region: the input of a geo panel, a few bytes for every region and day.

Events without a region are not counted. The names of regions are the sender's.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.services.fitting.declared_columns import COUNT, Declared, sums


@dataclass(slots=True)
class RegionCounts(Declared):
    """Sums over events that carry a region; days are ordinals."""

    engagements: dict[tuple[int, int, str], float] = sums(COUNT, "kinds", None, None)
    """Without lifetime counts."""
    conversions: dict[tuple[str, int, str], float] = sums(COUNT, None, None, None)
    """Without refunds."""

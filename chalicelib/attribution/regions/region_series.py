"""Totals of one goal by region: the input of a geo panel."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.attribution.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class RegionSeries:
    """Daily totals of R regions on T days, for K engagement types."""

    names: tuple[str, ...]
    """Length R."""
    outcome: Floats
    """Conversions of the goal that carry the region. Shape (R, T)."""
    counts: Floats
    """Engagements that carry the region. Shape (R, T, K)."""
    outcome_known: Bools
    """Days with data on the conversions of each region. Shape (R, T)."""
    counts_known: Bools
    """Days with data on each type in each region. Shape (R, T, K)."""

    def of(self, regions: Ints, types: Ints) -> RegionSeries:
        """The same for some regions and types."""
        return RegionSeries(
            tuple(self.names[region] for region in regions),
            self.outcome[regions],
            self.counts[regions][:, :, types],
            self.outcome_known[regions],
            self.counts_known[regions][:, :, types],
        )

"""Counts by region: the input of a geo panel, a few bytes for every region and day.

Events without a region are not counted. The names of regions are the sender's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class RegionCounts:
    """Sums over events that carry a region; days are ordinals.

    Attributes
    ----------
    engagements : dict of (kind, day, region) to float
        Without lifetime counts.
    conversions : dict of (goal, day, region) to float
        Without refunds.
    """

    engagements: dict[tuple[int, int, str], float] = field(
        default_factory=lambda: defaultdict(float)
    )
    conversions: dict[tuple[str, int, str], float] = field(
        default_factory=lambda: defaultdict(float)
    )

    def extend(self, other: RegionCounts, kinds: Sequence[int]) -> None:
        """Add other counts; `kinds` maps their type indexes to the indexes here."""
        for (kind, day, region), count in other.engagements.items():
            self.engagements[kinds[kind], day, region] += count
        for key, count in other.conversions.items():
            self.conversions[key] += count

    def as_json(self) -> list[list[list[Any]]]:
        """JSON-able; see `from_json`."""
        return [
            [[*key, count] for key, count in self.engagements.items()],
            [[*key, count] for key, count in self.conversions.items()],
        ]

    @classmethod
    def from_json(cls, raw: list[list[list[Any]]]) -> RegionCounts:
        """The counts of `as_json`."""
        made = cls()
        engagements, conversions = raw
        for kind, day, region, count in engagements:
            made.engagements[kind, day, region] = count
        for goal, day, region, count in conversions:
            made.conversions[goal, day, region] = count
        return made

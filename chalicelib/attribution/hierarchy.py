"""The prior of half-lives: types within channels, channels within a brand.

The log half-life of a type is normal around a centre of its channel, which is normal around a
centre of the brand, which is normal around the prior centre. All of them are on grids, so
unknown ones can be summed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Prior of F half-lives, for M centres and S pairs of a spread and a common share."""

    brands: Floats
    """Probability of the pair and of the brand's centre. Shape (S, M)."""
    of_brand: Floats
    """Probability of a type's half-life given the brand's centre. Shape (S, M, F)."""
    channels: Floats
    """Probability of a channel's centre given the brand's. Shape (S, M, M)."""
    of_channel: Floats
    """Probability of a type's half-life given the channel's centre. Shape (S, M, F)."""

    @classmethod
    def around(
        cls,
        days: float,
        spread_of_centres: float,
        spreads: Sequence[float],
        shares: Sequence[float],
        *,
        log_half_lives: Floats,
        log_centres: Floats,
    ) -> Hierarchy:
        """Build the prior with brands around a half-life, and their types around them.

        Parameters
        ----------
        days : float
            Most likely half-life of a brand.
        spread_of_centres : float
            Standard deviation of the log centre of brands.
        spreads : sequence of float
            Standard deviations of a type's log half-life around its brand's; equally likely.
        shares : sequence of float
            Shares of that variance common to the types of a channel; equally likely. A channel with
            one type does not depend on them.
        log_half_lives : array, shape (F,)
        log_centres : array, shape (M,)
        """
        pairs = [(spread, share) for spread in spreads for share in shares]
        centres = np.exp(-0.5 * ((log_centres - np.log(days)) / spread_of_centres) ** 2)
        brands = np.tile(centres, (len(pairs), 1))

        def normal(values: Floats, deviations: list[float]) -> Floats:
            distance = values[None, :] - log_centres[:, None]
            return np.array([_probabilities(distance, deviation) for deviation in deviations])

        return cls(
            brands / brands.sum(),
            normal(log_half_lives, [spread for spread, _ in pairs]),
            normal(log_centres, [spread * share**0.5 for spread, share in pairs]),
            normal(log_half_lives, [spread * (1.0 - share) ** 0.5 for spread, share in pairs]),
        )


def by_channel(channels: Ints) -> tuple[Ints, ...]:
    """The types of each channel.

    Parameters
    ----------
    channels : int array, shape (K,)
        Index of each type's channel.
    """
    return tuple(np.flatnonzero(channels == channel) for channel in np.unique(channels))


def _probabilities(distance: Floats, deviation: float) -> Floats:
    """Normal probabilities at distances from a centre; rows sum to one.

    A deviation of 0 puts all of the probability on the centre.
    """
    if deviation == 0.0:
        return np.asarray(distance == 0.0, dtype=np.float64)
    weight = np.exp(-0.5 * (distance / deviation) ** 2)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))

"""Priors of decays and shapes: types of one brand resemble each other.

Half-lives of the types of a channel and of a brand are related as in `hierarchy`. Daily totals
contain too little information to estimate the spread of types around their brand. In a short window
all types share the shape of the response, and linear is the likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.decays import LOG_HALF_LIFE, STEPS
from chalicelib.attribution.hierarchy import Hierarchy, by_channel
from chalicelib.attribution.time_series.saturation import HALF_STOCKS

CENTRE_DAYS = 1.9
"""Prior centre of half-lives, in days."""
SPREAD_OF_CENTRES, SPREAD_OF_KINDS = 0.9, 0.4
"""Standard deviations of a brand's log half-life, and of a type's around its brand's."""
COMMON_TO_CHANNELS = (0.0, 0.5)
"""Shares of a type's variance that are common to its channel. With larger shares, the types of a
channel would hardly move in draws that change one type at a time.
"""
LINEAR = 0.95
"""Prior probability that a brand's responses are linear."""
LINEAR_OF_TYPE = 0.92
"""Prior probability that a type's response is linear, if every type has its own shape."""
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class DecaysAndShapes:
    """Prior over decays and shapes."""

    half_lives: Hierarchy
    """Of S pairs and M centres, over the G decays."""
    members: tuple[Ints, ...]
    """The types of each channel."""
    others: tuple[Ints, ...]
    """The other types of each type's channel. Length K."""
    alone: Floats
    """Log probability of a decay given the brand, for the only type of a channel. Shape (S, M, G).
    """
    shapes: Floats
    """Log prior of the shape. Shape (H,)."""

    @classmethod
    def usual(cls, channels: Ints) -> DecaysAndShapes:
        """The default prior: half-lives around two days, and most likely linear responses.

        Parameters
        ----------
        channels : int array, shape (K,)
            Index of each type's channel.
        """
        log_half_lives = LOG_HALF_LIFE[::STEPS]
        half_lives = Hierarchy.around(
            CENTRE_DAYS,
            SPREAD_OF_CENTRES,
            (SPREAD_OF_KINDS,),
            COMMON_TO_CHANNELS,
            log_half_lives=log_half_lives,
            log_centres=np.linspace(log_half_lives[1], log_half_lives[-1], 25),
        )
        shapes = np.full(HALF_STOCKS.size, (1.0 - LINEAR) / (HALF_STOCKS.size - 1))
        shapes[0] = LINEAR
        kinds = np.arange(channels.size)
        others = tuple(kinds[(channels == channels[kind]) & (kinds != kind)] for kind in kinds)
        alone = np.log(half_lives.of_brand + _TINY)
        return cls(half_lives, by_channel(channels), others, alone, np.log(shapes))

    def starts(self, n_kinds: int) -> tuple[Ints, Ints]:
        """The likeliest decay, and the longest."""
        weight = np.einsum("sm,smg->g", self.half_lives.brands, self.half_lives.of_brand)
        return (
            np.full(n_kinds, int(np.argmax(weight))),
            np.full(n_kinds, self.n_decays - 1),
        )

    @property
    def n_decays(self) -> int:
        """G."""
        return int(self.alone.shape[2])

    def up_to(self, n_decays: int) -> DecaysAndShapes:
        """The same with only the first decays of the grid."""
        if n_decays == self.n_decays:
            return self
        of_channel = self.half_lives.of_channel[:, :, :n_decays] + _TINY
        of_brand = self.half_lives.of_brand[:, :, :n_decays] + _TINY
        half_lives = replace(
            self.half_lives,
            of_channel=of_channel / of_channel.sum(axis=2, keepdims=True),
            of_brand=of_brand / of_brand.sum(axis=2, keepdims=True),
        )
        alone = np.log(half_lives.of_brand + _TINY)
        return replace(self, half_lives=half_lives, alone=alone)

    def of(self, chosen: Ints) -> Floats:
        """Log prior of several choices of a decay for every type: (M, K) -> (M,)."""
        return np.array([special.logsumexp(self.log_brands(one)) for one in chosen])

    def per_type(self) -> ShapesPerType:
        """The same decays, and a shape for every type."""
        return ShapesPerType(self)

    def log_brands(self, chosen: Ints) -> Floats:
        """Log probability of the types' decays with each brand, a pair and a centre: (S * M,)."""
        log_p = np.log(self.half_lives.brands)
        for kinds in self.members:
            if kinds.size == 1:
                log_p = log_p + self.alone[:, :, chosen[kinds[0]]]
            else:
                of_centres = self._of_channel(chosen[kinds])[:, :, None]
                log_p = log_p + np.log((self.half_lives.channels @ of_centres)[:, :, 0] + _TINY)
        return np.asarray(log_p.ravel())

    def shifted(self, chosen: Ints, steps: int) -> Ints | None:
        """The decays of all types, `steps` further on the grid; None if that leaves the grid."""
        moved = chosen + steps
        return moved if moved.min() >= 0 and moved.max() < self.n_decays else None

    def given(self, kind: int, chosen: Ints, brand: int) -> Floats:
        """Log prior of a type's decays given the brand and the others of its channel, (G,)."""
        pair, centre = divmod(brand, self.half_lives.brands.shape[1])
        others = self.others[kind]
        if others.size == 0:
            return np.asarray(self.alone[pair, centre])
        centres = self.half_lives.channels[pair, centre] * self._of_channel(chosen[others])[pair]
        weight = centres @ self.half_lives.of_channel[pair] + _TINY
        return np.asarray(np.log(weight / weight.sum()))

    def _of_channel(self, decays: Ints) -> Floats:
        """Probability of these decays of a channel's types given its centre, shape (S, M)."""
        return np.asarray(self.half_lives.of_channel[:, :, decays].prod(axis=-1))


@dataclass(frozen=True, slots=True)
class ShapesPerType:
    """Prior if every type has its own shape; candidates are pairs of decay and shape."""

    common: DecaysAndShapes
    """The prior of the decays."""

    @property
    def shapes(self) -> Floats:
        """A constant, because types share no shape, shape (1,)."""
        return np.zeros(1)

    @property
    def groups(self) -> Ints:
        """Index of the shape of every candidate, shape (G * H,)."""
        n_shapes = self.common.shapes.size
        return np.arange(self.common.n_decays * n_shapes) % n_shapes

    def starts(self, n_kinds: int) -> tuple[Ints, Ints]:
        """The likeliest decay, linear; and the longest, most saturating."""
        n_shapes = self.common.shapes.size
        likeliest, longest = self.common.starts(n_kinds)
        return likeliest * n_shapes, longest * n_shapes + n_shapes - 1

    def log_brands(self, chosen: Ints) -> Floats:
        """As in `common`."""
        return self.common.log_brands(chosen // self.common.shapes.size)

    def shifted(self, chosen: Ints, steps: int) -> Ints | None:
        """As in `common`, with the same shapes."""
        n_shapes = self.common.shapes.size
        moved = self.common.shifted(chosen // n_shapes, steps)
        return None if moved is None else moved * n_shapes + chosen % n_shapes

    def given(self, kind: int, chosen: Ints, brand: int) -> Floats:
        """Log prior of every decay with every shape, shape (G * H,)."""
        n_shapes = self.common.shapes.size
        decays = self.common.given(kind, chosen // n_shapes, brand)
        shapes = np.full(n_shapes, np.log((1.0 - LINEAR_OF_TYPE) / (n_shapes - 1)))
        shapes[0] = np.log(LINEAR_OF_TYPE)
        return np.asarray((decays[:, None] + shapes[None, :]).ravel())

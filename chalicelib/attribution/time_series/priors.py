"""What is believed about decays and shapes before the data: kinds of one brand resemble each other.

The log half-life of a kind is normal around a centre that the brand's kinds share, as in `decays`;
daily totals say too little to learn the spread around it, too.  The shape of the response is common
to the kinds where the window is short, and linear is likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from chalicelib.attribution.decays import LOG_HALF_LIFE, STEPS
from chalicelib.attribution.time_series.saturation import HALF_STOCKS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CENTRE_DAYS = 1.9
"""Most plausible half-life."""
SPREAD_OF_CENTRES, SPREAD_OF_KINDS = 0.9, 0.4
"""Standard deviations of a brand's log half-life, and of a kind's around its brand's."""
LINEAR = 0.95
"""Prior probability that a brand's responses are linear."""
LINEAR_OF_TYPE = 0.92
"""Prior probability that the response to a type is linear, where every type has its own shape."""


@dataclass(frozen=True, slots=True)
class DecaysAndShapes:
    """Prior over decays and shapes.

    Attributes
    ----------
    centres : array, shape (M,)
        Log prior of the brand's centres.
    decays : array, shape (M, G)
        Log probability of a decay given the centre.
    shapes : array, shape (H,)
        Log prior of the shape.
    """

    centres: Floats
    decays: Floats
    shapes: Floats

    @classmethod
    def usual(cls) -> DecaysAndShapes:
        """Half-lives around two days, linear responses much more likely than not."""
        log_half_life = LOG_HALF_LIFE[::STEPS]
        centres = np.linspace(log_half_life[1], log_half_life[-1], 25)
        decays = -0.5 * ((log_half_life[None, :] - centres[:, None]) / SPREAD_OF_KINDS) ** 2
        shapes = np.full(HALF_STOCKS.size, (1.0 - LINEAR) / (HALF_STOCKS.size - 1))
        shapes[0] = LINEAR
        return cls(
            -0.5 * ((centres - np.log(CENTRE_DAYS)) / SPREAD_OF_CENTRES) ** 2,
            decays - np.log(np.exp(decays).sum(axis=1, keepdims=True)),
            np.log(shapes),
        )

    def starts(self, n_kinds: int) -> tuple[Ints, Ints]:
        """The likeliest decay; and the longest."""
        weight = np.exp(self.centres) @ np.exp(self.decays)
        return (
            np.full(n_kinds, int(np.argmax(weight))),
            np.full(n_kinds, self.decays.shape[1] - 1),
        )

    def up_to(self, n_decays: int) -> DecaysAndShapes:
        """The same if only the first decays of the grid are possible."""
        decays = self.decays[:, :n_decays]
        return replace(self, decays=decays - np.log(np.exp(decays).sum(axis=1, keepdims=True)))

    def of(self, chosen: Ints) -> Floats:
        """Log prior of several choices of a decay for every kind: (M, K) -> (M,)."""
        log_p = self.centres[:, None] + self.decays[:, chosen].sum(axis=2)
        return np.asarray(special.logsumexp(log_p, axis=0))

    def per_type(self) -> ShapesPerType:
        """The same decays, and a shape for every type."""
        return ShapesPerType(self)

    def given(self, chosen: Ints, rng: np.random.Generator) -> Floats:
        """Log prior of every decay given a centre drawn from what the kinds have, shape (G,)."""
        log_p = self.centres + self.decays[:, chosen].sum(axis=1)
        p = np.exp(log_p - log_p.max())
        return np.asarray(self.decays[int(rng.choice(p.size, p=p / p.sum()))])


@dataclass(frozen=True, slots=True)
class ShapesPerType:
    """Prior where every type has a shape of its own; candidates are decays with shapes.

    Attributes
    ----------
    common : DecaysAndShapes
        Whose decays are shared.
    """

    common: DecaysAndShapes

    @property
    def shapes(self) -> Floats:
        """Nothing that the types share, shape (1,)."""
        return np.zeros(1)

    @property
    def groups(self) -> Ints:
        """Number of the shape of every candidate, shape (G * H,)."""
        n_shapes = self.common.shapes.size
        return np.arange(self.common.decays.shape[1] * n_shapes) % n_shapes

    def starts(self, n_kinds: int) -> tuple[Ints, Ints]:
        """The likeliest decay, linear; and the longest, bent most."""
        n_shapes = self.common.shapes.size
        likeliest, longest = self.common.starts(n_kinds)
        return likeliest * n_shapes, longest * n_shapes + n_shapes - 1

    def given(self, chosen: Ints, rng: np.random.Generator) -> Floats:
        """Log prior of every decay with every shape, shape (G * H,)."""
        n_shapes = self.common.shapes.size
        decays = self.common.given(chosen // n_shapes, rng)
        shapes = np.full(n_shapes, np.log((1.0 - LINEAR_OF_TYPE) / (n_shapes - 1)))
        shapes[0] = np.log(LINEAR_OF_TYPE)
        return np.asarray((decays[:, None] + shapes[None, :]).ravel())

"""Prior of decays and bends for plans: bends at even odds, alike within a brand.

The prior of the effects has mostly linear responses (`priors.LINEAR`), because an average effect
hardly depends on the bend. A plan depends on nothing else: with linear responses it would put
everything into one channel. Here each type's bend has even odds, and the bends of several types are
exchangeable: given the others, a bend is likelier if they have it (a Polya urn; Blackwell,
MacQueen 1973).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.time_series.priors import DecaysAndShapes

CONCENTRATION = 2.0
"""Weight of even odds, in types, next to the bends of the other types of the brand."""


@dataclass(frozen=True, slots=True)
class BendPrior:
    """Candidates are pairs of a decay and a bend; see `averaging.Prior`."""

    common: DecaysAndShapes
    """The prior of the decays."""
    concentration: float = CONCENTRATION

    @property
    def n_bends(self) -> int:
        """H."""
        return int(self.common.shapes.size)

    @property
    def shapes(self) -> Floats:
        """A constant, because bends are part of the candidates, shape (1,)."""
        return np.zeros(1)

    def starts(self, n_kinds: int) -> tuple[Ints, Ints]:
        """The likeliest decay, linear; and the longest, most saturating."""
        likeliest, longest = self.common.starts(n_kinds)
        return likeliest * self.n_bends, longest * self.n_bends + self.n_bends - 1

    def log_brands(self, chosen: Ints) -> Floats:
        """As in `common`; a joint move of decays keeps the bends."""
        return self.common.log_brands(chosen // self.n_bends)

    def shifted(self, chosen: Ints, steps: int) -> Ints | None:
        """As in `common`, with the same bends."""
        moved = self.common.shifted(chosen // self.n_bends, steps)
        return None if moved is None else moved * self.n_bends + chosen % self.n_bends

    def given(self, kind: int, chosen: Ints, brand: int) -> Floats:
        """Log prior of every decay with every bend given the other types, shape (G * H,)."""
        decays = self.common.given(kind, chosen // self.n_bends, brand)
        bend = chosen % self.n_bends
        same = np.bincount(bend, minlength=self.n_bends)
        same[bend[kind]] -= 1
        bends = np.log(self.concentration / self.n_bends + same)
        return np.asarray((decays[:, None] + (bends - np.log(np.exp(bends).sum()))).ravel())

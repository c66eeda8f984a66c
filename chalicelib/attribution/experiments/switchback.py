"""Switchbacks: a channel is switched on and off in random blocks of days.

``y_t = level_t + b x_t + noise_t``, where x is the spend of the channel with an assumed decay, and
the level is a random walk (Harvey 1989). The coefficient b comes from generalised least squares at
the variance ratio of level and noise; in the analysis, the ratio is averaged over its likelihood
(Bojinov, Simchi-Levi, Zhao 2023 on designs with carryover).

Pure standard library, so that the API designs without numpy: the inner matrices are tridiagonal.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.attribution.experiments.holdout_design import POWER
from chalicelib.attribution.experiments.measured_lift import LEVEL, Measured
from chalicelib.attribution.student import student_cdf, student_quantile

RATIOS = (1e-5, 1e-4, 1e-3, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Candidate variances of a day's step of the level, relative to the noise."""
MIN_BLOCKS = 4


@dataclass(frozen=True, slots=True)
class Switchback:
    """A schedule and the spend while the channel is on."""

    on: tuple[bool, ...]
    """Per day of the test."""
    spend: float
    """Per day on which the channel is on."""
    decay: float
    """Share of an effect that remains the next day."""

    @classmethod
    def drawn(cls, days: int, block: int, spend: float, decay: float, seed: int = 0) -> Switchback:
        """Draw a schedule: of two blocks in a row one is on, which one is a matter of luck.

        Raises
        ------
        ValueError
            With fewer than `MIN_BLOCKS` blocks.
        """
        blocks = days // block
        if blocks < MIN_BLOCKS:
            raise ValueError(f"a switchback needs at least {MIN_BLOCKS} blocks")
        rng = random.Random(seed)  # noqa: S311  # nosec B311 - no secret
        states: list[bool] = []
        while len(states) < blocks + 1:
            first = rng.random() < 0.5
            states += [first, not first]
        return cls(tuple(states[day // block] for day in range(days)), spend, decay)

    @property
    def exposure(self) -> list[float]:
        """Effective spend per day; the channel was on before the test."""
        stock, found = self.spend, []
        for on in self.on:
            stock = self.decay * stock + (1.0 - self.decay) * self.spend * on
            found.append(stock)
        return found

    def standard_error(self, noise_variance: float, ratio: float) -> float:
        """Standard error of conversions per unit of spend.

        Parameters
        ----------
        noise_variance : float
            Of a day's conversions around their level.
        ratio : float
            Variance of a day's step of the level, relative to the noise.
        """
        information, _, _, _ = _moments(self.exposure, [0.0] * len(self.on), ratio)
        return math.sqrt(noise_variance / information)

    def smallest_effect(self, noise_variance: float, ratio: float, power: float = POWER) -> float:
        """Smallest conversions per unit of spend that the analysis finds with that power."""
        degrees = len(self.on) - 2
        multiple = student_quantile(0.5 + LEVEL / 2, degrees) + student_quantile(power, degrees)
        return multiple * self.standard_error(noise_variance, ratio)


def analyse_switchback(conversions: Sequence[float], test: Switchback) -> Measured:
    """Conversions per unit of spend, with interval and p-value.

    Parameters
    ----------
    conversions : sequence of float
        Per day of the test; without weekly pattern, or in whole weeks.
    """
    x = test.exposure
    degrees = len(x) - 2
    found = []
    for ratio in RATIOS:
        xx, xy, yy, log_det = _moments(x, conversions, ratio)
        estimate = xy / xx
        left = max(yy - estimate * xy, 1e-12)
        log_likelihood = -0.5 * (log_det + math.log(xx) + degrees * math.log(left))
        found.append((log_likelihood, estimate, left / degrees / xx))
    most = max(one[0] for one in found)
    weights = [math.exp(one[0] - most) for one in found]
    total = sum(weights)
    mean = sum(w * one[1] for w, one in zip(weights, found, strict=True)) / total
    variance = (
        sum(w * (one[2] + (one[1] - mean) ** 2) for w, one in zip(weights, found, strict=True))
        / total
    )
    error = math.sqrt(variance)
    half = student_quantile(0.5 + LEVEL / 2, degrees) * error
    return Measured(mean, mean - half, mean + half, 2.0 * student_cdf(-abs(mean) / error, degrees))


def attenuation(test: Switchback, truth: Switchback, ratio: float) -> float:
    """Share of an effect that the analysis of `test` finds if the decay is that of `truth`.

    `ratio`: variance of a day's step of the level, relative to the noise.
    """
    xx, xy, _, _ = _moments(test.exposure, truth.exposure, ratio)
    return xy / xx


def _moments(
    x: Sequence[float], y: Sequence[float], ratio: float
) -> tuple[float, float, float, float]:
    """``x'Ax``, ``x'Ay``, ``y'Ay`` and the log determinant, with the level integrated out.

    ``A = I - (I + D'D / ratio)^-1``, where D takes differences; the first level is diffuse.
    """
    n = len(x)
    pull = 1.0 / ratio
    diagonal = [1.0 + pull * ((day > 0) + (day < n - 1)) for day in range(n)]
    smooth_x, log_det = _solve(diagonal, -pull, _centred(x))
    smooth_y, _ = _solve(diagonal, -pull, _centred(y))
    left_x = [a - b for a, b in zip(_centred(x), smooth_x, strict=True)]
    left_y = [a - b for a, b in zip(_centred(y), smooth_y, strict=True)]
    cx, cy = _centred(x), _centred(y)
    return (
        sum(a * b for a, b in zip(cx, left_x, strict=True)),
        sum(a * b for a, b in zip(cx, left_y, strict=True)),
        sum(a * b for a, b in zip(cy, left_y, strict=True)),
        log_det + (n - 1) * math.log(ratio),
    )


def _centred(values: Sequence[float]) -> list[float]:
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def _solve(
    diagonal: Sequence[float], off: float, right: Sequence[float]
) -> tuple[list[float], float]:
    """Solve a symmetric tridiagonal system (Thomas); also its log determinant."""
    pivots, reduced = [diagonal[0]], [right[0]]
    for d, r in zip(diagonal[1:], right[1:], strict=True):
        factor = off / pivots[-1]
        pivots.append(d - factor * off)
        reduced.append(r - factor * reduced[-1])
    solved = [reduced[-1] / pivots[-1]]
    for pivot, r in zip(reversed(pivots[:-1]), reversed(reduced[:-1]), strict=True):
        solved.append((r - off * solved[-1]) / pivot)
    return solved[::-1], sum(math.log(pivot) for pivot in pivots)

"""Switchbacks: a channel is switched on and off in random blocks of days.

``y_t = level_t + b x_t + noise_t``, where x is the spend of the channel with an assumed decay, and
the level is a random walk (Harvey 1989). The coefficient b comes from generalised least squares at
the variance ratio of level and noise; in the analysis, the ratio is averaged over its likelihood
(Bojinov, Simchi-Levi, Zhao 2023 on designs with carryover).

Pure standard library, so that the API designs without numpy: the inner matrices are tridiagonal.
"""

from __future__ import annotations

import math
import operator
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
        x = _centred(self.exposure)
        information = _dot(x, _reduced(x, None, ratio)[0])
        return math.sqrt(noise_variance / information)

    def smallest_effect(self, noise_variance: float, ratio: float, power: float = POWER) -> float:
        """Smallest conversions per unit of spend that the analysis finds with that power."""
        degrees = len(self.on) - 2
        multiple = student_quantile(0.5 + LEVEL / 2, degrees) + student_quantile(power, degrees)
        return multiple * self.standard_error(noise_variance, ratio)


def analyse_switchback(
    conversions: Sequence[float], test: Switchback, known: Sequence[bool] | None = None
) -> Measured:
    """Conversions per unit of spend, with interval and p-value.

    Parameters
    ----------
    conversions : sequence of float
        Per day of the test; without weekly pattern, or in whole weeks.
    known : sequence of bool, optional
        Per day, whether it counts. The level passes over the other days. By default all do.
    """
    return ScheduleAnalysis(test, known).analyse(DaysOfTest(conversions, known))


class DaysOfTest:
    """The conversions of the days of a test; ``y'Ay`` is the same for every schedule.

    Parameters
    ----------
    conversions, known
        As in `analyse_switchback`.
    """

    def __init__(self, conversions: Sequence[float], known: Sequence[bool] | None = None) -> None:
        self.y = _centred(conversions, known)
        self.yy = [_dot(self.y, _reduced(self.y, known, ratio)[0]) for ratio in RATIOS]


class ScheduleAnalysis:
    """The part of the analysis that depends on the schedule alone, at each candidate ratio.

    Parameters
    ----------
    test, known
        As in `analyse_switchback`.
    """

    def __init__(self, test: Switchback, known: Sequence[bool] | None = None) -> None:
        x = _centred(test.exposure, known)
        self.degrees = (len(x) if known is None else sum(known)) - 2
        self._of_ratios = []
        for ratio in RATIOS:
            reduced, log_det = _reduced(x, known, ratio)
            self._of_ratios.append((reduced, _dot(x, reduced), log_det))

    def analyse(self, days: DaysOfTest) -> Measured:
        """As `analyse_switchback`; the days that count must be the same."""
        found = []
        for (reduced, xx, log_det), yy in zip(self._of_ratios, days.yy, strict=True):
            xy = _dot(reduced, days.y)
            estimate = xy / xx
            left = max(yy - estimate * xy, 1e-12)
            log_likelihood = -0.5 * (log_det + math.log(xx) + self.degrees * math.log(left))
            found.append((log_likelihood, estimate, left / self.degrees / xx))
        most = max(one[0] for one in found)
        weights = [math.exp(one[0] - most) for one in found]
        total = sum(weights)
        mean = sum(w * one[1] for w, one in zip(weights, found, strict=True)) / total
        variance = (
            sum(w * (one[2] + (one[1] - mean) ** 2) for w, one in zip(weights, found, strict=True))
            / total
        )
        return measured_with(mean, math.sqrt(variance), self.degrees)


def measured_with(estimate: float, error: float, degrees: int) -> Measured:
    """An estimate with the interval and p-value of Student's distribution."""
    half = student_quantile(0.5 + LEVEL / 2, degrees) * error
    p_value = 2.0 * student_cdf(-abs(estimate) / error, degrees)
    return Measured(estimate, estimate - half, estimate + half, p_value)


def attenuation(test: Switchback, truth: Switchback, ratio: float) -> float:
    """Share of an effect that the analysis of `test` finds if the decay is that of `truth`.

    `ratio`: variance of a day's step of the level, relative to the noise.
    """
    x = _centred(test.exposure)
    reduced, _ = _reduced(x, None, ratio)
    return _dot(reduced, _centred(truth.exposure)) / _dot(reduced, x)


def _reduced(
    x: Sequence[float], known: Sequence[bool] | None, ratio: float
) -> tuple[list[float], float]:
    """``Ax`` of centred x, and the log determinant, with the level integrated out.

    ``A = W - W (W + D'D / ratio)^-1 W``, where D takes differences and the diagonal W is 1 on days
    that count and else 0; the first level is diffuse.
    """
    n = len(x)
    pull = 1.0 / ratio
    counts = [1.0] * n if known is None else [float(one) for one in known]
    diagonal = [one + pull * ((day > 0) + (day < n - 1)) for day, one in enumerate(counts)]
    smooth, log_det = _solve(diagonal, -pull, x)
    left = [one * (a - b) for one, a, b in zip(counts, x, smooth, strict=True)]
    return left, log_det + (n - 1) * math.log(ratio)


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return float(sum(map(operator.mul, a, b)))


def _centred(values: Sequence[float], known: Sequence[bool] | None = None) -> list[float]:
    """Values less their mean; 0 on days that do not count."""
    if known is None:
        mean = sum(values) / len(values)
        return [value - mean for value in values]
    kept = [value for value, one in zip(values, known, strict=True) if one]
    mean = sum(kept) / len(kept)
    return [value - mean if one else 0.0 for value, one in zip(values, known, strict=True)]


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

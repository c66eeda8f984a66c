"""The size of a holdout, by the power of the score test that will judge it (`holdouts`).

Pure standard library, so that the API designs without numpy.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import NormalDist

from chalicelib.attribution.experiments.holdouts import Arm, holdout_p_value
from chalicelib.attribution.experiments.measured_lift import LEVEL

POWER = 0.8
MOST_PEOPLE = 1e10
PSEUDO_TESTS = 400
_NORMAL = NormalDist()
_CRITICAL = _NORMAL.inv_cdf(0.5 + LEVEL / 2)
_HALVINGS = 60
_SEED = 3


@dataclass(frozen=True, slots=True)
class HoldoutPlan:
    """A holdout before it begins."""

    rate: float
    """Conversions per person of the control group during the test; above 0."""
    control_share: float = 0.5
    """Share of the people in the control group, between 0 and 1."""
    repeat_ratio: float = 1.0
    """Sum of squares of the conversions per person over their number (`holdouts`)."""

    def power(self, people: float, lift: float) -> float:
        """Probability that the test finds an effect.

        The score test rejects if the difference of the means exceeds the quantile times its error
        at the pooled mean; it scatters with the error at both means (Fleiss, Levin, Paik 2003,
        equation 4.14, with repeat buyers).

        Parameters
        ----------
        people : float
            In both groups together.
        lift : float
            Effect as a share of `rate`.
        """
        control, treated = people * self.control_share, people * (1.0 - self.control_share)
        mean = self.rate * (1.0 + lift)
        pooled = (self.rate * control + mean * treated) / people
        error = math.sqrt(self._variance(pooled) * (1.0 / control + 1.0 / treated))
        scatter = math.sqrt(self._variance(self.rate) / control + self._variance(mean) / treated)
        if scatter <= 0.0:
            return 1.0
        difference = mean - self.rate
        above = _NORMAL.cdf((difference - _CRITICAL * error) / scatter)
        below = _NORMAL.cdf((-difference - _CRITICAL * error) / scatter)
        return above + below

    def standard_error(self, people: float) -> float:
        """Standard error of the effect as a share of `rate`, without an effect."""
        groups = 1.0 / (people * self.control_share) + 1.0 / (people * (1.0 - self.control_share))
        return math.sqrt(self._variance(self.rate) * groups) / self.rate

    def people_needed(self, lift: float, power: float = POWER) -> int | None:
        """People in both groups together; None if even `MOST_PEOPLE` do not suffice."""
        low, high = 2.0, 4.0
        while self.power(high, lift) < power:
            if high > MOST_PEOPLE:
                return None
            low, high = high, 2.0 * high
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.power(middle, lift) < power else (low, middle)
        return math.ceil(high)

    def smallest_lift(self, people: float, power: float = POWER) -> float | None:
        """The smallest effect found with that power; None if not even ten times the rate is."""
        low, high = 0.0, 10.0
        if self.power(people, high) < power:
            return None
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.power(people, middle) < power else (low, middle)
        return high

    def false_positives(self, people: float, tests: int = PSEUDO_TESTS) -> float:
        """Share of simulated tests without an effect in which the analysis claims one."""
        return self.shown(people, 0.0, tests)

    def shown(self, people: float, lift: float, tests: int = PSEUDO_TESTS) -> float:
        """Share of simulated tests in which the analysis finds an effect at the 5 % level."""
        rng = random.Random(_SEED)  # noqa: S311  # nosec B311 - no secret
        control, treated = people * self.control_share, people * (1.0 - self.control_share)
        found = 0
        for _ in range(tests):
            arms = [
                self._arm(size, mean, rng)
                for size, mean in ((treated, self.rate * (1.0 + lift)), (control, self.rate))
            ]
            found += holdout_p_value(*arms) <= 1.0 - LEVEL
        return found / tests

    def _arm(self, size: float, mean: float, rng: random.Random) -> Arm:
        expected = size * mean
        spread = math.sqrt(self._variance(mean) * size)
        if expected < 100.0 and self.repeat_ratio == 1.0:
            drawn = float(_poisson(expected, rng))
        else:
            drawn = max(float(round(rng.gauss(expected, spread))), 0.0)
        return Arm(size, drawn, sum_of_squares=drawn * self.repeat_ratio)

    def _variance(self, mean: float) -> float:
        return max(self.repeat_ratio * mean - mean * mean, 0.0)


def _poisson(mean: float, rng: random.Random) -> int:
    """A Poisson count by the times between events (means below 100)."""
    count, passed = 0, rng.expovariate(1.0)
    while passed < mean:
        count += 1
        passed += rng.expovariate(1.0)
    return count

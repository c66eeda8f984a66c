"""The result of every experiment: incremental conversions with an interval, and per engagement.

Pure standard library: experiments are registered by a process that does not load numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
LEVEL = 0.95
MIN_CONTROLS = 4
MIN_DAYS_BEFORE = 28
"""Requirements of a geo test: untreated regions with conversions, and days before the test."""

CRITICAL = _NORMAL.inv_cdf(0.5 + LEVEL / 2)


@dataclass(frozen=True, slots=True)
class Measured:
    """An effect with its 95 % interval."""

    estimate: float
    low: float
    high: float
    """Conversions, of the whole test or per engagement."""
    p_value: float
    """Two-sided, of no effect."""

    @property
    def variance(self) -> float:
        """Variance of the normal distribution with an interval of the same width.

        Combining by this variance keeps the width given by the method of the experiment, including
        Student's quantile and skewness.
        """
        return ((self.high - self.low) / (2.0 * CRITICAL)) ** 2

    def per(self, engagements: float) -> Measured:
        """The effect of one engagement.

        `engagements`: how many more the treated group had; negative if the test reduced
        engagements.
        """
        ends = sorted((self.low / engagements, self.high / engagements))
        return Measured(self.estimate / engagements, ends[0], ends[1], self.p_value)


def from_standard_error(estimate: float, standard_error: float) -> Measured:
    """An externally analysed effect, with its normal interval."""
    half = CRITICAL * standard_error
    return Measured(
        estimate, estimate - half, estimate + half, two_sided(estimate / standard_error)
    )


def standard_error_of(low: float, high: float, confidence: float) -> float:
    """The standard error behind a normal interval of another level, e.g. 0.9."""
    return (high - low) / (2.0 * _NORMAL.inv_cdf(0.5 + confidence / 2))


def two_sided(z: float) -> float:
    """The two-sided p-value of a standard normal statistic."""
    return 2.0 * _NORMAL.cdf(-abs(z))

"""Long simulations of the comparison of two estimates: coverage, size, power, needed data.

    python -m tests.reference.simulate_equivalence [--draws 100000]

Two estimates are drawn from a normal distribution with a known truth and a covariance that is
known or, with `degrees`, itself estimated. The decision is then made as in the service.
`test_equivalence.py` runs the same with fewer draws.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scipy import stats

from chalicelib.attribution.power import (
    Comparison,
    growth_until_settled,
    smallest_detectable,
    smallest_detectable_ratio,
)
from chalicelib.attribution.ratio import fieller, tost

MARGIN = 0.2


@dataclass(frozen=True)
class Truth:
    """Two true effects, the standard errors and correlation of their estimates.

    With `degrees` the covariance matrix is known up to a factor that is estimated with that many
    degrees of freedom, as in a regression.
    """

    a: float
    b: float
    error_a: float
    error_b: float
    correlation: float = 0.0
    degrees: float = math.inf

    @property
    def critical(self) -> float:
        """Two-sided 95 % quantile, as an estimator would return it."""
        return float(stats.t.ppf(0.975, self.degrees))

    @property
    def compared(self) -> Comparison:
        """The truth as if it had been estimated."""
        covariance = self.correlation * self.error_a * self.error_b
        squares = (self.error_a**2, self.error_b**2, covariance)
        return Comparison(self.a, self.b, *squares, MARGIN, self.critical)

    def draw(self, number: int, seed: int, spread: float = 1.0) -> Iterator[Comparison]:
        """Estimates of it; `spread` is the share of the variances with which they scatter."""
        draw = random.Random(seed)
        other = math.sqrt(1 - self.correlation**2)
        scatter_a, scatter_b = (e * math.sqrt(spread) for e in (self.error_a, self.error_b))
        true, critical, factor = self.compared, self.critical, 1.0
        for _ in range(number):
            one = draw.gauss(0, 1)
            two = self.correlation * one + other * draw.gauss(0, 1)
            if math.isfinite(self.degrees):
                factor = draw.gammavariate(self.degrees / 2, 2) / self.degrees
            yield Comparison(
                self.a + scatter_a * one,
                self.b + scatter_b * two,
                true.var_numerator * factor,
                true.var_denominator * factor,
                true.covariance * factor,
                MARGIN,
                critical,
            )

    def shrunk(self, growth: float) -> Truth:
        """The same with `growth` times the data."""
        root = math.sqrt(growth)
        return replace(self, error_a=self.error_a / root, error_b=self.error_b / root)


def _pair(estimated: Comparison) -> tuple[float, float, float, float, float]:
    return (
        estimated.numerator,
        estimated.denominator,
        estimated.var_numerator,
        estimated.var_denominator,
        estimated.covariance,
    )


# --- Fieller's set ------------------------------------------------------------------------------

DENOMINATORS = {
    "strong": 8.0,
    "middling": 2.5,
    "weak": 1.0,
    "zero": 0.0,
    "weak negative": -1.0,
    "negative": -4.0,
}
NUMERATORS = {"none": 0.0, "small": 1.0, "clear": 5.0}
COVERAGE = {
    f"{name_b} denominator, {name_a} numerator": Truth(a, b, 1.0, 1.0)
    for name_b, b in DENOMINATORS.items()
    for name_a, a in NUMERATORS.items()
    if (a, b) != (0.0, 0.0)  # no ratio at all
} | {
    "strong, correlated": Truth(4.0, 8.0, 1.0, 1.0, 0.7),
    "weak, correlated": Truth(4.0, 1.0, 1.0, 1.0, -0.7),
    "strong, 6 degrees": Truth(4.0, 8.0, 1.0, 1.0, 0.3, 6.0),
    "weak, 6 degrees": Truth(4.0, 1.0, 1.0, 1.0, 0.3, 6.0),
}


@dataclass(frozen=True)
class Coverage:
    """Coverage of the true ratio by the set, and by the two bounds of the API.

    `half_dropped` is the coverage without the negative half of an outside set if both estimates are
    positive.
    """

    covered: float
    covered_by_bounds: float
    half_dropped: float
    shapes: dict[str, float]


def coverage(truth: Truth, draws: int, seed: int = 1) -> Coverage:
    """Shares of `draws`; an unbounded set covers a denominator of zero."""
    ratio = truth.a / truth.b if truth.b != 0 else math.inf
    covered = bounds = dropped = 0
    shapes: dict[str, int] = {}
    for estimated in truth.draw(draws, seed):
        found = fieller(*_pair(estimated), estimated.critical)
        held = found.shape != "bounded" if math.isinf(ratio) else found.holds(ratio)
        covered += held
        bounds += (found.low is None or found.low <= ratio) and (
            found.high is None or ratio <= found.high
        )
        both_positive = min(estimated.numerator, estimated.denominator) > 0
        if found.excluded is not None and both_positive and found.excluded[0] < 0:
            dropped += ratio >= found.excluded[1]
        else:
            dropped += held
        shapes[found.shape] = shapes.get(found.shape, 0) + 1
    shares = {shape: number / draws for shape, number in sorted(shapes.items())}
    return Coverage(covered / draws, bounds / draws, dropped / draws, shares)


# --- two one-sided tests ------------------------------------------------------------------------

AT_THE_MARGIN = {
    f"{ratio} of it, errors {error}, {degrees:g} degrees": Truth(
        ratio, 1.0, error, error, correlation, degrees
    )
    for ratio in (0.8, 1.2)
    for error, correlation in ((0.02, 0.0), (0.06, 0.5), (0.15, 0.0))
    for degrees in (math.inf, 8.0)
} | {
    "denominator of zero": Truth(0.0, 0.0, 0.05, 0.05),
    "negative, alike": Truth(-1.0, -1.0, 0.05, 0.05),
}
INSIDE = {
    f"equal, errors {error}": Truth(1.0, 1.0, error, error) for error in (0.03, 0.04, 0.05, 0.08)
}


def claims(truth: Truth, draws: int, seed: int = 2) -> float:
    """How often the two are called equivalent."""
    called = sum(
        tost(*_pair(one), MARGIN, one.critical).equivalent for one in truth.draw(draws, seed)
    )
    return called / draws


# --- needed data --------------------------------------------------------------------------------

OPEN = {
    "clearly different": Truth(0.6, 1.0, 0.25, 0.25),
    "far more": Truth(2.5, 1.0, 1.0, 0.3),
    "equal": Truth(1.0, 1.0, 0.1, 0.1),
    "inside the margin": Truth(1.1, 1.0, 0.2, 0.2),
    "just inside": Truth(1.18, 1.0, 0.1, 0.1),
    "on the margin": Truth(1.2, 1.0, 0.12, 0.12),
    "just outside": Truth(1.23, 1.0, 0.12, 0.12),
    "weak denominator": Truth(0.5, 0.3, 0.3, 0.3),
    "negative denominator": Truth(0.5, -0.3, 0.4, 0.4),
    "almost settled either way": Truth(1.108, 1.0, 0.044, 0.037),
    "correlated": Truth(1.1, 1.0, 0.2, 0.2, 0.8),
    "few degrees": Truth(0.6, 1.0, 0.25, 0.25, 0.0, 12.0),
}


def is_settled(estimated: Comparison) -> bool:
    """The service's decision: Fieller's set excludes 1, or both tests reject."""
    pair = _pair(estimated)
    return (
        not fieller(*pair, estimated.critical).holds(1.0)
        or tost(*pair, MARGIN, estimated.critical).equivalent
    )


def settled_after(truth: Truth, draws: int, seed: int = 3) -> tuple[float, float, float]:
    """The reported growth, and how often it settles the question: with new data, and added."""
    growth = growth_until_settled(truth.compared)
    if growth is None:
        raise ValueError("never settled")
    after = truth.shrunk(growth)
    anew = sum(is_settled(one) for one in after.draw(draws, seed)) / draws
    # present data stay as they are: only the new ones, (growth - 1) of growth parts, scatter
    added = after.draw(draws, seed + 1, spread=(growth - 1) / growth)
    return growth, anew, sum(is_settled(one) for one in added) / draws


# --- minimum detectable effects -----------------------------------------------------------------


def power_at_the_detectable_ratio(truth: Truth, draws: int, seed: int = 4) -> float:
    """Power at the minimum detectable ratio; `truth.a` is not used."""
    far = smallest_detectable_ratio(truth.compared)
    if far is None:
        raise ValueError("the denominator is not significantly positive")
    truth = replace(truth, a=truth.b * (1 + far))
    detected = sum(
        not fieller(*_pair(one), one.critical).holds(1.0) for one in truth.draw(draws, seed)
    )
    return detected / draws


def power_at_the_detectable_value(
    error: float, mean: float, mean_error: float, draws: int, beyond: float = 0.0, seed: int = 5
) -> float:
    """How often conversions times a mean order value differ significantly from `beyond`."""
    critical = float(stats.norm.ppf(0.975))
    value = smallest_detectable(
        error * mean, critical, beyond=beyond, relative_variance=(mean_error / mean) ** 2
    )
    if value is None:
        raise ValueError("the mean order value does not differ significantly from zero")
    draw = random.Random(seed)
    detected = 0
    for _ in range(draws):
        conversions, order = draw.gauss(value / mean, error), draw.gauss(mean, mean_error)
        spread = math.sqrt((error * order) ** 2 + (conversions * mean_error) ** 2)
        detected += conversions * order - critical * spread > beyond
    return detected / draws


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference.simulate_equivalence")
    parser.add_argument("--draws", type=int, default=100_000)
    draws = parser.parse_args().draws
    out = sys.stdout.write
    out("Fieller's set: coverage | coverage of the bounds | without the negative half | shapes\n")
    for name, truth in COVERAGE.items():
        found = coverage(truth, draws)
        shapes = ", ".join(f"{shape} {share:.1%}" for shape, share in found.shapes.items())
        shown = f"{found.covered:.2%} | {found.covered_by_bounds:.2%} | {found.half_dropped:.2%}"
        out(f"  {name:36} {shown} | {shapes}\n")
    out("Called equivalent, at the margins (at most 5 %)\n")
    for name, truth in AT_THE_MARGIN.items():
        out(f"  {name:36} {claims(truth, draws):.2%}\n")
    out("Called equivalent, inside\n")
    for name, truth in INSIDE.items():
        out(f"  {name:36} {claims(truth, draws):.2%}\n")
    out("Needed data: growth | settled with new data | settled with added data\n")
    for name, truth in OPEN.items():
        growth, new, added = settled_after(truth, draws)
        out(f"  {name:36} {growth:8.2f} | {new:.2%} | {added:.2%}\n")
    out("Power at the minimum detectable effect\n")
    for name in ("clearly different", "correlated", "few degrees"):
        out(f"  ratio, {name:29} {power_at_the_detectable_ratio(OPEN[name], draws):.2%}\n")
    for mean_error in (0.0, 2.0, 8.0):
        power = power_at_the_detectable_value(0.002, 50.0, mean_error, draws)
        above = power_at_the_detectable_value(6.0, 50.0, mean_error, draws, beyond=300.0)
        out(f"  value, mean order 50 +- {mean_error:<12g} {power:.2%} | above cost {above:.2%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

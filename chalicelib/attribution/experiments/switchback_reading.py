"""The analysis of a finished switchback, as its design promised it.

The error is at least the spread of pseudo-tests in the days before the test, in which nothing was
switched. Pure standard library, so that the API reads a test without numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.attribution.experiments.measured_lift import LEVEL, Measured
from chalicelib.attribution.experiments.switchback import (
    RATIOS,
    Switchback,
    analyse_switchback,
    attenuation,
    measured_with,
)
from chalicelib.attribution.experiments.switchback_design import PseudoTests, run_pseudo_tests
from chalicelib.attribution.student import student_quantile

LEAST_FOUND = 0.8
"""Below this share of an effect that lasts long, the estimate may be too low."""


@dataclass(frozen=True, slots=True)
class SwitchbackReading:
    """What a finished switchback shows."""

    measured: Measured
    """Conversions per unit of spend."""
    pseudo_tests: PseudoTests | None
    """None if the days before are too few."""
    found_if_longer: float
    """Share of an effect that the analysis finds if it lasts as long as `longest`."""


def read_switchback_test(
    conversions: Sequence[float],
    test: Switchback,
    block: int,
    *,
    known: Sequence[bool],
    past: Sequence[float],
    past_known: Sequence[bool],
    longest: float,
) -> SwitchbackReading:
    """Analyse a finished switchback.

    Parameters
    ----------
    conversions : sequence of float
        Per day of the test, without the weekly pattern.
    test : Switchback
        The schedule, the mean spend by which days on and off differ, and the assumed decay.
    block : int
        Days of a block.
    known : sequence of bool
        Per day of the test, whether it counts.
    past, past_known
        The same of the days before the test.
    longest : float
        A decay of an effect that lasts long.
    """
    plain = analyse_switchback(conversions, test, known)
    degrees = sum(known) - 2
    error = (plain.high - plain.low) / 2.0 / student_quantile(0.5 + LEVEL / 2, degrees)
    pseudo = run_pseudo_tests(test, block, past, past_known)
    if pseudo is not None:
        error = max(error, pseudo.spread)
    return SwitchbackReading(
        measured=measured_with(plain.estimate, error, degrees),
        pseudo_tests=pseudo,
        found_if_longer=attenuation(test, replace(test, decay=longest), RATIOS[4]),
    )

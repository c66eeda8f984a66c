"""An oracle: the same model with known decays, shapes and days of shocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.time_series.averaged_effects import average_effects
from chalicelib.attribution.time_series.baseline import known_baseline, unit_columns
from chalicelib.attribution.time_series.resolution import is_weekly, resolve
from chalicelib.attribution.time_series.shocks import Shock
from chalicelib.attribution.time_series.timeline import Timeline
from tests.worlds.totals import DailyTotals

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """A prior that fixes everything."""

    shapes: Floats

    def starts(self, n_kinds: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        nothing = np.zeros(n_kinds, dtype=np.int64)
        return nothing, nothing

    def log_brands(self, chosen: NDArray[np.int64]) -> Floats:
        return np.zeros(1)

    def shifted(self, chosen: NDArray[np.int64], steps: int) -> None:
        return None

    def given(self, kind: int, chosen: NDArray[np.int64], brand: int) -> Floats:
        return np.zeros(1)


def consult_totals(totals: DailyTotals) -> tuple[Floats, Floats, Floats]:
    """Estimates and the ends of their intervals, shape (K,) each."""
    world = totals.world
    weekly = np.array([is_weekly(counts) for counts in totals.counts.T])
    resolution = resolve(totals.outcome, weekly)
    padded = np.zeros(max(resolution.n_days, totals.outcome.size))
    padded[: totals.outcome.size] = totals.outcome
    counts = resolution.spread(totals.counts, weekly)
    responses = resolution.total(totals.responses)
    shocks = tuple(Shock(*d.span(world.n_days), "known") for d in world.disturbances)
    if world.pattern_from:
        start = int(world.pattern_from * world.n_days)
        shocks = (*shocks, Shock(start, world.n_days, "new_weekly_pattern"))
    if resolution.step_days > 1 and shocks:
        raise ValueError("shocks are known by the day, these totals come by the week")
    outcome = resolution.total(padded)
    baseline = known_baseline(
        outcome,
        resolution.total(counts),
        unit_columns(responses),
        shocks,
        Timeline.whole(resolution.n_steps, resolution.step_days),
    )
    averaged = average_effects(
        outcome,
        responses[:, :, None, None],
        (responses.sum(axis=0) / totals.counts.sum(axis=0))[:, None, None],
        baseline,
        Known(np.zeros(1)),
    )
    quantile = stats.t.ppf(0.975, averaged.degrees_of_freedom)
    half = quantile * np.sqrt(np.diag(averaged.cov))
    return averaged.effect, averaged.effect - half, averaged.effect + half

"""The baseline of conversions without marketing: weekly and yearly patterns, shocks, demand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.time_series.demand import read_demand
from chalicelib.attribution.time_series.seasons import (
    choose_yearly,
    find_new_pattern,
    relative,
    weekday_columns,
)
from chalicelib.attribution.time_series.shocks import Shock, find_shocks, shock_columns
from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    Scales,
    cross_products,
    smooth_level,
)
from chalicelib.attribution.time_series.timeline import Timeline

GUIDE_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """Columns of every model, and the scales of noise and level."""

    columns: Floats
    """Weekdays, year, shocks. Shape (N, m)."""
    scales: Scales
    """With a guide if marketing follows demand."""
    noise_variance: float
    """In conversions squared, where `scales.noise` is one."""
    shocks: tuple[Shock, ...]
    """In rows of the observed steps; including a new weekly pattern."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Fixed before the scales are estimated: the timeline, yearly columns, shocks (in rows)."""

    timeline: Timeline
    yearly: Floats
    shocks: tuple[Shock, ...] = ()

    def relative(self, level: Floats, usual: Floats) -> Floats:
        """Columns of the weekly pattern, annotations and controls.

        The pattern is in proportion to the level, the others to what is usual on that weekday.
        """
        known = self.timeline.context * relative(usual)[:, None]
        return np.column_stack([self.weekdays(level), known])

    def weekdays(self, level: Floats) -> Floats:
        """Columns of the weekly pattern, and of the one that replaces it: (N, 0, 6 or 12)."""
        if self.timeline.step_days > 1:
            return np.zeros((level.size, 0))
        columns = weekday_columns(level, self.timeline.times)
        breaks = [s.start for s in self.shocks if s.kind == "new_weekly_pattern"]
        later = [columns * (np.arange(level.size) >= start)[:, None] for start in breaks]
        return np.column_stack([columns, *later])

    def slow(self, n_steps: int) -> Floats:
        """Columns of year and shocks."""
        lasting = tuple(s for s in self.shocks if s.kind != "new_weekly_pattern")
        return np.column_stack([self.yearly, shock_columns(lasting, n_steps)])


@dataclass(frozen=True, slots=True)
class Rough:
    """A first fit: level, expected conversions, coefficients, variance of the noise."""

    level: Floats
    expected: Floats
    coefficients: Floats
    noise_variance: float


def unit_columns(columns: Floats) -> Floats:
    """Columns scaled to a mean square of one: (N, p) -> (N, p)."""
    return np.asarray(columns / column_sizes(columns))


def column_sizes(columns: Floats) -> Floats:
    """Root of the mean square of each column: (N, p) -> (p,)."""
    return np.asarray(np.maximum(np.sqrt((columns**2).mean(axis=0)), 1e-300))


def find_baseline(
    outcome: Floats, counts: Floats, marketing: Floats, searched: Floats, timeline: Timeline
) -> Baseline:
    """Find patterns, shocks and the guide from demand, with marketing in the model.

    Parameters
    ----------
    outcome : array, shape (N,)
    counts : array, shape (N, K)
        Engagements per step.
    marketing : array, shape (N, K)
        One plausible response per type.
    searched : array, shape (N, p)
        Several responses per type; changes that they explain are not shocks.
    """
    start, patterns = _find_patterns(outcome, marketing, searched, timeline)
    return _guide(start, outcome, counts, marketing, patterns)


def find_unguided_baseline(
    outcome: Floats, marketing: Floats, searched: Floats, timeline: Timeline
) -> Baseline:
    """The same without a guide from demand: the level comes from the outcome alone."""
    return _find_patterns(outcome, marketing, searched, timeline)[0]


def _find_patterns(
    outcome: Floats, marketing: Floats, searched: Floats, timeline: Timeline
) -> tuple[Baseline, _Patterns]:
    patterns = _choose_patterns(outcome, marketing, (), timeline)
    start = _scale(outcome, marketing, patterns)
    shocks = find_shocks(
        outcome, np.column_stack([start.columns, searched]), start.scales, timeline.step_days
    )
    if shocks:
        patterns = replace(patterns, shocks=shocks)
        start = _scale(outcome, marketing, patterns)
    if timeline.step_days == 1:
        day = find_new_pattern(
            outcome,
            np.column_stack([start.columns, marketing]),
            weekday_columns(np.ones(outcome.size), timeline.times),
            start.scales,
        )
        if day is not None:
            change = Shock(day, outcome.size, "new_weekly_pattern")
            patterns = replace(patterns, shocks=(*shocks, change))
            start = _scale(outcome, marketing, patterns)
    return start, patterns


def known_baseline(
    outcome: Floats,
    counts: Floats,
    marketing: Floats,
    shocks: tuple[Shock, ...],
    timeline: Timeline,
) -> Baseline:
    """The same with known shocks."""
    patterns = _choose_patterns(outcome, marketing, shocks, timeline)
    return _guide(_scale(outcome, marketing, patterns), outcome, counts, marketing, patterns)


def _choose_patterns(
    outcome: Floats, marketing: Floats, shocks: tuple[Shock, ...], timeline: Timeline
) -> _Patterns:
    bare = _Patterns(timeline, np.zeros((outcome.size, 0)), shocks)
    start = _scale(outcome, marketing, bare)
    columns = np.column_stack([start.columns, marketing])
    yearly = choose_yearly(outcome, columns, start.scales, timeline.step_days, timeline.times)
    return replace(bare, yearly=yearly)


def _scale(outcome: Floats, marketing: Floats, patterns: _Patterns) -> Baseline:
    """Scales and weekly pattern in proportion to the level.

    That needs a fit, so it is done twice.
    """
    n_steps = outcome.size
    slow = patterns.slow(n_steps)
    level = usual = np.ones(n_steps)
    scales = Scales.at(patterns.timeline.times)
    for _ in range(2):
        columns = np.column_stack([slow, patterns.relative(level, usual)])
        rough = fit_roughly(outcome, columns, marketing, scales)
        smooth = rough.level + slow @ rough.coefficients[: slow.shape[1]]
        weekdays = patterns.weekdays(level)
        first = slow.shape[1]
        usual = smooth + weekdays @ rough.coefficients[first : first + weekdays.shape[1]]
        level = relative(smooth)
        scales = Scales.of_level(smooth, rough.expected, patterns.timeline.times)
    columns = np.column_stack([slow, patterns.relative(level, usual)])
    return Baseline(columns, scales, rough.noise_variance, patterns.shocks)


def _guide(
    baseline: Baseline,
    outcome: Floats,
    counts: Floats,
    marketing: Floats,
    patterns: _Patterns,
) -> Baseline:
    """Add a guide to the level from marketing, if marketing follows the level.

    The level that engagements are compared with comes from the outcome alone, less the effect of
    marketing, which in turn needs the guide. A few rounds solve this, starting without any effect.
    The yearly season is a part of the level here, because marketing follows that too.
    """
    columns = baseline.columns[:, patterns.yearly.shape[1] :]
    guided = replace(baseline, columns=columns)
    nothing = np.zeros((outcome.size, 0))
    rough = fit_roughly(outcome, columns, nothing, baseline.scales)
    for _ in range(GUIDE_ROUNDS):
        rest = outcome - (rough.expected - rough.level)
        plain = fit_roughly(rest, nothing, nothing, baseline.scales)
        guide = read_demand(counts, plain.level, plain.noise_variance, patterns.timeline)
        if guide is None:
            return baseline
        guided = replace(guided, scales=replace(baseline.scales, guide=guide))
        rough = fit_roughly(outcome, columns, marketing, guided.scales)
    return guided


def fit_roughly(outcome: Floats, baseline: Floats, marketing: Floats, scales: Scales) -> Rough:
    """Fit one response per type, at the likeliest variance ratio."""
    columns = np.column_stack([baseline, marketing])
    products = cross_products(outcome, np.zeros((outcome.size, 0)), columns, scales)
    p = columns.shape[1]
    dof = max(products.degrees_of_freedom - p, 1)
    best, chosen, fitted, variance = -np.inf, 0, np.zeros(p), 1.0
    for number, gram in enumerate(products.gram):
        inner = gram[:p, :p] + 1e-9 * np.diag(np.diag(gram)[:p])
        solved = np.linalg.solve(inner, gram[:p, p])
        left = max(float(gram[p, p] - solved @ gram[:p, p]), 1e-300)
        value = float(
            products.log_weight[number]
            - 0.5 * np.linalg.slogdet(inner)[1]
            - 0.5 * dof * np.log(left)
        )
        if value > best:
            best, chosen, fitted, variance = value, number, solved, left / dof
    explained = columns @ fitted
    level = smooth_level(outcome - explained, scales, float(LEVEL_RATIOS[chosen]))
    return Rough(level, level + explained, fitted, variance)

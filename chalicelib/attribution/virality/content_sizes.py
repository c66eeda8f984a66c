"""Contents: how many further shares a share of each brings, and the final size of running ones.

The final size runs the branching process on: each share has a rate of its own, given what it has
brought so far and what its age can show; shares from outside go on to arrive as they did for other
contents of that age.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.virality.credibility import Factors, compare_grown_groups
from chalicelib.attribution.virality.estimated import Estimated, Reproduction
from chalicelib.attribution.virality.missing_parents import content_age
from chalicelib.attribution.virality.offspring import REACHED
from chalicelib.attribution.virality.reproduction import FEW_CHILDREN, Cohort
from chalicelib.attribution.virality.share_edges import SECOND, Edges
from chalicelib.attribution.virality.sharing_delays import Delays

MOST_CONTENTS = 100
DRAWS = 400
FINISHED = 0.02
"""A content runs if more than this part of its size is expected to come."""
ENDLESS = 0.025
"""From this probability of R being 1 or more on, a final size has no upper limit."""
SEEN_ENOUGH = 0.5
"""Part of the children of the present shares that must be visible for a final size."""
INTERVALS = (0.3, 0.6, 0.8, 0.9, 0.96)
"""Quantiles of the ages at which shares come from outside, the limits of intervals of age."""
FEWEST_DONORS = 5
"""Contents that must have lived through an interval of age."""
OUTSIDE_SHAPE = 1.0
"""Gamma shape of the rates of shares from outside between contents."""


@dataclass(frozen=True, slots=True)
class ContentSpread:
    """One content."""

    content: int
    shares: int
    reproduction: Estimated | None
    """R of the content; None if contents cannot be told apart."""
    probability_above: float | None
    """Probability that this R is above 1."""
    final_size: Estimated | None
    """None if nothing more is expected. Without an estimate, `ci_low` is the present size."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents of a cohort."""

    told_apart: bool
    items: tuple[ContentSpread, ...]
    """The contents with most shares, at most `MOST_CONTENTS`."""


@dataclass(frozen=True, slots=True)
class ContentFactors:
    """Contents of a cohort, compared."""

    names: Ints
    """Shape (C,)."""
    group: Ints
    """Content of each share of the cohort; -1 if unknown. Shape (n,)."""
    factors: Factors
    of_share: Floats
    """Factor of the content of each share; 1 if unknown. Shape (n,)."""


def compare_contents(edges: Edges, cohort: Cohort, expected: Floats) -> ContentFactors | None:
    """Factors of contents; None without a known content.

    Parameters
    ----------
    edges : Edges
    cohort : Cohort
    expected : array, shape (n,)
        Children that each share would have if all contents were alike.
    """
    content = edges.content[cohort.rows]
    known = np.flatnonzero(content >= 0)
    if known.size == 0:
        return None
    names, group = np.unique(content[known], return_inverse=True)
    found = np.bincount(cohort.parent, minlength=cohort.rows.size).astype(np.float64)
    factors = compare_grown_groups(found[known], expected[known], group, names.size)
    of_share, groups = np.ones(cohort.rows.size), np.full(cohort.rows.size, -1)
    groups[known] = group
    of_share[known] = factors.factor[group] if factors.told_apart else 1.0
    return ContentFactors(names, groups, factors, of_share)


def describe_contents(
    edges: Edges,
    cohort: Cohort,
    compared: ContentFactors | None,
    r: Reproduction,
    delays: Delays | None,
    at_most: float | None,
) -> Contents:
    """The largest contents, with the final size of those that still spread.

    Parameters
    ----------
    edges : Edges
    cohort : Cohort
    compared : ContentFactors or None
        None without a known content.
    r : Reproduction
    delays : Delays or None
        None with hardly any children; then there are no final sizes.
    at_most : float or None
        Upper limit of R; above the interval of R if parents may be missing. None without a limit.
    """
    if compared is None:
        return Contents(False, ())
    factors = compared.factors
    sizes = np.bincount(compared.group[compared.group >= 0], minlength=compared.names.size)
    shown = np.lexsort((compared.names, -sizes))[:MOST_CONTENTS]
    middle, low, high = (
        r.estimate * one for one in (factors.factor, factors.limit(0.025), factors.limit(0.975))
    )
    above = factors.above(1.0 / r.estimate) if r.estimate > 0 else np.zeros(sizes.size)
    final = (
        _final_sizes(edges, cohort, compared, r, delays, at_most, shown)
        if delays is not None
        else [None] * shown.size
    )
    told = factors.told_apart
    return Contents(
        told,
        tuple(
            ContentSpread(
                int(compared.names[c]),
                int(sizes[c]),
                Estimated(float(middle[c]), float(low[c]), float(high[c])) if told else None,
                float(above[c]) if told else None,
                size,
            )
            for c, size in zip(shown, final, strict=True)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Running:
    """Contents as they are now."""

    shares: Floats
    """Shape (C,)."""
    visible: Floats
    """Part of the children of their shares that can be seen. Shape (C,)."""
    mean: Floats
    """Expected children of the present shares that still come. Shape (C,)."""
    variance: Floats
    """Of that expectation: each share has a rate of its own. Shape (C,)."""
    outside: Ints
    """Draws of shares from outside that still come. Shape (C, D)."""
    dispersion: float
    """Variance of the rates of shares, whose mean is 1."""


def _final_sizes(
    edges: Edges,
    cohort: Cohort,
    compared: ContentFactors,
    r: Reproduction,
    delays: Delays,
    at_most: float | None,
    shown: Ints,
) -> list[Estimated | None]:
    random = np.random.default_rng(0)
    now = _run_on(edges, cohort, compared, r, delays, random)
    factors, told = compared.factors, compared.factors.told_apart
    error = 0.0 if r.log_error is None else r.log_error
    level = np.exp(error * random.standard_t(max(r.df or 1.0, 3.0), DRAWS))
    # with missing parents, the upper end is that of the largest R
    raised = math.inf if at_most is None else max(at_most / max(r.ci_high, 1e-12), 1.0)
    sizes: list[Estimated | None] = []
    for c in shown:
        if now.mean[c] + now.outside[c].mean() < FINISHED * now.shares[c]:
            sizes.append(None)
            continue
        level_of = level
        if told:
            middle = factors.factor[c]
            level_of = level * random.gamma(factors.shape[c], 1.0 / factors.rate[c], DRAWS) / middle
        r_now = r.estimate * (factors.factor[c] if told else 1.0)
        endless = float(np.mean(r_now * level_of * raised >= 1.0)) > ENDLESS
        if now.visible[c] < SEEN_ENOUGH or endless:
            sizes.append(Estimated(None, float(now.shares[c]), None))
            continue
        low, half = np.quantile(_draw_sizes(now, c, r_now, level_of, random), (0.025, 0.5))
        high = np.quantile(_draw_sizes(now, c, r_now, level_of * raised, random), 0.975)
        sizes.append(Estimated(float(half), float(low), float(max(high, half))))
    return sizes


def _run_on(
    edges: Edges,
    cohort: Cohort,
    compared: ContentFactors,
    r: Reproduction,
    delays: Delays,
    random: np.random.Generator,
) -> _Running:
    known = compared.group >= 0
    group, n_contents = compared.group[known], compared.names.size
    seen = delays.share_until(cohort.age[known])
    found = np.bincount(cohort.parent, minlength=cohort.rows.size)[known].astype(np.float64)
    alike = r.estimate * compared.of_share[known]
    expected = alike * seen
    dispersion = _dispersion(found, expected)
    # each share's own rate: gamma with mean 1 before, and what it has brought
    shape, rate = 1.0 / dispersion + found, 1.0 / dispersion + expected
    to_come = alike * (1.0 - seen)
    shares = np.bincount(group, minlength=n_contents).astype(np.float64)
    return _Running(
        shares,
        np.bincount(group, seen, minlength=n_contents) / shares,
        np.bincount(group, shape / rate * to_come, minlength=n_contents).astype(np.float64),
        np.bincount(group, shape / rate**2 * to_come**2, minlength=n_contents).astype(np.float64),
        _outside_to_come(edges, cohort, compared, random),
        dispersion,
    )


def _draw_sizes(
    now: _Running, c: int, r: float, level: Floats, random: np.random.Generator
) -> Floats:
    """Final sizes of a content, shape (D,), for R at the given multiples `level` of `r`."""
    first = random.poisson(_gamma(random, now.mean[c] * level, now.variance[c] * level**2))
    ancestors = (first + now.outside[c]).astype(np.float64)
    below = np.minimum(r * level, 0.999)
    descendants = _gamma(
        random,
        ancestors * below / (1.0 - below),
        ancestors * below * (1.0 + now.dispersion * below) / (1.0 - below) ** 3,
    )
    return np.asarray(now.shares[c] + ancestors + np.rint(descendants))


def _dispersion(found: Floats, expected: Floats) -> float:
    """Variance of the rates of shares, by moments; between 0.01 and 50."""
    residual, squared = found - expected, float(expected @ expected)
    extra = float(residual @ residual) - float(expected.sum())
    return float(np.clip(extra / squared, 0.01, 50.0)) if squared > 0 else 1.0


def _outside_to_come(
    edges: Edges, cohort: Cohort, compared: ContentFactors, random: np.random.Generator
) -> Ints:
    """Draws of the number of shares that still come from outside, shape (C, D).

    For each interval of ages that a content has still to live, it gets as many as a content that
    has lived through it, drawn at random, times the relative rate of the content so far. So a
    content may be promoted later, as others were. Nothing comes after the age that the oldest
    contents have reached.
    """
    n_contents = compared.names.size
    age = content_age(edges)[cohort.rows]
    known = compared.group >= 0
    total_age = np.zeros(n_contents)
    np.maximum.at(total_age, compared.group[known], (cohort.age + age)[known])
    from_outside: Bools = known & ~edges.brought[cohort.rows] & (age > SECOND / 2)
    arrived, of = age[from_outside], compared.group[from_outside]
    nothing = np.zeros((n_contents, DRAWS), dtype=np.int64)
    if arrived.size < FEW_CHILDREN or n_contents < FEWEST_DONORS:
        return nothing
    horizon = float(np.sort(total_age)[-max(FEWEST_DONORS, int(REACHED * n_contents))])
    ends = np.append(np.quantile(arrived[arrived < horizon], INTERVALS), horizon)
    bounds = np.unique(np.concatenate([[0.0], ends]))
    interval = np.searchsorted(bounds, arrived, side="left") - 1
    counted = interval < bounds.size - 1
    counts = np.zeros((n_contents, bounds.size - 1))
    np.add.at(counts, (of[counted], interval[counted]), 1.0)
    through = total_age[:, None] >= bounds[1:]
    usual = np.sum(counts * through, axis=0) / np.maximum(through.sum(axis=0), 1)
    lived = np.clip((total_age[:, None] - bounds[:-1]) / np.diff(bounds), 0.0, 1.0)
    # the rate of a content: gamma with the mean of all, and what it has got so far
    shape = OUTSIDE_SHAPE + np.bincount(of, minlength=n_contents)
    relative = random.gamma(shape[:, None], 1.0, nothing.shape)
    relative /= (OUTSIDE_SHAPE + lived @ usual)[:, None]
    to_come = np.zeros(nothing.shape)
    for j in range(bounds.size - 1):
        donors = counts[through[:, j], j]
        waiting = np.flatnonzero(lived[:, j] < 1.0)
        drawn = donors[random.integers(0, donors.size, (waiting.size, DRAWS))]
        to_come[waiting] += drawn * (1.0 - lived[waiting, j])[:, None]
    return np.asarray(random.poisson(to_come * relative))


def _gamma(random: np.random.Generator, mean: Floats, variance: Floats) -> Floats:
    """Gamma draws with these means and variances; 0 where the mean is 0."""
    positive = (mean > 0) & (variance > 0)
    shape = np.where(positive, mean**2 / np.where(positive, variance, 1.0), 1.0)
    scale = np.where(positive, variance / np.where(positive, mean, 1.0), 0.0)
    return np.asarray(random.gamma(shape, 1.0) * scale)

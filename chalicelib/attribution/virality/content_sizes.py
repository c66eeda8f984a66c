"""Contents: how many further shares a share of each brings, and the final size of running ones.

The final size runs the branching process on: each share has a rate of its own, given what it has
brought so far and what its age can show; shares from outside go on to arrive as they did for other
contents of that age.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.virality.credibility import Factors, compare_grown_groups
from chalicelib.attribution.virality.estimated import Estimated, Reproduction
from chalicelib.attribution.virality.missing_parents import content_age
from chalicelib.attribution.virality.reproduction import FEW_CHILDREN, Cohort
from chalicelib.attribution.virality.share_edges import SECOND, Edges
from chalicelib.attribution.virality.sharing_delays import Delays, fit_delays

MOST_CONTENTS = 100
DRAWS = 400
FINISHED = 0.02
"""A content runs if more than this part of its size is expected to come."""
ENDLESS = 0.025
"""From this probability of R being 1 or more on, a final size has no upper limit."""
SEEN_ENOUGH = 0.5
"""Part of the children of the present shares that must be visible for a final size."""
FACTORS_COUNT = 0.05


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
) -> Contents:
    """The largest contents, with the final size of those that still spread."""
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
        _final_sizes(edges, cohort, compared, r, delays, shown)
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


def _final_sizes(
    edges: Edges,
    cohort: Cohort,
    compared: ContentFactors,
    r: Reproduction,
    delays: Delays,
    shown: Ints,
) -> list[Estimated | None]:
    random = np.random.default_rng(0)
    known = compared.group >= 0
    group, n_contents = compared.group[known], compared.names.size
    seen = delays.share_until(cohort.age[known])
    found = np.bincount(cohort.parent, minlength=cohort.rows.size)[known].astype(np.float64)
    expected = r.estimate * compared.of_share[known] * seen
    shares = np.bincount(group, minlength=n_contents).astype(np.float64)
    visible = np.bincount(group, seen, minlength=n_contents) / shares
    dispersion = _dispersion(found, expected)
    # each share's own rate: gamma with mean 1 before, and what it has brought
    shape, rate = 1.0 / dispersion + found, 1.0 / dispersion + expected
    to_come = r.estimate * compared.of_share[known] * (1.0 - seen)
    mean = np.bincount(group, shape / rate * to_come, minlength=n_contents)
    spread = np.bincount(group, shape / rate**2 * to_come**2, minlength=n_contents)
    outside = _outside_to_come(edges, cohort, compared, random)

    error = 0.0 if r.log_error is None else r.log_error
    level = np.exp(error * random.standard_t(max(r.df or 1.0, 3.0), DRAWS))
    factors = compared.factors
    sizes: list[Estimated | None] = []
    for c in shown:
        if mean[c] + outside[c].mean() < FINISHED * shares[c]:
            sizes.append(None)
            continue
        if visible[c] < SEEN_ENOUGH:
            sizes.append(Estimated(None, float(shares[c]), None))
            continue
        factor = (
            random.gamma(factors.shape[c], 1.0 / factors.rate[c], DRAWS)
            if factors.told_apart
            else np.ones(DRAWS)
        )
        r_draw = r.estimate * factor * level
        middle = max(r.estimate * (factors.factor[c] if factors.told_apart else 1.0), 1e-12)
        first = random.poisson(
            _gamma(random, mean[c] * r_draw / middle, spread[c] * (r_draw / middle) ** 2)
        )
        ancestors = first + outside[c]
        below = np.minimum(r_draw, 0.999)
        descendants = _gamma(
            random,
            ancestors * below / (1.0 - below),
            ancestors * below * (1.0 + dispersion * below) / (1.0 - below) ** 3,
        )
        final = shares[c] + ancestors + np.rint(descendants)
        endless = float(np.mean(r_draw >= 1.0)) > ENDLESS
        low, half, high = np.quantile(final, (0.025, 0.5, 0.975))
        sizes.append(
            Estimated(
                None if endless else float(half), float(low), None if endless else float(high)
            )
        )
    return sizes


def _dispersion(found: Floats, expected: Floats) -> float:
    """Variance of the rates of shares, by moments; between 0.01 and 50."""
    residual, squared = found - expected, float(expected @ expected)
    extra = float(residual @ residual) - float(expected.sum())
    return float(np.clip(extra / squared, 0.01, 50.0)) if squared > 0 else 1.0


def _outside_to_come(
    edges: Edges, cohort: Cohort, compared: ContentFactors, random: np.random.Generator
) -> Ints:
    """Draws of the number of shares that still come from outside, shape (C, D)."""
    n_contents = compared.names.size
    age = content_age(edges)[cohort.rows]
    known = compared.group >= 0
    from_outside: Bools = known & ~edges.brought[cohort.rows] & (age > SECOND / 2)
    # age of the content when its last moment of the data is reached
    total_age = np.zeros(n_contents)
    np.maximum.at(total_age, compared.group[known], (cohort.age + age)[known])
    arrivals = np.bincount(compared.group[from_outside], minlength=n_contents)
    if int(from_outside.sum()) < FEW_CHILDREN:
        return np.zeros((n_contents, DRAWS), dtype=np.int64)
    none = np.zeros(int(from_outside.sum()), dtype=np.int64)
    arriving, _ = fit_delays(age[from_outside], total_age[compared.group[from_outside]], none, 0)
    until = np.clip(arriving.share_until(total_age), 0.01, 1.0)
    rate = random.gamma(arrivals[:, None] + FACTORS_COUNT, 1.0, (n_contents, DRAWS))
    return np.asarray(random.poisson(rate * ((1.0 - until) / until)[:, None]))


def _gamma(random: np.random.Generator, mean: Floats, variance: Floats) -> Floats:
    """Gamma draws with these means and variances; 0 where the mean is 0."""
    positive = (mean > 0) & (variance > 0)
    shape = np.where(positive, mean**2 / np.where(positive, variance, 1.0), 1.0)
    scale = np.where(positive, variance / np.where(positive, mean, 1.0), 0.0)
    return np.asarray(random.gamma(shape, 1.0) * scale)

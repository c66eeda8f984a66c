"""Multipliers: people whose shares bring more further shares than the average share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.virality.credibility import (
    Factors,
    compare_groups,
    triple_products,
)
from chalicelib.attribution.virality.estimated import Estimated
from chalicelib.attribution.virality.reproduction import Cohort
from chalicelib.attribution.virality.share_edges import Edges

MOST_PEOPLE = 100
SILENT = 0.001
"""Probability that an average account would have brought nothing so far, below which an account
without children counts as silent.
"""
TOP = 0.01
NAMED_WRONGLY = 0.05
"""Part of the named people who may be named wrongly."""
_POISSON = 1e-6


@dataclass(frozen=True, slots=True)
class PersonFactor:
    """A person with a factor above 1."""

    person: int
    shares: int
    brought: int
    """Children; a pair of people counts once."""
    factor: Estimated
    """How many times the children of the average share a share of this person brings."""


@dataclass(frozen=True, slots=True)
class Multipliers:
    """People, compared by what their shares bring."""

    told_apart: bool
    """Whether people differ more than they would by luck. If not, no one is named."""
    brought_by_top_percent: float | None
    """Share of the children that the top 1 % of people bring, without luck."""
    silent_share: float
    """Share of the shares by accounts that should have brought something by now."""
    people: tuple[PersonFactor, ...]
    """By factor, the largest first; at most `MOST_PEOPLE`."""


NO_MULTIPLIERS = Multipliers(False, None, 0.0, ())


def first_of_pairs(edges: Edges, cohort: Cohort) -> Bools:
    """Which children are the first of their pair of people, shape (m,).

    Children with an unknown person on either side count each.
    """
    first = np.ones(cohort.children.size, dtype=bool)
    parents = edges.person[cohort.rows[cohort.parent]]
    children = edges.person[cohort.children]
    known = np.flatnonzero((parents >= 0) & (children >= 0))
    if known.size:
        pair = parents[known] * (int(edges.person.max()) + 1) + children[known]
        _, at = np.unique(pair, return_index=True)  # rows are in order of time
        first[known] = False
        first[known[at]] = True
    return first


def find_multipliers(edges: Edges, cohort: Cohort, expected: Floats) -> Multipliers:
    """Compare the people of a cohort.

    Parameters
    ----------
    edges : Edges
    cohort : Cohort
    expected : array, shape (n,)
        Children that each share of the cohort would have if all people were alike.
    """
    person = edges.person[cohort.rows]
    known = np.flatnonzero((person >= 0) & (expected > 0))
    counted = cohort.parent[first_of_pairs(edges, cohort)]
    found = np.bincount(counted, minlength=cohort.rows.size).astype(np.float64)[known]
    if known.size == 0 or found.sum() == 0:
        return NO_MULTIPLIERS
    people, group = np.unique(person[known], return_inverse=True)
    expected = expected[known] * (found.sum() / expected[known].sum())
    silent = _silent(found, expected, group, people.size)
    kept = ~silent[group]
    names, of = np.unique(group[kept], return_inverse=True)
    others = found[kept].sum() / expected[kept].sum()
    factors = compare_groups(found[kept], expected[kept] * others, of, names.size)
    residual = found[kept] - expected[kept] * others
    if factors.told_apart and triple_products(residual, of, names.size) <= 0:
        # people differ because some bring nothing, not because some bring much
        silent |= _brought_nothing(found, expected, group, people.size)
        return Multipliers(False, None, float(np.mean(silent[group])), ())
    silent_share = float(np.mean(silent[group]))
    if not factors.told_apart:
        return Multipliers(False, None, silent_share, ())
    shares = np.bincount(of, minlength=names.size)
    return Multipliers(
        True,
        _brought_by_top(factors, people.size),
        silent_share,
        _named(people[names], shares, factors, float(others)),
    )


def _brought_nothing(found: Floats, expected: Floats, group: Ints, n_groups: int) -> Bools:
    """People without children where at least one was expected, shape (G,)."""
    nothing = np.bincount(group, found, minlength=n_groups) == 0
    return np.asarray(nothing & (np.bincount(group, expected, minlength=n_groups) >= 1.0))


def _silent(found: Floats, expected: Floats, group: Ints, n_groups: int) -> Bools:
    """People without children who should have some, shape (G,)."""
    residual = found - expected
    scale = max(float(residual @ residual) / float(expected.sum()), 1.0 + 1e-6)
    of_person = np.bincount(group, expected, minlength=n_groups)
    nothing = np.bincount(group, found, minlength=n_groups) == 0
    # probability of zero in a negative binomial distribution with this ratio of variance to mean
    return np.asarray(nothing & (-of_person * np.log(scale) / (scale - 1.0) < np.log(SILENT)))


def _brought_by_top(factors: Factors, n_people: int) -> float:
    brought = factors.factor * factors.expected
    top = max(int(np.ceil(TOP * n_people)), 1)
    return float(np.sort(brought)[::-1][:top].sum() / brought.sum())


def _not_by_luck(factors: Factors, others: float) -> Bools:
    """People whose children an average person would hardly have, shape (G,).

    The intervals of factors rest on a gamma distribution of factors. If a few people bring very
    much and all others are alike, it makes lucky people look like multipliers: of thousands with
    one or two shares, dozens bring three or more. So the number of children is also tested against
    that of a person with factor 1, with a limit on the part of the named who are named wrongly
    (Benjamini, Hochberg 1995).
    """
    mean = factors.expected / others
    more = factors.scale - 1.0
    if more > _POISSON:
        p = stats.nbinom.sf(factors.found - 1, mean / more, 1.0 / factors.scale)
    else:
        p = stats.poisson.sf(factors.found - 1, mean)
    return np.asarray(multipletests(p, alpha=NAMED_WRONGLY, method="fdr_bh")[0], dtype=bool)


def _named(people: Ints, shares: Ints, factors: Factors, others: float) -> tuple[PersonFactor, ...]:
    middle, low, high = factors.factor, factors.limit(0.025), factors.limit(0.975)
    chosen = np.flatnonzero((low * others > 1.0) & _not_by_luck(factors, others))
    chosen = chosen[np.lexsort((people[chosen], -middle[chosen]))][:MOST_PEOPLE]
    return tuple(
        PersonFactor(
            int(people[g]),
            int(shares[g]),
            int(factors.found[g]),
            Estimated(*(float(others * one[g]) for one in (middle, low, high))),
        )
        for g in chosen
    )

"""Comparisons behind the warnings about R."""

from __future__ import annotations

import math

import numpy as np

from chalicelib.attribution.arrays import Bools
from chalicelib.attribution.virality.estimated import Reproduction
from chalicelib.attribution.virality.person_factors import first_of_pairs
from chalicelib.attribution.virality.reproduction import (
    CAUTIOUS_SHAPE,
    Cohort,
)
from chalicelib.attribution.virality.share_edges import Edges

DIFFERENT = 2.58
"""Standard errors; 1 % of equal groups differ by more."""
PAIRS_DIFFER = 0.2
ROOT_ONLY = 0.01
LARGEST = 10
"""Shares with most children, whose tail index is estimated."""
INFINITE_VARIANCE = 2.0
"""Tail index up to which the variance of the children per share is infinite."""


def fades(later: Reproduction | None, outside: Reproduction | None) -> bool:
    """Whether shares that were brought themselves bring significantly fewer than the others."""
    if later is None or outside is None or outside.estimate <= 0 or outside.log_error is None:
        return False
    if later.estimate <= 0 or later.log_error is None:
        return later.ci_high < outside.ci_low
    apart = math.log(outside.estimate / later.estimate)
    return apart > DIFFERENT * math.hypot(outside.log_error, later.log_error)


def pairs_inflate(edges: Edges, cohort: Cohort) -> bool:
    """Whether the same pairs of people, again and again, are a fifth of the children."""
    m = cohort.children.size
    return m > 0 and 1.0 - float(np.mean(first_of_pairs(edges, cohort))) >= PAIRS_DIFFER


def tail_is_heavy(cohort: Cohort) -> bool:
    """Whether the variance of the children per share may be infinite.

    The tail index of the ten largest numbers of children (Hill 1975). If it is below 2, the largest
    shares of other data may be far larger, and no interval from these data is wide enough.
    """
    found = np.sort(np.bincount(cohort.parent, minlength=LARGEST + 1))[::-1].astype(np.float64)
    if found[LARGEST] < 2:  # so small numbers show no tail
        return False
    mean_log = float(np.mean(np.log(found[:LARGEST] / found[LARGEST])))
    return mean_log > 1.0 / INFINITE_VARIANCE


def followed_anyway(edges: Edges, cohort: Cohort) -> float | None:
    """Share of the children whose person followed the page; None without children."""
    if cohort.children.size == 0:
        return None
    return float(np.mean(edges.follows_page[cohort.children]))


def names_only_roots(edges: Edges, chosen: Bools) -> bool:
    """Whether all parents in a channel are shares from outside though some should not be.

    Platforms may name the original of a chain instead of the share that was passed on. Then no
    share has a grandparent. If shares that were brought brought half as many as the others, such
    a result would have a probability below 1 %, also if few shares brought most.

    Parameters
    ----------
    edges : Edges
    chosen : array, shape (n,)
        Shares of the channel.
    """
    children = np.flatnonzero(chosen & edges.linked)
    if children.size == 0 or edges.brought[edges.parent[children]].any():
        return False
    usual = float(np.median(edges.delay[children]))
    waited = int(np.sum(edges.age[children] >= usual))
    half = children.size / max(int(chosen.sum()), 1) / 2.0
    log_chance = -CAUTIOUS_SHAPE * waited * math.log1p(half / CAUTIOUS_SHAPE)
    return log_chance < math.log(ROOT_ONLY)

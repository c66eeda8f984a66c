"""Person effects and day effects per stratum projected out of the panel, by sums that add up.

The sums kept per stratum are

* ``gram``    (p, p)  cross products within persons,
* ``cells``   (T, p)  sums per day of the person-demeaned columns,
* ``entered`` (T,)    number of people whose time at risk begins on a day,

from which both effects are projected out exactly (Frisch, Waugh 1933; no iteration). Sums of two
sets of people add up, so a fit can be spread over shards. The p columns are those of
`panel_columns`, the outcome last.

Subtracting a person's mean compares a day with all other days of the person, including later
ones. If engagements react to earlier conversions (buyers like the page), that biases the
coefficients by a term of order 1 / T (Nickell 1981). `Scores.shift` is the contribution of the
`REACTION_DAYS` after each day to that bias. It is estimated from the residuals (after
Hahn, Kuersteiner 2011) and added back to the cross products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import blas

from chalicelib.attribution.adstock import DECAYS, share_inside
from chalicelib.attribution.arrays import Bools, Floats, Ints
from chalicelib.attribution.within_user.panel import People, chunks_of
from chalicelib.attribution.within_user.panel_columns import Columns, share_of_blocks_inside
from chalicelib.attribution.within_user.panel_sums import combine_columns, sum_columns

REACTION_DAYS = 14
"""Days within which engagements may react to a conversion."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The panel after person effects and day effects per stratum."""

    gram: Floats
    """Cross products of the projected columns, per stratum. Shape (S, p, p)."""
    day_effects: Floats
    """Coefficients of the stratum-days, for each column of the panel. Shape (S, T, p)."""
    n_rows: Ints
    n_people: Ints
    """Person-days at risk, and people with at least two of them. Shape (S,)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of the people's residuals, q = p - 1."""

    shift: Floats
    """To add to the cross products of columns and outcome, because reactions to earlier conversions
    would otherwise bias the coefficients. Shape (S, q).
    """
    meat: Floats
    """Sum over persons of the outer product of their scores, reactions included. Shape (S, q, q).
    """
    fourth: Floats
    """Sum over persons of the fourth power of their scores. Shape (S, q)."""


def project(people: People, strata: Ints) -> Projection:
    """Cross products of the panel with both effects projected out.

    Parameters
    ----------
    strata : int array, shape (N,)
    """
    n_days = people.days.size
    p = Columns(people.n_kinds).n_regressors + 1
    n_strata = int(strata.max(initial=0)) + 1
    gram = np.zeros((n_strata, p, p))
    cells = np.zeros((n_strata, n_days, p))
    entered = np.zeros((n_strata, n_days))
    for chunk in chunks_of(people, strata):
        columns, entry, stratum = chunk.columns(people.days), chunk.entry, chunk.stratum
        flat = columns.reshape(-1, p)
        sums = columns.sum(axis=0)
        means = sums / (n_days - entry)[:, None]
        # the lower triangle alone: half the work of a product of two matrices
        gram[stratum] += blas.dsyrk(1.0, flat.T, lower=True) - np.tril(sums.T @ means)
        steps = np.zeros((n_days, p))
        np.add.at(steps, entry, means)
        cells[stratum] += columns.sum(axis=1) - np.cumsum(steps, axis=0)
        entered[stratum] += np.bincount(entry, minlength=n_days)
    day_effects = np.zeros_like(cells)
    for stratum in range(n_strata):
        day_effects[stratum] = _solve_days(entered[stratum], cells[stratum])
        gram[stratum] += np.tril(gram[stratum], -1).T
        gram[stratum] -= cells[stratum].T @ day_effects[stratum]
    return Projection(
        (gram + gram.transpose(0, 2, 1)) / 2,
        day_effects,
        (entered @ (n_days - np.arange(n_days))).astype(np.int64),
        entered.sum(axis=1).astype(np.int64),
    )


def score(people: People, strata: Ints, projection: Projection, coefficients: Floats) -> Scores:
    """Scores of the people at given coefficients, shape (q,).

    A person's score is ``sum_t x_it * residual_it`` over the projected columns. Clustering by
    person allows any correlation of a person's residuals over time (Liang, Zeger 1986;
    Arellano 1987).
    """
    used, q = people.days, coefficients.size
    where = Columns(people.n_kinds)
    n_strata = projection.n_people.size
    contrast = np.append(-coefficients, 1.0)
    shift = np.zeros((n_strata, q))
    meat = np.zeros((n_strata, q, q))
    fourth = np.zeros((n_strata, q))
    left = (people.n_days - used)[:, None].astype(np.float64)
    inside, later = share_inside(DECAYS[None, :], left), share_of_blocks_inside(left[:, 0])
    for chunk in chunks_of(people, strata):
        stratum, counts = chunk.stratum, chunk.counts
        at_risk = np.arange(used.size)[:, None] >= chunk.entry[None, :]
        length = used.size - chunk.entry
        effects = projection.day_effects[stratum]
        following = chunk.following
        fitted = combine_columns(counts, chunk.first_day, coefficients, following)
        residual = (chunk.outcome - fitted)[used] - (effects @ contrast)[:, None]
        residual *= at_risk
        residual -= at_risk * (residual.sum(axis=0) / length)
        series = np.zeros_like(chunk.outcome)
        series[used] = residual
        own = sum_columns(counts, chunk.first_day, series, following)
        own -= residual.T @ effects[:, :-1]
        touches = counts[used] * at_risk[:, :, None]
        reaction = np.zeros_like(own)
        reaction[:, : where.n_adstocks] = _reactions(touches, residual, at_risk, length, inside)
        late = _reactions(touches, residual, at_risk, length, later)
        reaction[:, where.blocks.T.ravel()] = late
        scores = own + reaction
        shift[stratum] += reaction.sum(axis=0)
        meat[stratum] += scores.T @ scores
        fourth[stratum] += (scores**4).sum(axis=0)
    return Scores(shift, meat, fourth)


def _reactions(
    touches: Floats, residual: Floats, at_risk: Bools, length: Ints, inside: Floats
) -> Floats:
    """Covariance of engagements of the next days with today's residual, shape (n, K * columns).

    ``1 / (T - L) * sum_t residual_t * sum_{t < s <= t + L} (x_s - mean x) * inside_s``: an
    engagement on day s adds the adstock left inside the window to the sum of a column. The divisor
    is T - L instead of T, because the mean was subtracted from the residuals.
    """
    n_days, n = residual.shape
    horizon = np.minimum(REACTION_DAYS, length // 3)
    # sum over the pairs (t, s), by s: residuals of the days before s
    before = np.concatenate([np.zeros((1, n)), np.cumsum(residual, axis=0)])
    days = np.arange(n_days)
    recent = before[days] - before[np.maximum(days[:, None] - horizon, 0), np.arange(n)]
    centred = touches - at_risk[:, :, None] * (touches.sum(axis=0) / length[:, None])
    weighted = centred * recent[:, :, None]
    sums = weighted.transpose(1, 2, 0) @ inside
    return np.asarray(sums.reshape(n, -1) / (length - horizon)[:, None])


def _solve_days(entered: Floats, cells: Floats) -> Floats:
    """Day coefficients of one stratum: ``pinv(D' M D) cells`` with M subtracting person means.

    ``D' M D = diag(n_t) - sum over persons of r r' / length``, where r marks the days at risk; the
    second term is a cumulative sum over the days of entry.
    """
    n_days = entered.size
    if not entered.any():
        return np.zeros_like(cells)
    share = np.cumsum(entered / (n_days - np.arange(n_days)))
    shared = np.minimum.outer(np.arange(n_days), np.arange(n_days))
    normal = np.diag(np.cumsum(entered)) - share[shared]
    values, vectors = np.linalg.eigh(normal)
    keep = values > values[-1] * 1e-10
    inverse = (vectors[:, keep] / values[keep]) @ vectors[:, keep].T
    return np.asarray(inverse @ cells)

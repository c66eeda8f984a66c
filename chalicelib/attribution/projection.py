"""Person effects and day effects per stratum taken out of the panel, by sums that add up.

What is kept of the people are sums

* ``gram``    (p, p)     cross products within persons,
* ``cells``   (S, T, p)  sums per stratum and day of the person-demeaned columns,
* ``entered`` (S, T)     how many people of a stratum came to be at risk on a day,

from which both effects are projected out exactly (Frisch, Waugh 1933; no iteration).  Sums of two
sets of people add up, so a fit can be spread over shards.  p = K * G + 1, the outcome last.

Everything is done twice: with one effect per person, and with one per person and half of their time
at risk.  A person effect that is estimated from T days biases the coefficients by something in the
order of 1 / T where engagements react to earlier conversions (buyers like the page; Nickell 1981);
with halves the bias is twice that, so twice the first fit less the second is free of it (the
half-panel jackknife of Dhaene, Jochmans 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.panel import People, Progress, chunks_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WHOLE, HALVES = 0, 1


@dataclass(frozen=True, slots=True)
class Projection:
    """The panel after person effects and day effects per stratum.

    Attributes
    ----------
    gram : array, shape (2, p, p)
        Cross products of the projected columns; first with effects per person, then with effects
        per person and half.
    day_effects : array, shape (2, S, T, p)
        Coefficients of the stratum-days, one column of the panel each.
    n_rows : int
        Person-days at risk.
    n_people : int
        People with at least two days at risk.
    """

    gram: Floats
    day_effects: Floats
    n_rows: int
    n_people: int


def project(people: People, strata: Ints, progress: Progress | None = None) -> Projection:
    """Cross products of the panel with both effects taken out.

    Parameters
    ----------
    people : People
    strata : int array, shape (N,)
    progress : callable, optional
        Told the share of people done, in [0, 1].
    """
    n_days = people.n_days
    p = people.n_kinds * DECAYS.size + 1
    n_strata = int(strata.max(initial=0)) + 1
    gram = np.zeros((2, p, p))
    cells = np.zeros((2, n_strata, n_days, p))
    entered = np.zeros((n_strata, n_days))
    for chunk in chunks_of(people, strata, progress):
        columns, entry, stratum = chunk.columns, chunk.entry, chunk.stratum
        flat = columns.reshape(-1, p)
        products = flat.T @ flat
        by_day = columns.sum(axis=1)
        middle = _middle(entry, n_days)
        whole = columns.sum(axis=0)
        first = np.einsum("tnp,tn->np", columns, _before(middle, n_days), optimize=True)
        spells = (
            ((entry, np.full_like(entry, n_days), whole),),
            ((entry, middle, first), (middle, np.full_like(entry, n_days), whole - first)),
        )
        for form, parts in enumerate(spells):
            gram[form] += products
            cells[form, stratum] += by_day
            for start, stop, sums in parts:
                means = sums / (stop - start)[:, None]
                gram[form] -= sums.T @ means
                steps = np.zeros((n_days + 1, p))
                np.add.at(steps, start, means)
                np.subtract.at(steps, stop, means)
                cells[form, stratum] -= np.cumsum(steps, axis=0)[:-1]
        entered[stratum] += np.bincount(entry, minlength=n_days)
    day_effects = np.zeros_like(cells)
    for form in (WHOLE, HALVES):
        for stratum in range(n_strata):
            solved = _solve_days(entered[stratum], cells[form, stratum], form)
            day_effects[form, stratum] = solved
            gram[form] -= cells[form, stratum].T @ solved
    at_risk = n_days - np.arange(n_days)
    return Projection(
        (gram + gram.transpose(0, 2, 1)) / 2,
        day_effects,
        int((entered.sum(axis=0) * at_risk).sum()),
        int(entered.sum()),
    )


def score_products(
    people: People,
    strata: Ints,
    projection: Projection,
    coefficients: Floats,
    progress: Progress | None = None,
) -> Floats:
    """Sum over persons of the outer product of their scores: the "meat", shape (2q, 2q), q = p - 1.

    A person's score is ``sum_t x_it * residual_it`` over the projected columns, for both forms one
    after the other.  Clustering by person lets a person's residuals be correlated over time in any
    way (Liang, Zeger 1986; Arellano 1987).

    Parameters
    ----------
    coefficients : array, shape (2, q)
        The residuals' coefficients, per form.
    """
    n_days = people.n_days
    q = coefficients.shape[1]
    contrast = np.concatenate([-coefficients, np.ones((2, 1))], axis=1)
    meat = np.zeros((2 * q, 2 * q))
    for chunk in chunks_of(people, strata, progress):
        columns, entry = chunk.columns, chunk.entry
        middle = _middle(entry, n_days)
        at_risk = ~_before(entry, n_days)
        early = at_risk & _before(middle, n_days)
        masks = ((at_risk,), (early, at_risk & ~early))
        scores = np.empty((entry.size, 2 * q))
        for form, spells in enumerate(masks):
            effects = projection.day_effects[form, chunk.stratum]
            residual = columns @ contrast[form] - (effects @ contrast[form])[:, None]
            for spell in spells:
                mean = (residual * spell).sum(axis=0) / spell.sum(axis=0)
                residual -= spell * mean
            residual *= at_risk
            own = np.einsum("tnp,tn->np", columns[:, :, :-1], residual, optimize=True)
            scores[:, form * q : (form + 1) * q] = own - residual.T @ effects[:, :-1]
        meat += scores.T @ scores
    return meat


def _middle(entry: Ints, n_days: int) -> Ints:
    """First day of the second half of each person's time at risk."""
    return entry + (n_days - entry) // 2


def _before(day: Ints, n_days: int) -> NDArray[np.bool_]:
    """Whether a day lies before each person's `day`, shape (T, n)."""
    return np.asarray(np.arange(n_days)[:, None] < day[None, :])


def _solve_days(entered: Floats, cells: Floats, form: int) -> Floats:
    """Day coefficients of one stratum: ``pinv(D' M D) cells`` with M taking out person means.

    ``D' M D = diag(n_t) - sum over persons and spells of r r' / length``, where r marks the days of
    a spell; the second term is built from the corners of its blocks.
    """
    n_days = entered.size
    if not entered.any():
        return np.zeros_like(cells)
    entry = np.flatnonzero(entered)
    middle = _middle(entry, n_days)
    end = np.full_like(entry, n_days)
    spells = [(entry, end)] if form == WHOLE else [(entry, middle), (middle, end)]
    corners = np.zeros((n_days + 1, n_days + 1))
    for start, stop in spells:
        share = entered[entry] / (stop - start)
        for rows, columns, sign in ((start, start, 1), (stop, stop, 1), (start, stop, -1)):
            np.add.at(corners, (rows, columns), sign * share)
            if sign < 0:
                np.add.at(corners, (columns, rows), sign * share)
    shared = corners.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
    normal = np.diag(np.cumsum(entered)) - shared
    values, vectors = np.linalg.eigh(normal)
    keep = values > values[-1] * 1e-10
    inverse = (vectors[:, keep] / values[keep]) @ vectors[:, keep].T
    return np.asarray(inverse @ cells)

"""Effects that come weeks later, which a response that fades from the first day on cannot model.

Each type has one column with the engagements of two to four weeks ago, evenly weighted. The
probability of late effects comes from a Bayes factor: a model with these columns and without slow
decays against the model with all decays and without the columns. A slow decay explains much of a
late effect, and vice versa; the one that explains the outcome better is more likely. Late
effects are expected to be positive, and similar for all types of a brand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.time_series.averaged_effects import PLAUSIBLE_SHARE
from chalicelib.attribution.time_series.baseline import Baseline, column_sizes, unit_columns
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.resolution import Resolution
from chalicelib.attribution.time_series.structural import Products, cross_products
from chalicelib.attribution.time_series.timeline import Timeline

LAGS = (14, 30)
"""First and last day after the engagement."""
MIN_DAYS = 120
"""Days of data from which on such columns can be separated from the level."""
LATE_BRANDS = 0.15
"""Prior probability that a brand has late effects."""
SIZES = (0.02, 0.05, 0.1)
"""Prior means of a type's late effects in such a brand, as shares of all conversions; equally
likely.
"""
SPREAD = 0.7
"""Standard deviation of late effects around that mean, in units of it."""
FADING_BESIDE_LATE = 7
"""The first decays of the grid, up to a half-life of three and a half days. Slower ones would
only change the shape of the late effect.
"""
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class LateColumns:
    """Columns of late effects."""

    unit: Floats
    """On the used steps, with a mean square of one. Shape (N, K)."""
    caused: Floats
    """Factor from the coefficient of a column to conversions inside the window per engagement.
    Shape (K,).
    """

    @classmethod
    def of(
        cls, seen: Floats, filled: Floats, resolution: Resolution, timeline: Timeline
    ) -> LateColumns:
        """Build the columns from engagements.

        Before the window and in gaps a type has its mean, without credit for the effect.

        Parameters
        ----------
        seen, filled : arrays, shape (T, K)
            Engagements per day, with empty and with filled gaps.
        """
        late = resolution.total(delayed_counts(filled))[timeline.times]
        inside = resolution.total(delayed_counts(seen, np.zeros(seen.shape[1])))
        return cls(unit_columns(late), inside.sum(axis=0) / seen.sum(axis=0) / column_sizes(late))


def delayed_counts(counts: Floats, before: Floats | None = None) -> Floats:
    """Mean of the engagements `LAGS` days ago, shape (T, K).

    Parameters
    ----------
    counts : array, shape (T, K)
    before : array, shape (K,), optional
        Engagements a day before the window; by default the mean of those inside.
    """
    first, last = LAGS
    n_days = counts.shape[0]
    usual = counts.mean(axis=0) if before is None else before
    longer = np.vstack([np.repeat(usual[None, :], last, axis=0), counts])
    sums = np.vstack([np.zeros((1, counts.shape[1])), np.cumsum(longer, axis=0)])
    day = np.arange(n_days) + last
    return np.asarray((sums[day - first + 1] - sums[day - last]) / (last - first + 1))


def late_probability(
    outcome: Floats,
    responses: Floats,
    chosen: Ints,
    late: Floats,
    baseline: Baseline,
    prior: DecaysAndShapes,
) -> float:
    """Probability of late effects, given the totals.

    Both models have their likeliest decays, searched type by type given those of the others.
    Variance ratios and the size of late effects are integrated out.

    Parameters
    ----------
    outcome : array, shape (N,)
    responses : array, shape (N, K, G)
        Responses of every decay, with the likeliest shape.
    chosen : int array, shape (K,)
        Likeliest decays without late effects, where the search starts.
    late : array, shape (N, K)
        Columns with a mean square of one.
    """
    n_kinds, n_decays = responses.shape[1:]
    columns = np.column_stack([unit_columns(responses.reshape(outcome.size, -1)), late])
    products = cross_products(outcome, baseline.columns, columns, baseline.scales)
    everything = max(float(outcome.sum()), 1.0) / columns.sum(
        axis=0
    )  # coefficients that would explain all conversions
    place = np.arange(columns.shape[1])  # as in the fit: types may add up to another type
    products.gram[:, place, place] += baseline.noise_variance / (PLAUSIBLE_SHARE * everything) ** 2
    n_early = n_kinds * n_decays
    everything = everything[n_early:]
    early = np.append(np.arange(n_early), columns.shape[1])
    at_once = Products(
        products.gram[:, early[:, None], early], products.log_weight, products.degrees_of_freedom
    )
    with_late = _with_late(products, n_early, everything, baseline.noise_variance)
    reference = at_once.gram[0]
    fading = min(FADING_BESIDE_LATE, n_decays)
    odds, likeliest = _evidence(
        with_late, reference, np.minimum(chosen, fading - 1), n_decays, fading, prior
    )
    odds -= _evidence(at_once, reference, chosen, n_decays, n_decays, prior)[0]
    early_columns = likeliest + np.arange(n_kinds) * n_decays
    odds += np.log(_positive(products, early_columns, n_early, 1.0 / everything))
    return float(special.expit(odds + special.logit(LATE_BRANDS)))


def _positive(products: Products, early: Ints, n_early: int, shares: Floats) -> float:
    """Probability that late effects together are positive, by least squares.

    The prior of `_with_late` expects that, but a clear dip two weeks after engagements must
    override it, because sales that were brought forward, for example, are not a late effect.

    `early`: columns of the likeliest decays, (K,). `n_early`: index of the first late column.
    `shares`: factors from coefficients of late columns to shares of all conversions, (K,).
    """
    columns = np.concatenate([early, np.arange(n_early, n_early + shares.size)])
    inverse = np.linalg.inv(products.gram[:, columns[:, None], columns])
    to_y = products.gram[:, columns, -1]
    beta = (inverse @ to_y[..., None])[..., 0]
    left = products.gram[:, -1, -1] - (beta * to_y).sum(axis=1)
    freedom = max(products.degrees_of_freedom - columns.size, 1)
    log_p = products.log_weight + 0.5 * np.linalg.slogdet(inverse)[1] - 0.5 * freedom * np.log(left)
    late = inverse[:, early.size :, early.size :]
    error = np.sqrt(np.einsum("k,qkl,l->q", shares, late, shares) * left / freedom)
    positive = stats.t.cdf(beta[:, early.size :] @ shares / error, freedom)
    return float(max(special.softmax(log_p) @ positive, 1e-300))


def _with_late(
    products: Products, n_early: int, everything: Floats, noise_variance: float
) -> Products:
    """Products with late effects integrated out, for every pair of ratio and size.

    Coefficients are normal around `SIZES` times `everything`; the resulting expectation is
    subtracted from the outcome.
    """
    late = np.arange(n_early, n_early + everything.size)
    early = np.append(np.arange(n_early), products.gram.shape[1] - 1)
    grams, weights = [], []
    for size in SIZES:
        gram = products.gram.copy()
        shift = size * everything
        gram[:, :, -1] -= gram[:, :, late] @ shift
        gram[:, -1, :] -= shift @ gram[:, late, :]
        precision = noise_variance / (SPREAD * shift) ** 2
        inner = gram[:, late[:, None], late] + np.diag(precision)
        across = gram[:, late[:, None], early]
        grams.append(
            gram[:, early[:, None], early]
            - across.transpose(0, 2, 1) @ np.linalg.solve(inner, across)
        )
        weights.append(
            products.log_weight
            - np.log(len(SIZES))
            + 0.5 * float(np.log(precision).sum())
            - 0.5 * np.linalg.slogdet(inner)[1]
        )
    return Products(np.concatenate(grams), np.concatenate(weights), products.degrees_of_freedom)


def _evidence(
    products: Products,
    reference: Floats,
    start: Ints,
    n_decays: int,
    n_open: int,
    prior: DecaysAndShapes,
) -> tuple[float, Ints]:
    """Log evidence of a model at its likeliest decays, and these decays, searched type by type.

    A decay has the same prior density in every model, so a model at one choice of
    decays is compared with another model at one choice.

    `products` has the K * G columns of all types and decays. `reference`: cross products for
    scaling the prior, so that decays that rule nothing out are not favoured. Of the `n_decays`
    only the `n_open` fastest are possible.
    """
    first = np.arange(start.size) * n_decays
    chosen, best = start.copy(), -np.inf
    for _ in range(_ROUNDS):
        before = best
        for kind in range(start.size):
            trials = np.tile(chosen, (n_open, 1))
            trials[:, kind] = np.arange(n_open)
            value = _log_likelihood(products, reference, trials + first) + prior.of(trials)
            chosen[kind] = int(np.argmax(value))
            best = float(value.max())
        if best <= before:
            break
    return best, chosen


def _log_likelihood(products: Products, reference: Floats, columns: Ints) -> Floats:
    """Log likelihood of several choices of columns, ratios integrated out: (M, K) -> (M,)."""
    rows, across = columns[:, :, None], columns[:, None, :]
    inner, to_y = products.gram[:, rows, across], products.gram[:, columns, -1]
    solved = np.linalg.solve(inner, to_y[..., None])[..., 0]
    left = products.gram[:, -1, -1][:, None] - (to_y * solved).sum(axis=2)
    size = np.linalg.slogdet(inner)[1] - np.linalg.slogdet(reference[rows, across])[1]
    freedom = products.degrees_of_freedom - columns.shape[1]
    log_p = products.log_weight[:, None] - 0.5 * size - 0.5 * freedom * np.log(left)
    return np.asarray(special.logsumexp(log_p, axis=0))

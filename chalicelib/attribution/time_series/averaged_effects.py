"""Effects per engagement of candidate responses, averaged over decays and shapes.

In a short window all types share one shape; in a long one every type has its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.time_series.averaging import Averaged, Prior, average
from chalicelib.attribution.time_series.baseline import Baseline, column_sizes, unit_columns
from chalicelib.attribution.time_series.priors import DecaysAndShapes
from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    Products,
    cross_products,
)
from chalicelib.attribution.time_series.timeline import Timeline

OWN_SHAPE_DAYS = 700
"""Days of data from which on every type has its own shape: 100 weeks."""
PLAUSIBLE_SHARE = 0.5
"""Prior standard deviation of a type's total effect, as a share of all conversions."""


def average_shapes(
    outcome: Floats,
    candidates: Floats,
    caused: Floats,
    baseline: Baseline,
    timeline: Timeline,
    prior: DecaysAndShapes,
    least_ratio: float = 0.0,
) -> tuple[Averaged, Floats]:
    """Effects, and the weights of decays and shapes for each type, shape (K, G, H).

    Parameters
    ----------
    outcome : array, shape (N,)
    candidates : array, shape (N, K, G, H)
        Responses to the first G decays of the grid.
    caused : array, shape (K, G, H)
        See `average_effects`.
    prior : DecaysAndShapes
        Over at least these decays.
    least_ratio : float, optional
        See `average_effects`.
    """
    n_kinds, n_decays, n_shapes = candidates.shape[1:]
    prior = prior.up_to(n_decays)
    if timeline.times.size * timeline.step_days < OWN_SHAPE_DAYS:
        averaged = average_effects(
            outcome, candidates, caused, baseline, prior, least_ratio=least_ratio
        )
        return averaged, averaged.decay_weights[:, :, None] * averaged.shape_weights
    own = prior.per_type()
    flat = candidates.reshape(outcome.size, n_kinds, -1, 1)
    averaged = average_effects(
        outcome, flat, caused.reshape(n_kinds, -1, 1), baseline, own, own.groups, least_ratio
    )
    return averaged, averaged.decay_weights.reshape(n_kinds, n_decays, n_shapes)


def average_effects(
    outcome: Floats,
    candidates: Floats,
    caused: Floats,
    baseline: Baseline,
    prior: Prior,
    groups: Ints | None = None,
    least_ratio: float = 0.0,
) -> Averaged:
    """Effects per engagement, averaged over candidate responses.

    Parameters
    ----------
    outcome : array, shape (N,)
    candidates : array, shape (N, K, G, H)
        Responses per decay and shape; their size does not matter.
    caused : array, shape (K, G, H)
        Sum of each candidate over all days of the window, divided by the type's engagements.
    groups : int array, shape (G,), optional
        See `averaging.average`.
    least_ratio : float, optional
        Smallest variance ratio of the level (`LEVEL_RATIOS`) that is considered.
    """
    measured = measure_candidates(outcome, candidates, caused, baseline)
    products = measured.products
    if least_ratio > 0.0:
        products = products.with_ratios(least_ratio <= LEVEL_RATIOS)
    return average(products, measured.to_effect, prior, shrink=measured.shrink, groups=groups)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the chains of `averaging` need of candidate responses."""

    products: Products
    to_effect: Floats
    """Factor from a coefficient to the effect per engagement. Shape (K, G, H)."""
    shrink: Floats
    """Prior precision of a coefficient, in units of the noise's precision. Shape (K, G, H)."""


def measure_candidates(
    outcome: Floats, candidates: Floats, caused: Floats, baseline: Baseline
) -> Measured:
    """Cross products and scales of candidate responses; parameters as for `average_effects`."""
    flat = candidates.reshape(outcome.size, -1)
    columns = unit_columns(flat)
    products = cross_products(outcome, baseline.columns, columns, baseline.scales)
    plausible = PLAUSIBLE_SHARE * max(float(outcome.sum()), 1.0) / columns.sum(axis=0)
    shape = candidates.shape[1:]
    return Measured(
        products,
        caused / column_sizes(flat).reshape(shape),
        (baseline.noise_variance / plausible**2).reshape(shape),
    )

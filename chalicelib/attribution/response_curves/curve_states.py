"""Joint states of decays, bends and returns of all channels, from the chains of `time_series`."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.response_curves.bend_prior import BendPrior
from chalicelib.attribution.time_series.averaged_effects import measure_candidates
from chalicelib.attribution.time_series.averaged_models import SeriesModel
from chalicelib.attribution.time_series.averaging import sample_states

SWEEPS = 400
"""Sweeps of each of the two chains."""


@dataclass(frozen=True, slots=True)
class TypeStates:
    """S states of k types; the effects of a state are normal."""

    decay: Ints
    """Index of the decay. Shape (S, k)."""
    bend: Ints
    """Index of the bend. Shape (S, k)."""
    mean: Floats
    """Conversions per engagement. Shape (S, k)."""
    cov: Floats
    """Shape (S, k, k)."""


def states_of_series(series: SeriesModel, *, sweeps: int = SWEEPS) -> TypeStates:
    """States of every type of a structural model.

    The baseline is that of the fit, and so are the candidate responses. Only the prior of the bends
    differs (`bend_prior`).
    """
    n_kinds, n_decays, n_bends = series.caused.shape
    prior = BendPrior(series.prior.up_to(n_decays))
    flat = series.candidates.reshape(series.outcome.size, n_kinds, -1, 1)
    measured = measure_candidates(
        series.outcome, flat, series.caused.reshape(n_kinds, -1, 1), series.baseline
    )
    states = sample_states(
        measured.products, measured.to_effect, prior, shrink=measured.shrink, sweeps=sweeps
    )
    return TypeStates(states.chosen // n_bends, states.chosen % n_bends, states.mean, states.cov)

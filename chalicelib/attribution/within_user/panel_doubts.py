"""Warnings of estimates from a panel of people."""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.within_user.regression import WithinUserFit
from chalicelib.attribution.within_user.timing import Timing

MIN_FREEDOM = 20
SURE_OF_EFFECT, SURE_OF_JUMP, SURE_OF_TWO_SPEEDS = 2.0, 4.0, 5.0  # z-values
AT_ONCE, JUMP = 0.65, 8.0
"""Conversions jump if most of an effect falls on the day of the engagement and that day has more
than eight times the usual rate. An immediate effect looks like this, and so do people about to buy.
"""
LIKELY_CHANGE = 0.8
"""Probability of a hidden cause that changes over time, from which on there is a warning."""
MATERIAL_DELAY = 0.2
"""Share of an effect in the late blocks from which on there is a warning."""
SURE_OF_LEAD = 4.0  # z-value of the lead of a single type


def doubt_panel(
    fit: WithinUserFit, timing: Timing, usual: Floats, late_share: Floats
) -> dict[str, Bools]:
    """Warnings, and the types that carry them, shape (K,) each.

    Parameters
    ----------
    usual : array, shape (K,)
        Conversions per person-day without engagements, of the people who engage.
    late_share : array, shape (K, B)
        Share of each effect in each late block.
    """
    z = fit.delta / np.sqrt(np.diag(fit.cov))
    changing = fit.change.probability > LIKELY_CHANGE
    # a cause that changes over time makes bursts of all types; the surroundings account for it
    bursts = timing.bursts() & ~(changing & ~fit.change.reacts)
    buying = timing.bursts_have_to_do_with_buying() & bursts & (z > SURE_OF_EFFECT)
    at_once = fit.decay_weights @ (1.0 - DECAYS) > AT_ONCE
    jumps = at_once & (fit.kernel.sum(axis=1) > JUMP * usual) & (z > SURE_OF_JUMP)
    follows = timing.follows_conversions()
    alone = (z.size == 1) & (fit.change.z > SURE_OF_LEAD)
    return {
        "intent_confounding_suspected": buying | jumps | (fit.two_speeds > SURE_OF_TWO_SPEEDS),
        "placebo_failed": (follows & bursts) | alone,
        "engagement_follows_conversions": follows & ~timing.bursts(),
        "people_change_over_time": np.full(z.size, changing),
        "weak_overlap": fit.freedom < MIN_FREEDOM,
        "delayed_effect": (late_share.sum(axis=1) > MATERIAL_DELAY) & (fit.late_probability > 0.5),
    }

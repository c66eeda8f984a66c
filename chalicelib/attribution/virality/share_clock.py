"""A clock that runs fast in hours of the day with many shares, and slowly at night.

People sleep, so a delay of six hours from the evening into the night is not the same as one at
noon. In data of a few days this biases the distribution of delays. Measured by this clock, events
come at a rate that does not depend on the time of day (time rescaling; Brown et al. 2002). A day
has the length of a day.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats

BINS = 12
"""Parts of a day."""
FEWEST_DAYS = 2.0
FEWEST_SHARES = 100
PRIOR_SHARES = 5.0
"""Shares per bin that are added to each bin, so that a few do not decide."""


def share_clock(time: Floats, at: Floats) -> Floats:
    """Times `at` on the clock of the shares at `time` (ascending, days); shape of `at`.

    The same times with less than two days or 100 shares.
    """
    if time.size < FEWEST_SHARES or time[-1] - time[0] < FEWEST_DAYS:
        return at
    # whole days only, so that each part of a day is covered equally often
    whole = time[time < time[0] + np.floor(time[-1] - time[0])]
    part = np.minimum(((whole % 1.0) * BINS).astype(np.int64), BINS - 1)
    count = np.bincount(part, minlength=BINS) + PRIOR_SHARES
    reached = np.concatenate([[0.0], np.cumsum(count / count.sum())])
    return np.asarray(np.floor(at) + np.interp(at % 1.0, np.linspace(0.0, 1.0, BINS + 1), reached))

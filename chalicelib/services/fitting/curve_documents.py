"""Response curves of channels with cost, as a part of the fit document."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.fit_documents import daily_amounts

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations


def curve_document(
    columns: Columns, observed: Observations, estimates: GoalEstimates, start: dt.date
) -> dict[str, Any]:
    """The curves of all channels with cost in the window.

    The cost of a channel buys its paid engagements, or all of them if none is paid. A channel with
    cost and without engagements has a spend, a reason instead of a curve, and no type.
    """
    import numpy as np

    from chalicelib.attribution.response_curves.curve_document import to_curve_document
    from chalicelib.attribution.response_curves.curves import ChannelSpend, estimate_curves

    n_days = observed.outcome.size
    channels = []
    main = {}
    for channel in sorted({channel for channel, _ in columns.cost_of_channel}):
        spend = np.array(daily_amounts(columns.cost_of_channel, channel, start, n_days))
        mine = [
            (number, paid) for (name, _, paid), number in columns.kinds.items() if name == channel
        ]
        bought = [number for number, paid in mine if paid] or [number for number, _ in mine]
        if spend.sum() > 0:
            channels.append(ChannelSpend(channel, tuple(bought), spend))
        if bought:
            main[channel] = max(bought, key=lambda number: float(observed.counts[:, number].sum()))
    document = to_curve_document(estimate_curves(channels, observed.counts, estimates))
    kinds = list(columns.kinds)
    for one in document["channels"]:
        number = main.get(one["channel"])
        _, one["type"], one["paid"] = (None, None, None) if number is None else kinds[number]
    return document

"""What followers are worth, as parts of the fit document."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.follower_rows import Pages, followers_of

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations


def audience_documents(
    pages: Pages | None,
    columns: Columns,
    goal: str,
    observed: Observations,
    estimates: GoalEstimates,
) -> dict[str, dict[str, Any]]:
    """By channel, what following its page causes; empty without pages."""
    import numpy as np

    from chalicelib.attribution.audience.audience_document import to_document
    from chalicelib.attribution.audience.audience_estimate import estimate_audience
    from chalicelib.attribution.audience.followers import EngagementEffects

    if pages is None:
        return {}
    estimated = np.array([method is not None for method in estimates.methods], dtype=bool)
    effects = EngagementEffects(
        delta=np.where(estimated, estimates.delta, 0.0),
        cov=estimates.cov,
        critical=estimates.critical,
        estimated=estimated,
    )
    return {
        channel: to_document(
            estimate_audience(followers_of(pages, columns, channel, goal, observed), effects)
        )
        for channel in pages.channels
    }


def audience_sizes(columns: Columns, start: dt.date, n_days: int) -> dict[str, list[float | None]]:
    """Sizes of each channel's audience per day of a window, None if unknown."""
    found: dict[str, list[float | None]] = {}
    for (channel, day), (_, size) in columns.audiences.items():
        if 0 <= day - start.toordinal() < n_days:
            series = found.setdefault(channel, [None] * n_days)
            series[day - start.toordinal()] = float(size)
    return dict(sorted(found.items()))

"""Shared by Studio files and API responses: the metrics, and the event ids of daily counts.

Both sources produce the same event ids for the same day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from chalicelib.importers.booking import Tally, book
from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.values.event_identity import Ordinals, digest, object_key

CHANNEL = "youtube"
WAY_OUT = (
    "In YouTube Studio: Analytics > Advanced mode, choose Day below the chart, then Export "
    "current view > .csv, and import 'Totals.csv' or 'Chart data.csv' from the zip file "
    "(Gesamtwerte.csv, Diagrammdaten.csv)"
)
TYPES = {
    "views": "view",
    "impressions": "impression",
    "likes": "like",
    "shares": "share",
    "comments": "comment",
    "gained": "follow",
    "lost": "unfollow",
}
"""Metric -> type of engagement."""


def type_counts(metrics: Mapping[str, int | None]) -> dict[str, int]:
    """Return counts per type of engagement, without zeros.

    A net number of subscribers counts only if gained and lost subscribers are not separate. It
    becomes follows, or unfollows if it is below zero.

    Raises
    ------
    RowRejected
        `negative`.
    """
    counts: dict[str, int] = {}
    for metric, kind in TYPES.items():
        count = metrics.get(metric) or 0
        if count < 0:
            raise RowRejected("negative", f"{metric} is below zero")
        if count:
            counts[kind] = count
    net = metrics.get("subscribers") or 0
    if net and "gained" not in metrics and "lost" not in metrics:
        counts["follow" if net > 0 else "unfollow"] = abs(net)
    return counts


def day_events(
    first: dt.date,
    last: dt.date,
    dimensions: Mapping[str, str],
    counts: Mapping[str, int],
    account: str,
    ordinals: Ordinals,
) -> tuple[RawEvent, ...]:
    """Return the events of one row.

    Parameters
    ----------
    first, last : date
        The same day, unless a longer period is spread over its days.
    dimensions : mapping of str to str
        The dimensions besides the day, e.g. ``video`` -> its id; empty for the channel.
    counts : mapping of str to int
        From `type_counts`.
    account : str
    ordinals : Ordinals
    """
    report = "-".join(sorted(dimensions)) or "totals"
    video = dimensions.get("video", "")
    if not dimensions:
        key = "channel"
    elif len(dimensions) == 1 and video:
        key = video
    else:
        key = digest(object_key(dimensions[name] for name in sorted(dimensions)))
    tally = Tally(
        channel=CHANNEL,
        report=report,
        account=account,
        key=key,
        ordinal=ordinals.next_of(key, first),
        first=first,
        last=last,
        counts=counts,
        content_id=video,
    )
    return book(tally)

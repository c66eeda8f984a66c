"""The worlds of search and stars as events, for the command line and the service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from chalicelib.attribution.search.star_changes import ProductWeeks
from tests.worlds.search import SearchRun

START = dt.date(2024, 1, 1)


def lines_of_search(run: SearchRun, start: dt.date = START) -> Iterator[dict[str, Any]]:
    """Daily totals of engagements, search visits and purchases of 60 EUR."""
    for day in range(run.outcome.size):
        at = f"{start + dt.timedelta(days=day)}T00:00:00Z"
        engagements = [
            (cause.channel, cause.type, cause.paid, run.counts[day, number])
            for number, cause in enumerate(run.world.causes)
        ]
        engagements.append(("organic_search", "click", False, run.visits[day]))
        for channel, type_, paid, count in engagements:
            if count > 0:
                yield {
                    "kind": "engagement",
                    "event_id": f"{channel}-{type_}-{day}",
                    "occurred_at": at,
                    "channel": channel,
                    "type": type_,
                    "paid": paid,
                    "count": int(count),
                }
        count = int(run.outcome[day])
        if count:
            yield {
                "kind": "conversion",
                "event_id": f"purchase-{day}",
                "occurred_at": at,
                "goal": "purchase",
                "count": count,
                "value": {"amount": str(60 * count), "currency": "EUR"},
            }


def lines_of_stars(
    data: ProductWeeks, start: dt.date = START, *, sold_as: str = "conversion"
) -> Iterator[dict[str, Any]]:
    """Reviews of products by day, and sales (or visits from search) on the last day of a week."""
    for product in range(data.sales.shape[0]):
        name = f"product {product}"
        for day in range(data.reviews.shape[1]):
            count = int(data.reviews[product, day])
            if count:
                yield {
                    "kind": "engagement",
                    "event_id": f"review-{product}-{day}",
                    "occurred_at": f"{start + dt.timedelta(days=day)}T12:00:00Z",
                    "channel": "amazon",
                    "type": "review",
                    "count": count,
                    "rating": float(data.ratings[product, day] / count),
                    "content_id": name,
                }
        for week in range(data.sales.shape[1]):
            count = int(data.sales[product, week])
            if not count:
                continue
            about: dict[str, Any] = {"kind": "conversion", "goal": "purchase"}
            if sold_as != "conversion":
                about = {"kind": "engagement", "channel": "organic_search", "type": "click"}
            yield {
                **about,
                "event_id": f"sale-{product}-{week}",
                "occurred_at": f"{start + dt.timedelta(days=7 * week + 6)}T12:00:00Z",
                "count": count,
                "content_id": name,
            }

"""The data of the simulated brand: events, costs and platform exports.

Engagements, replies, follows, purchases, monthly costs, and the daily numbers of followers and of
visits from web search are events. Mentions and reviews have no user id. Video views are in daily
totals from YouTube Studio. The cost of ads is in a Google Ads report. This report contains no
clicks, because the clicks are events with a user id and would be counted twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import heapq
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from chalicelib.demo.brand import EngagementType, History
from chalicelib.demo.comments import CONTENT_DAYS, SENTIMENTS
from chalicelib.demo.truth import channel_costs

_SHORT = {"google_ads": "ga", "company_blog": "blog"}


def event_lines(history: History) -> Iterator[bytes]:
    """Yield the events as NDJSON lines: costs and declarations first, then all others by day."""
    for event in (*_bills(history), *_declarations(history)):
        yield _line(event)
    sources = (
        _engagements(history),
        _replies(history),
        _changes(history),
        _sizes(history),
        _visits(history),
        _purchases(history),
    )
    for event in heapq.merge(*sources, key=lambda one: one["occurred_at"][:10]):
        yield _line(event)


def count_events(history: History) -> int:
    """Return the number of lines of `event_lines`."""
    as_events = np.array([not _is_in_reports(one) for one in history.brand.types])
    bills = sum(len(channel_costs(history.brand, cost)) for _, cost in history.brand.monthly_cost)
    engagements = int(as_events[history.engagement_type].sum()) + len(history.changes)
    replies = sum(1 for _ in _replies(history))
    declared = len(history.brand.spreads) + len(history.campaigns) + history.brand.n_days
    declared += int((history.visits > 0).sum())
    return engagements + replies + history.purchase_day.size + bills + declared


def google_ads_report(history: History) -> bytes:
    """Return a daily campaign report in English, with cost and impressions but without clicks."""
    brand = history.brand
    paid = [index for index, engagement_type in enumerate(brand.types) if engagement_type.paid]
    clicks = history.counts[:, :, paid].sum(axis=(1, 2))
    out = io.StringIO()
    out.write("Campaign report\n")
    out.write(f'"{_us_date(history.first_day)} - {_us_date(history.last_day)}"\n')
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["Campaign status", "Campaign", "Day", "Currency code", "Impr.", "Cost"])
    total_impressions, total_cost = 0, 0.0
    for index, number in enumerate(clicks.tolist()):
        impressions, cost = number * 23, round(number * brand.click_price, 2)
        total_impressions += impressions
        total_cost += cost
        rows.writerow(
            [
                "Enabled",
                "Winter collection",
                history.day(index).isoformat(),
                brand.currency,
                f"{impressions:,}",
                f"{cost:,.2f}",
            ]
        )
    totals = [brand.currency, f"{total_impressions:,}", f"{total_cost:,.2f}"]
    rows.writerow(["Total: Campaigns", " --", " --", *totals])
    rows.writerow(["Total: Account", "", "", *totals])
    return out.getvalue().encode()


def youtube_totals(history: History) -> dict[str, bytes]:
    """Return YouTube Studio totals of daily views, by file name.

    The first half of the window is in German, the second half in English.
    """
    hidden = [
        i
        for i, engagement_type in enumerate(history.brand.types)
        if engagement_type.name == "youtube/view"
    ]
    views = history.counts[:, :, hidden].sum(axis=(1, 2)).tolist()
    half = len(views) // 2
    return {
        "Gesamtwerte.csv": _totals("Da\u00adtum,Auf\u00adru\u00adfe", history, views, 0, half),
        "Totals.csv": _totals("Date,Views", history, views, half, len(views)),
    }


def _totals(head: str, history: History, views: list[int], start: int, stop: int) -> bytes:
    lines = [head, *(f"{history.day(index)},{views[index]}" for index in range(start, stop))]
    return ("\n".join(lines) + "\n").encode()


def _is_in_reports(one: EngagementType) -> bool:
    """Whether the engagements of a type are in the exports of a platform, not among the events."""
    return one.name == "youtube/view"


def _engagements(history: History) -> Iterator[dict[str, Any]]:
    types, talk, shelf = history.brand.types, history.conversation, history.shelf
    comments = {row: number for number, row in enumerate(talk.row.tolist())}
    reviews = np.flatnonzero(
        history.engagement_type == history.brand.index(history.brand.products.engagement)
    )
    reviewed = {row: number for number, row in enumerate(reviews.tolist())}
    order = np.lexsort((history.engagement_second, history.engagement_day))
    for number in order.tolist():
        one = types[history.engagement_type[number]]
        if _is_in_reports(one):
            continue
        event: dict[str, Any] = {
            "kind": "engagement",
            "event_id": _engagement_id(history, number),
            "occurred_at": _instant(
                history, history.engagement_day[number], history.engagement_second[number]
            ),
            "channel": one.channel,
            "type": one.type,
        }
        if one.identified:
            event["user_id"] = _user(history.engagement_person[number])
        if one.paid:
            event["paid"] = True
        if (content := int(history.engagement_content[number])) >= 0:
            event["content_id"] = f"{one.channel}-post-{content + 1:02d}"
        if (parent := int(history.engagement_parent[number])) >= 0:
            event["parent_event_id"] = _engagement_id(history, parent)
        if (comment := comments.get(number)) is not None:
            event["content_id"] = _page_post(history, number)
            event["sentiment"] = SENTIMENTS[talk.read[comment]]
            if talk.checked[comment]:
                event["sentiment_checked"] = SENTIMENTS[talk.meant[comment]]
        if (review := reviewed.get(number)) is not None:
            event["content_id"] = _product(shelf.reviewed[review])
            event["rating"] = int(shelf.rating[review])
        yield event


def _replies(history: History) -> Iterator[dict[str, Any]]:
    """Yield the brand's replies to comments, up to the end of the window."""
    talk, end = history.conversation, history.brand.n_days * 86_400
    channel = history.brand.comments.engagement.partition("/")[0]
    row = talk.row
    written = history.engagement_day[row] * 86_400 + history.engagement_second[row]
    moment = written + np.minimum(3_600 * talk.delay, end)
    for comment in np.argsort(moment, kind="stable").tolist():
        if moment[comment] >= end:
            return
        day, second = divmod(int(moment[comment]), 86_400)
        number = int(row[comment])
        yield {
            "kind": "engagement",
            "event_id": f"reply-{number}",
            "occurred_at": _instant(history, day, second),
            "channel": channel,
            "type": "reply",
            "content_id": _page_post(history, number),
            "parent_event_id": _engagement_id(history, number),
        }


def _page_post(history: History, number: int) -> str:
    return f"page-post-{int(history.engagement_day[number]) // CONTENT_DAYS + 1:02d}"


def _product(number: Any) -> str:
    return f"product-{int(number) + 1:02d}"


def _visits(history: History) -> Iterator[dict[str, Any]]:
    """Yield the daily visits from web search."""
    for day, numbers in enumerate(history.visits.tolist()):
        for channel, number in zip(("brand_search", "organic_search"), numbers, strict=True):
            if number:
                yield {
                    "kind": "engagement",
                    "event_id": f"{channel}-{day}",
                    "occurred_at": _instant(history, day, 0),
                    "channel": channel,
                    "type": "click",
                    "count": number,
                }


def _engagement_id(history: History, number: int) -> str:
    one = history.brand.types[history.engagement_type[number]]
    return f"{_SHORT.get(one.channel, one.channel)}-{one.type}-{number}"


def _changes(history: History) -> Iterator[dict[str, Any]]:
    """Yield the follows and unfollows of the page."""
    for number, (day, second, person, step) in enumerate(history.changes.tolist()):
        yield {
            "kind": "engagement",
            "event_id": f"page-{number}",
            "occurred_at": _instant(history, day, second),
            "channel": history.brand.page.channel,
            "type": "follow" if step > 0 else "unfollow",
            "user_id": _user(person),
        }


def _sizes(history: History) -> Iterator[dict[str, Any]]:
    """Yield the number of followers at the end of each day."""
    changes = history.changes
    steps = np.bincount(changes[:, 0], changes[:, 3], minlength=history.brand.n_days)
    size = int(history.follows[0].sum()) + np.cumsum(steps).astype(int)
    for day, number in enumerate(size.tolist()):
        yield {
            "kind": "audience",
            "event_id": f"followers-{day}",
            "occurred_at": _instant(history, day, 86_399),
            "channel": history.brand.page.channel,
            "size": number,
        }


def _declarations(history: History) -> Iterator[dict[str, Any]]:
    """Yield the campaigns, and that shares name the share that led to them."""
    for number, (first, last) in enumerate(history.campaigns, start=1):
        yield {
            "kind": "annotation",
            "event_id": f"campaign-{number}",
            "name": f"Campaign {number}",
            "category": "promotion",
            "from": history.day(first).isoformat(),
            "to": history.day(last).isoformat(),
        }
    for spread in history.brand.spreads:
        channel, type_ = spread.engagement.split("/")
        yield {
            "kind": "coverage",
            "event_id": f"parents-{channel}",
            "channel": channel,
            "type": type_,
            "parents": "complete",
            "from": history.first_day.isoformat(),
            "to": history.last_day.isoformat(),
        }


def _purchases(history: History) -> Iterator[dict[str, Any]]:
    order = np.lexsort((history.purchase_second, history.purchase_day))
    for number in order.tolist():
        yield {
            "kind": "conversion",
            "event_id": f"order-{number}",
            "occurred_at": _instant(
                history, history.purchase_day[number], history.purchase_second[number]
            ),
            "goal": "purchase",
            "value": {
                "amount": f"{history.purchase_value[number]:.2f}",
                "currency": history.brand.currency,
            },
            "content_id": _product(history.shelf.bought[number]),
            "user_id": _user(history.purchase_person[number]),
        }


def _bills(history: History) -> Iterator[dict[str, Any]]:
    brand = history.brand
    for channel, monthly in brand.monthly_cost:
        for month, amount in enumerate(channel_costs(brand, monthly)):
            start = 30 * month
            yield {
                "kind": "cost",
                "event_id": f"bill-{channel}-{month + 1}",
                "occurred_at": _instant(history, start, 0),
                "channel": channel,
                "amount": {"amount": f"{amount:.2f}", "currency": brand.currency},
                "period_days": min(30, brand.n_days - start),
            }


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _user(person: Any) -> str:
    return f"customer-{int(person):05d}"


def _instant(history: History, day: Any, second: Any) -> str:
    minutes, seconds = divmod(int(second), 60)
    return f"{history.day(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}Z"


def _us_date(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"

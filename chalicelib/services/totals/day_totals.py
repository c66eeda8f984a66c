"""Day totals: derive them from events, and read them as time series for monitoring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Literal, cast, get_args

from typing_extensions import TypedDict

from chalicelib.model.days import stamp
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events import Audience, Conversion, Cost, Engagement, Event, is_ours
from chalicelib.services.answer_fields import Day, Instant, Period
from chalicelib.services.answer_tables import Table
from chalicelib.services.dialogue.talk import Talk
from chalicelib.services.privacy.retention import expiry_of_day, may_have_expired
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import DayTotals, Freshness

GROUPS: dict[str, tuple[str, ...]] = {
    "engagements": ("channel", "type", "kind", "none"),
    "cost": ("channel", "none"),
    "conversions": ("goal", "none"),
    "value": ("goal", "none"),
    "sentiment": ("channel", "type", "kind", "none"),
}
"""Metric -> its possible groupings."""

Interval = Literal["day", "week", "month"]
INTERVALS = get_args(Interval)
MAX_DAYS = 3660
MAX_POINTS = 50_000

Row = dict[str, Any]


class Recency(TypedDict):
    """How recent an answer is that is made of totals."""

    as_of: Instant | None
    changes_awaited: bool


class Point(TypedDict):
    """One interval of a series."""

    start: Day
    value: float | None


class GroupSeries(TypedDict):
    """The points of one group."""

    group: str
    points: list[Point]


class SeriesQuestion(TypedDict):
    """What a series is of."""

    metric: str
    group_by: str
    interval: Interval


class OfMoney(TypedDict):
    """The currency, of a metric that is money."""

    currency: str | None


class Timeseries(SeriesQuestion, Period, OfMoney, Recency):
    """A metric per interval and group."""

    series: list[GroupSeries]


class PointRow(Point):
    """A point as a row of the table."""

    group: str


TABLE = Table(PointRow, "start", "group", "value")


def derive_day(store: TenantStore, day: dt.date, shard: int, *, now: dt.datetime) -> list[Row]:
    """Read the events of a day and shard again, and replace their totals and messages.

    Safe to repeat, delay or reorder: the result depends only on the events. If some events may
    have expired, the totals stay unchanged, because totals outlive their events.

    Return the rows of the totals; empty if they stay unchanged.

    `now`: a time before the reading begins.
    """
    if may_have_expired(store.config, day, now):
        return []
    reading = store.totals.begin_reading(day, shard)
    talk = Talk()
    rows = total(talk.noting(store.events.in_partition(day, shard, consistent=True)))
    messages = talk.rows()
    # first: whoever sees these totals also finds their messages, or later ones
    store.messages.put(
        day, shard, messages, reading=reading, expires_at=expiry_of_day(store.config, day)
    )
    store.totals.put(
        DayTotals(day, shard, rows, messages=len(messages)), read_at=now, reading=reading
    )
    longest = max((row["period_days"] for row in rows if row["kind"] == "cost"), default=1)
    if longest > 1:
        store.totals.note_cost_period(longest)
    return rows


def total(events: Iterable[Event]) -> list[Row]:
    """Return the totals of events, one row per kind of event and its fields, in a fixed order.

    Every row has ``kind``, its identifying fields, ``events`` (the number of events) and its sums.
    Amounts are decimal text in the tenant's currency.
    """
    sums: dict[tuple[Any, ...], Row] = {}
    for event in events:
        match event:
            case Engagement():
                if is_ours(event):
                    _add_engagement(sums, event)
            case Conversion():
                row = _row(sums, kind="conversion", goal=event.goal, refund=event.refund)
                row["count"] = row.get("count", 0) + event.count
                _add_amount(row, event.value.amount if event.value else Decimal(0))
            case Cost():
                row = _row(
                    sums,
                    kind="cost",
                    channel=event.channel,
                    paid=event.paid,
                    period_days=event.period_days,
                )
                _add_amount(row, event.amount.amount)
            case Audience():
                row = _row(sums, kind="audience", channel=event.channel)
                at = event.occurred_at.isoformat()
                if at >= row.get("at", ""):
                    row |= {"at": at, "size": event.size}
    return [sums[key] for key in sorted(sums, key=repr)]


def _add_engagement(sums: dict[tuple[Any, ...], Row], event: Engagement) -> None:
    row = _row(sums, kind="engagement", channel=event.channel, type=event.type, paid=event.paid)
    row["count"] = row.get("count", 0) + event.count
    _add_amount(row, event.cost.amount if event.cost else Decimal(0))
    for name, value in (("sentiment", event.sentiment), ("rating", event.rating)):
        if value is not None:
            so_far = Decimal(row.get(f"{name}_sum", "0"))
            row[f"{name}_sum"] = format(so_far + Decimal(str(value)) * event.count, "f")
            row[f"{name}_count"] = row.get(f"{name}_count", 0) + event.count


def _row(sums: dict[tuple[Any, ...], Row], **what: Any) -> Row:
    row = sums.setdefault(tuple(what.values()), dict(what) | {"events": 0})
    row["events"] += 1
    return row


def _add_amount(row: Row, amount: Decimal) -> None:
    row["amount"] = format(Decimal(row.get("amount", "0")) + amount, "f")


# --- series -----------------------------------------------------------------------------------


def timeseries(
    store: TenantStore,
    *,
    metric: str,
    group_by: str,
    start: dt.date,
    end: dt.date,
    interval: str,
) -> Timeseries:
    """Return a metric per interval and group, from the day totals.

    Parameters
    ----------
    metric : {'engagements', 'cost', 'conversions', 'value', 'sentiment'}
        ``engagements``: number of engagements. ``cost``: cost of engagements and of `cost` events;
        the latter are spread evenly over their days. ``conversions``: number without refunds.
        ``value``: value of conversions minus refunds. ``sentiment``: mean, or None without data.
    group_by : {'channel', 'type', 'kind', 'goal', 'none'}
        ``kind`` is ``channel/type``, with ``/paid`` appended for paid ones. See `GROUPS`.
    start, end : date
        Inclusive, at most 3,660 days.
    interval : {'day', 'week', 'month'}
        Weeks begin on Mondays; the first and last interval may be cut by `start` and `end`.

    Raises
    ------
    InvalidFields
        For an unknown or invalid value, or more than 50,000 points.
    """
    _check_question(metric, group_by, start, end, interval)
    starts = _interval_starts(start, end, interval)
    sums: dict[str, dict[dt.date, _Mean]] = {}
    freshness = Freshness()
    for day, group, amount, weight in _values(store, metric, group_by, start, end, freshness):
        bucket = _interval_start(day, interval, start)
        sums.setdefault(group, {}).setdefault(bucket, _Mean()).add(amount, weight)
    _check_size(len(starts) * len(sums))
    return {
        "metric": metric,
        "group_by": group_by,
        "interval": cast("Interval", interval),
        "from": start.isoformat(),
        "to": end.isoformat(),
        "currency": store.config.currency if metric in ("cost", "value") else None,
        **shown_freshness(freshness),
        "series": [
            {
                "group": group,
                "points": [
                    {"start": at.isoformat(), "value": _value(metric, points.get(at))}
                    for at in starts
                ],
            }
            for group, points in sorted(sums.items())
        ],
    }


def shown_freshness(freshness: Freshness) -> Recency:
    """Return the fields that state how recent the totals in an answer are."""
    as_of = freshness.as_of
    return {
        "as_of": None if as_of is None else stamp(as_of),
        "changes_awaited": freshness.changes_awaited,
    }


def timeseries_rows(answer: Timeseries) -> Iterator[Row]:
    """Yield the points of a time series as flat rows."""
    return TABLE.rows(
        {**point, "group": series["group"]}
        for series in answer["series"]
        for point in series["points"]
    )


class _Mean:
    __slots__ = ("total", "weight")

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.weight = 0

    def add(self, amount: Decimal, weight: int) -> None:
        self.total += amount
        self.weight += weight


def _value(metric: str, bucket: _Mean | None) -> int | float | None:
    if metric == "sentiment":
        return float(bucket.total / bucket.weight) if bucket and bucket.weight else None
    if bucket is None:
        return 0
    return int(bucket.total) if metric in ("engagements", "conversions") else float(bucket.total)


def _values(
    store: TenantStore,
    metric: str,
    group_by: str,
    start: dt.date,
    end: dt.date,
    freshness: Freshness,
) -> Iterator[tuple[dt.date, str, Decimal, int]]:
    """Yield the day, group, amount and weight of each contribution to the metric."""
    first = start
    if metric == "cost":
        first -= dt.timedelta(days=store.totals.longest_cost_period() - 1)
    for totals in store.totals.between(first, end, freshness):
        for row in totals.rows:
            for day, amount, weight in _contributions(metric, row, totals.day):
                if start <= day <= end:
                    yield day, _group(group_by, row), amount, weight


def _contributions(metric: str, row: Row, day: dt.date) -> Iterator[tuple[dt.date, Decimal, int]]:
    match metric, row["kind"]:
        case "engagements", "engagement":
            yield day, Decimal(row["count"]), 1
        case "sentiment", "engagement":
            if "sentiment_sum" in row:
                yield day, Decimal(row["sentiment_sum"]), row["sentiment_count"]
        case "conversions", "conversion":
            if not row["refund"]:
                yield day, Decimal(row["count"]), 1
        case "value", "conversion":
            amount = Decimal(row["amount"])
            yield day, (-amount if row["refund"] else amount), 1
        case "cost", "engagement":
            if Decimal(row["amount"]):
                yield day, Decimal(row["amount"]), 1
        case "cost", "cost":
            share = Decimal(row["amount"]) / row["period_days"]
            for offset in range(row["period_days"]):
                yield day + dt.timedelta(days=offset), share, 1


def _group(group_by: str, row: Row) -> str:
    if group_by == "none":
        return "all"
    if group_by == "kind":
        return f"{row['channel']}/{row['type']}" + ("/paid" if row["paid"] else "")
    return str(row[group_by])


def _interval_start(day: dt.date, interval: str, start: dt.date) -> dt.date:
    if interval == "week":
        day -= dt.timedelta(days=day.weekday())
    elif interval == "month":
        day = day.replace(day=1)
    return max(day, start)


def _interval_starts(start: dt.date, end: dt.date, interval: str) -> list[dt.date]:
    days = (start + dt.timedelta(days=n) for n in range((end - start).days + 1))
    return sorted({_interval_start(day, interval, start) for day in days})


def _check_size(points: int) -> None:
    if points > MAX_POINTS:
        raise InvalidFields(
            f"the series would have {points} points",
            (
                FieldError(
                    "/interval",
                    "out_of_range",
                    f"at most {MAX_POINTS} points; choose longer intervals",
                ),
            ),
        )


def _check_question(
    metric: str, group_by: str, start: dt.date, end: dt.date, interval: str
) -> None:
    wrong = []
    if metric not in GROUPS:
        wrong.append(FieldError("/metric", "unknown_value", f"one of {', '.join(GROUPS)}"))
    elif group_by not in GROUPS[metric]:
        allowed = ", ".join(GROUPS[metric])
        wrong.append(FieldError("/group_by", "unknown_value", f"for {metric} one of {allowed}"))
    if interval not in INTERVALS:
        wrong.append(FieldError("/interval", "unknown_value", f"one of {', '.join(INTERVALS)}"))
    if end < start:
        wrong.append(FieldError("/to", "out_of_range", "the last day is before the first"))
    elif (end - start).days >= MAX_DAYS:
        wrong.append(FieldError("/from", "out_of_range", f"at most {MAX_DAYS} days"))
    if wrong:
        raise InvalidFields("the query is invalid", tuple(wrong))
